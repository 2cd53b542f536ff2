"""The revenue that waits for a supplier's late purchases, on the worked example of exceptions."""

from datetime import date

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.exceptions_example import WORLD
from tests.metrics.supplier_example import ID


def impact(version, **asked) -> dict:
    found = read(version, ID, Request(measures=("impact",), **asked))["rows"]
    return {(*row["slice"].values(),): row for row in found}


def test_late_purchases_carry_the_revenue_that_waits_for_them():
    found = impact(company(WORLD, metric(ID)), by=("supplier",))
    assert {key: row["value"] for key, row in found.items()} == {(): 600, ("S1",): 200, ("S2",): 400}


def test_a_purchase_in_time_carries_none():
    sooner = WORLD["po_line"].replace("2026-05-10", "2026-05-02")
    found = impact(company({**WORLD, "po_line": sooner}, metric(ID)), by=("supplier",))
    assert (found["S1",]["value"], found["S1",]["status"]) == (0, "ok")


def test_a_promise_without_a_price_is_told():
    lines = WORLD["order_line"].replace("| 10         | 300        |", "|            |            |")
    found = impact(company({**WORLD, "order_line": lines}, metric(ID)))[()]
    assert (found["value"], found["excluded"]) == (400, {"price_missing": 1})


def test_the_newest_state_belongs_to_a_period_that_ended_within_35_days_of_it():
    version = company(WORLD, metric(ID))
    april, february = date(2026, 3, 31), date(2026, 2, 28)
    assert impact(version, date_to=april)[()]["value"] == 600
    assert impact(version, date_to=february)[()]["n"] == 0
