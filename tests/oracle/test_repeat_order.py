"""Repeat orders against an oracle that follows the book customer by customer."""

from datetime import date

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle import repeat_order as oracle
from tests.oracle.answers import kaplan_meier_median
from tests.oracle.company import AS_OF, FAMILIES, FIRST
from tests.oracle.lines import segment_on
from tests.oracle.test_oracles import END, SEEDS, version_of
from tests.oracle.wide import wide_company

ID = "repeat_order"
WINDOW = 60


def test_the_oracle_gives_the_numbers_of_the_book():
    days = [date(2026, 1, 1), date(2026, 1, 31), date(2026, 3, 2), date(2026, 4, 1)]
    assert oracle.waits(days) == [30, 30, 30] and oracle.pooled_cv({"C": days}) == 0
    assert oracle.expected(days, ())[1] == 30  # next on 2026-05-01
    assert oracle.overdue({"C": days}, {"C": ()}, date(2026, 5, 16)) == (1, 1)
    assert oracle.regularity([(30, 30), (20, 40), (10, 30), (25, 25)]) == pytest.approx(7.5)
    assert oracle.pooled_cv({"C": [date(2026, 1, day) for day in (1, 3, 6, 10)]}) == pytest.approx(1 / 3)
    assert oracle.occasions([date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 4)]) == [
        date(2026, 1, 1),
        date(2026, 1, 4),
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_repeat_orders_agree_with_the_oracle(seed, tmp_path):
    made = wide_company(seed)
    check_company(version_of(tmp_path, made, only_this), made)


def only_this(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def check_company(version, made):
    priors = {}
    for segment in ("Key", "Small", "Unsegmented"):
        found = occasions(oracle.bought(made, AS_OF, segment=segment))
        if found:
            priors[segment] = oracle.prior(found, AS_OF)
    check(read_all(version)[None], made, occasions(oracle.bought(made, AS_OF)), priors)
    by = read_all(version, dim="segment")
    for name in priors:
        check(by[name], made, occasions(oracle.bought(made, AS_OF, segment=name)), priors)
    by = read_all(version, dim="family")
    for name in FAMILIES:
        check(by[name], made, occasions(oracle.bought(made, AS_OF, name)), priors)


def occasions(bought):
    return {customer: oracle.occasions(days) for customer, days in bought.items()}


def read_all(version, dim=None):
    """Rows by slice, then by measure."""
    by = (dim,) if dim else ()
    asked = Request(("all",), by, date_from=FIRST, date_to=END, as_of=AS_OF, params={"window": WINDOW})
    found: dict = {}
    for row in read(version, ID, asked)["rows"]:
        found.setdefault(row["slice"].get(dim) if dim else None, {})[row["measure"]] = row
    return found


def near(row, expected):
    return row["value"] == (expected and pytest.approx(expected, rel=1e-9))


def check(row, made, found, priors):
    held = {customer: priors[segment_on(made, customer, days[-1]) or "Unsegmented"] for customer, days in found.items()}
    assert (row["repeat_rate"]["num"], row["repeat_rate"]["den"]) == oracle.repeat_rate(
        found, FIRST, END, AS_OF, WINDOW
    )
    assert near(row["frequency"], oracle.frequency(found, AS_OF))
    value, ci = kaplan_meier_median(*oracle.durations(found, AS_OF))
    assert (row["itt_median"]["value"], tuple(row["itt_median"]["ci"])) == (value, ci)
    assert near(row["itt_cv"], oracle.pooled_cv(found))
    assert near(row["regularity_k"], oracle.regularity(oracle.last_pairs(found)))
    assert (row["overdue_share"]["num"], row["overdue_share"]["den"]) == oracle.overdue(found, held, AS_OF)
