"""Master data consistency against an oracle that follows the book record by record."""

from copy import deepcopy

import numpy as np
import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle import master_data_consistency as oracle
from tests.oracle.company import AS_OF, Company
from tests.oracle.lines import segment_on
from tests.oracle.master_data_consistency import Record
from tests.oracle.test_oracles import SEEDS, version_of
from tests.oracle.wide import wide_company

ID = "master_data_consistency"


def test_the_oracle_gives_the_numbers_of_the_book():
    ours = [Record("erp", name, {"country": "DE"}) for name in "ABCDE"]
    theirs = [Record("crm", name, {"country": "de " if name != "C" else "NL"}) for name in "ABCEEF"]
    found = ours + theirs
    assert oracle.matched(found, "erp") == (4, 5)
    assert oracle.value_match(found, {"A": 100, "B": 50, "C": 30, "D": 15, "E": 5}) == (185, 200)
    assert oracle.duplicates(found, "crm") == (1, 6)
    assert oracle.agreement(found, "country") == (3, 4)


def forgetful(made: Company) -> Company:
    """The company whose CRM has lost some accounts; the deals of one of them name an id that nobody has."""
    rng = np.random.default_rng([made.seed, 18])
    lost = {f"C{number}" for number in rng.choice(14, 3, replace=False)}
    crm = deepcopy(made.crm)
    crm["entity_alias"] = [row for row in crm["entity_alias"] if row["id"] not in lost]
    kept = {row["alias_id"] for row in crm["entity_alias"]}
    crm["customer"] = [
        row
        for row in crm["customer"]
        if row["customer_id"] not in lost and (row["customer_id"][0] != "X" or row["customer_id"] in kept)
    ]
    gone = min(lost)
    for row in crm["opportunity"]:
        row["customer_id"] = f"Z{gone}" if row["customer_id"] == gone else row["customer_id"]
    return Company(made.seed, crm, made.erp)


@pytest.mark.parametrize("seed", SEEDS)
def test_master_data_agree_with_the_oracle(seed, tmp_path):
    made = forgetful(wide_company(seed))
    check_company(version_of(tmp_path, made, only_this), made)


def only_this(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def read_all(version, *by, measures=("all",), **params):
    """Rows of customers, by measure, part and slice."""
    rows = read(version, ID, Request(measures, ("entity", *by), as_of=AS_OF, params=params, interval=False))["rows"]
    rows = [row for row in rows if row["slice"].get("entity") == "customer"]
    return {(row["measure"], row["part"], *(row["slice"][dim] for dim in by)): row for row in rows}


def check_company(version, made):
    value = oracle.ordered(made)
    for choice in ("active", "all"):
        found = oracle.records(made, choice == "active")
        shown = read_all(version, records=choice)
        check(shown, found)
        assert pair(shown["value_match", None]) == pytest.approx(oracle.value_match(found, value), rel=1e-9)
    assert pair(shown["orphan_rate", None]) == oracle.orphans(made, AS_OF)
    for part, expected in oracle.coverage(made).items():
        assert pair(shown["coverage", part]) == expected, part
    check_slices(version, made, value)


def check(shown, found):
    for name, count in (("match_rate", oracle.matched), ("duplicate_rate", oracle.duplicates)):
        both = [count(found, system) for system in oracle.SYSTEMS]
        assert pair(shown[name, None]) == tuple(map(sum, zip(*both, strict=True))), name
    filled = {name: oracle.completeness(found, name) for name in oracle.ATTRIBUTES}
    for name, expected in filled.items():
        assert pair(shown["agreement", name]) == oracle.agreement(found, name), name
        assert pair(shown["completeness", name]) == expected, name
    good = sum(filled[name][0] for name in ("tax_id", "country", "currency"))  # nobody writes what is not one
    assert pair(shown["validity", None]) == (good, good)
    assert shown["freshness", None]["value"] == 0


def check_slices(version, made, value):
    found = oracle.records(made)
    shown = read_all(version, "segment", measures=("value_match",))
    segments = {record.golden: segment_on(made, record.golden, AS_OF) or "Unsegmented" for record in found}
    for name in set(segments.values()):
        own = [record for record in found if segments[record.golden] == name]
        assert pair(shown["value_match", None, name]) == pytest.approx(oracle.value_match(own, value), rel=1e-9), name
    shown = read_all(version, "pair", measures=("match_rate",))
    assert pair(shown["match_rate", None, "salesforce to sap"]) == oracle.matched(found, "crm")
    assert pair(shown["match_rate", None, "sap to salesforce"]) == oracle.matched(found, "erp")


def pair(row):
    return row["num"], row["den"]
