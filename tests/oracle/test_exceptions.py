"""Open promises pegged to supply against an oracle that follows the book line by line."""

from datetime import timedelta

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle import exceptions as oracle
from tests.oracle.company import AS_OF, Company
from tests.oracle.test_oracles import SEEDS, version_of
from tests.oracle.wide import wide_company

ID = "exceptions"
PARTS = {"P50": 0.5, "P80": 0.8, "P95": 0.95}


@pytest.mark.parametrize(("by_promise", "at_risk", "customers"), [(False, 600, 1), (True, 640, 2)])
def test_the_oracle_gives_the_numbers_of_the_book(by_promise, at_risk, customers):
    day = lambda after: (AS_OF + timedelta(days=after)).toordinal()  # noqa: E731
    drawn = (("L1", 30, 5, 10, 2, "X"), ("L2", 40, 8, 12, 1, "Y"), ("L3", 60, 20, 10, 2, "X"))
    lines = [
        {"line": line, "place": "P", "want": qty, "need": day(due), "current": due, "price": price, "rank": rank,
         "customer": customer, "ordered": 0, "order": line, "whole": False, "promise": AS_OF + timedelta(days=due)}
        for line, qty, due, price, rank, customer in drawn
    ]  # fmt: skip
    there = [{"place": "P", "qty": qty, "day": when, "for": None} for qty, when in
             ((50, oracle.NOW), (40, day(10)), (100, day(25)))]  # fmt: skip
    found = oracle.told(oracle.serve(Company(0, {}, {}), lines, there, by_promise))
    assert (found["revenue_at_risk"], found["lines"], found["customers"]) == (at_risk, 2, customers)
    assert by_promise or found["value_touched"] == 900


@pytest.mark.parametrize("seed", SEEDS)
def test_exceptions_agree_with_the_oracle(seed, tmp_path):
    made = wide_company(seed)
    check(made, version_of(tmp_path, made, only_this))


def only_this(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def check(made, version):
    for policy in ("priority", "promise_date"):
        asked = Request(measures=("all",), date_to=AS_OF, as_of=AS_OF, params={"policy": policy})
        found = {(row["measure"], row["part"]): row["value"] for row in read(version, ID, asked)["rows"]}
        for name, value in expected(made, policy).items():
            assert found[name, None] == pytest.approx(value, rel=1e-9, abs=1e-6), (policy, name)
        for part, share in PARTS.items():
            value = expected(made, policy, share)["revenue_at_risk"]
            assert found["revenue_at_risk", part] == pytest.approx(value, rel=1e-9, abs=1e-6), (policy, part)


def expected(made, policy, worse=None):
    served = oracle.serve(made, oracle.open_lines(made), oracle.supplies(made, worse), policy == "promise_date")
    return oracle.told(served)
