"""repeat_order on the worked examples of its definition and on the cases that it decides."""

from datetime import date, timedelta
from itertools import accumulate

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from metrics.intervals import wilson
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

START = date(2025, 1, 1)
WHOLE = dict(date_from=date(2024, 1, 1), date_to=date(2026, 12, 31))
EXAMPLE = "A 2026-01-01, A 2026-01-31, A 2026-03-02, A 2026-04-01"


def orders(*customers: tuple[str, list[int]], start: date = START) -> pd.DataFrame:
    """Orders of customers on days counted from the start."""
    dated = [(name, start + timedelta(days=day)) for name, days in customers for day in days]
    rows = [(f"O{place:05}", name, day) for place, (name, day) in enumerate(dated)]
    return pd.DataFrame(rows, columns=["order_id", "customer_id", "ordered_date"])


def by_gaps(*gaps: tuple[int, ...], copies: int = 1) -> pd.DataFrame:
    """A customer for each row of days between orders, so many times."""
    days = [[0, *accumulate(row)] for row in gaps for _ in range(copies)]
    return orders(*((f"C{place:03}", row) for place, row in enumerate(days)))


def told(text: str) -> pd.DataFrame:
    pairs = [entry.split() for entry in text.split(",")]
    rows = [(f"O{place}", name, day) for place, (name, day) in enumerate(pairs)]
    return pd.DataFrame(rows, columns=["order_id", "customer_id", "ordered_date"])


def made(sales_order, as_of: str = "2026-04-30", **tables):
    return company({"sales_order": sales_order, **tables}, metric("repeat_order"), as_of=as_of)


def rows(version, measure: str = "repeat_rate", **given) -> list[dict]:
    return read(version, "repeat_order", Request(measures=(measure,), **{**WHOLE, **given}))["rows"]


def tile(version, measure: str = "repeat_rate", **given) -> dict:
    return rows(version, measure, **given)[0]


def drilled(version, **given) -> dict:
    """The first drilled row of each customer."""
    doc = read(version, "repeat_order", Request(measures=("overdue_share",), reading="rows", **{**WHOLE, **given}))
    return {row["customer_id"]: row for row in reversed(doc["rows"])}


def day(value) -> date | None:
    return None if value is None else value.date()


def test_the_worked_example_of_one_customer():
    version = made(told(EXAMPLE), as_of="2026-05-16")
    row = drilled(version)["A"]
    assert (day(row["next_expected"]), row["overdue_ratio"], row["basis"]) == (date(2026, 5, 1), 1.5, "own")
    assert (day(row["window_from"]), day(row["window_to"])) == (date(2026, 5, 1), date(2026, 5, 1))
    assert tile(version, "itt_cv")["value"] == 0
    assert tile(version, "overdue_share")["value"] == 1
    assert tile(version, "overdue_share", as_of=date(2026, 5, 1))["value"] == 0


def test_the_worked_example_of_spread():
    assert tile(made(by_gaps((20, 30, 40))), "itt_cv")["value"] == pytest.approx(1 / 3)


def test_the_worked_example_of_regularity():
    version = made(by_gaps((30, 30), (20, 40), (10, 30), (25, 25)))
    row = tile(version, "regularity_k")
    assert (row["value"], row["n"], row["status"], row["ci"]) == (pytest.approx(7.5), 4, "insufficient", None)
    # only the last two waits count
    assert tile(made(by_gaps((99, 30, 30), (5, 20, 40), (10, 30), (25, 25))), "regularity_k")["value"] == row["value"]


def test_clockwork_has_no_number_and_says_so():
    row = tile(made(by_gaps((30, 30), copies=12)), "regularity_k")
    assert (row["value"], row["reason"], row["n"]) == (None, "very regular: k is infinite", 12)


def test_regularity_comes_with_a_bootstrap_over_customers_that_repeats():
    gaps = [(10 + place, 20 + 2 * (place % 7)) for place in range(40)]
    one, again = (tile(made(by_gaps(*given)), "regularity_k") for given in (gaps, gaps))
    assert one["ci_method"] == "bootstrap_customer"
    assert one["ci"] == again["ci"]
    assert one["ci"][0] < one["value"] < one["ci"][1]


def test_more_regular_customers_have_a_higher_k():
    wild, even = by_gaps((10, 90), (90, 10), (50, 50)), by_gaps((45, 55), (55, 45), (50, 50))
    assert tile(made(even), "regularity_k")["value"] > tile(made(wild), "regularity_k")["value"] > 0


def test_a_customer_returns_within_the_window_or_not():
    version = made(orders(("A", [0, 100]), ("B", [0, 180]), ("C", [0, 181]), ("D", [0])))
    row = tile(version)
    assert (row["num"], row["den"], row["ci"]) == (2, 4, list(wilson(0.5, 4)))
    assert tile(version, params={"window": 100})["num"] == 1
    assert tile(version, params={"window": None})["num"] == 3


def test_only_cohorts_that_have_had_the_window_are_counted():
    version = made(orders(("A", [0, 10]), ("B", [40]), ("C", [70])))
    # the month of A ends on 31 January, that of B on 28 February: 180 days later 30 July, 27 August
    seen = [tile(version, as_of=date(2025, month, last)) for month, last in ((7, 29), (7, 30), (8, 27))]
    assert [(row["n"], row["excluded"]) for row in seen] == [
        (0, {"immature": 3}), (1, {"immature": 2}), (2, {"immature": 1})
    ]  # fmt: skip
    assert seen[1]["provisional"]


def test_the_repeat_rate_is_of_the_month_of_the_first_order():
    version = made(orders(("A", [0, 45]), ("B", [40])))
    found = {
        row["period"]["label"]: (row["num"], row["den"]) for row in rows(version, reading="trend") if row["period"]
    }
    assert found == {"2025-01": (1, 1), "2025-02": (0, 1)}


def test_a_day_after_is_the_same_occasion():
    version = made(orders(("A", [0, 1, 2, 30, 60])))
    assert (tile(version, "frequency")["num"], tile(version, "itt_cv")["n"]) == (2, 2)
    assert tile(version, "frequency", params={"merge_days": 0})["num"] == 4
    assert tile(version, "frequency", params={"merge_days": 30})["num"] == 0


def test_two_orders_of_a_day_are_one_occasion():
    assert tile(made(orders(("A", [0, 0, 0]))), params={"window": None})["num"] == 0


def test_frequency_is_per_year_since_the_first():
    version = made(orders(("A", [0, 100, 200]), ("B", [0])), as_of="2026-01-01")
    row = tile(version, "frequency")
    assert (row["num"], row["den"], row["value"], row["status"]) == (2, 2, 1, "insufficient")


def test_the_median_wait_counts_the_last_wait_as_unfinished():
    waits = [[20, 30, 40], [10, 50], [60], []]
    version = made(by_gaps(*waits), as_of="2025-06-30")
    ended = [gap for row in waits for gap in row]
    open_waits = [180 - sum(row) for row in waits]
    sample = stats.CensoredData.right_censored([*ended, *open_waits], [*[False] * 6, *[True] * 4])
    curve = stats.ecdf(sample).sf
    expected = curve.quantiles[np.flatnonzero(curve.probabilities <= 0.5 + 1e-9)[0]]
    row = tile(version, "itt_median")
    assert (row["value"], row["n"], row["num"]) == (expected, 10, 6)
    assert row["value"] > np.median(ended)
    assert row["ci_method"] == "kaplan_meier_log_log"


def test_customers_who_never_return_leave_no_median():
    row = tile(made(orders(*((f"C{place}", [0]) for place in range(8)))), "itt_median")
    assert (row["value"], row["reason"]) == (None, "not reached")


SEGMENTS = """
    customer_id | segment
    R1          | Retail
    R2          | Retail
    R3          | Retail
    R4          | Retail
    X           | Trade
"""


def test_with_fewer_than_two_waits_the_window_is_that_of_the_segment():
    bought = orders(("R1", [0, 10, 30]), ("R2", [0, 10, 30]), ("R3", [0, 20]), ("R4", [30]), ("X", [0, 9]))
    version = made(bought, as_of="2025-02-05", customer=SEGMENTS)
    found = drilled(version)
    # waits of retail: 10 10 20 20 20, unfinished 5 5 5 15: 4 of 6 still wait after day 10, nobody after day 20
    assert {name: row["basis"] for name, row in found.items()} == {
        "R1": "own", "R2": "own", "R3": "segment prior", "R4": "segment prior", "X": None
    }  # fmt: skip
    assert day(found["R4"]["next_expected"]) == date(2025, 1, 31) + timedelta(days=20)
    row = tile(version, "overdue_share")
    assert (row["den"], row["excluded"], row["coverage"]["segment_prior"]) == (4, {"no_window": 1}, 0.5)


def test_a_filter_does_not_change_what_the_segment_is_held_against():
    products = "product_id | family\nP1 | Pumps\nP2 | Valves"
    bought = orders(("R1", [0, 10, 30]), ("R2", [0, 10, 30]), ("R3", [0, 20]), ("R4", [30]))
    lines = bought[["order_id"]].assign(order_line_id=bought["order_id"], product_id="P1", ordered_qty=1)
    lines.loc[lines.index[-1], "product_id"] = "P2"
    version = made(bought, as_of="2025-02-05", customer=SEGMENTS, product=products, order_line=lines)
    assert (
        drilled(version, where={"family": ("Valves",)})["R4"]["next_expected"]
        == drilled(version)["R4"]["next_expected"]
    )


def test_a_family_counts_the_occasions_of_that_family():
    products = "product_id | family\nP1 | Pumps\nP2 | Valves"
    lines = """
        order_line_id | order_id | product_id | ordered_qty
        1             | O00000   | P1         | 1
        2             | O00000   | P2         | 1
        3             | O00001   | P2         | 1
        4             | O00002   | P1         | 1
    """
    version = made(orders(("A", [0, 40, 100])), product=products, order_line=lines)
    found = {row["slice"].get("family"): row for row in rows(version, "frequency", by=("family",))}
    assert {name: row["num"] for name, row in found.items()} == {None: 2, "Pumps": 1, "Valves": 1}
    gaps = {row["slice"].get("family"): row["value"] for row in rows(version, "itt_median", by=("family",))}
    assert gaps == {None: 60, "Pumps": 100, "Valves": 40}


def test_a_cancelled_order_is_no_occasion_from_that_day_on():
    lines = """
        order_line_id | order_id | ordered_qty | cancelled_qty | cancelled_date
        1             | O00000   | 5           |               |
        2             | O00001   | 5           | 5             | 2025-03-01
        3             | O00001   | 5           | 5             | 2025-03-10
        4             | O00002   | 5           | 2             | 2025-06-01
    """
    version = made(orders(("A", [0, 40, 100])), order_line=lines)
    assert tile(version, "frequency")["num"] == 1
    assert [tile(version, "frequency", as_of=date(2025, 3, last))["num"] for last in (9, 10)] == [1, 0]


def test_an_order_cancelled_on_no_day_is_no_occasion():
    bought = orders(("A", [0, 40])).assign(status=[None, "cancelled"])
    assert tile(made(bought), "frequency")["num"] == 0


def test_releases_of_contracts_are_no_repeats():
    bought = orders(("A", [0, 30, 60]), ("B", [0, 30, 60])).assign(
        order_type=["contract_release"] * 3 + ["standard"] * 3
    )
    bought.loc[5, "order_type"] = "contract_release"
    row = tile(made(bought), "frequency")
    assert (row["num"], row["n"], row["coverage"]["contract_release"]) == (2, 2, 1)


def test_returns_and_samples_are_no_occasions():
    bought = orders(("A", [0, 30, 60])).assign(order_type=["standard", "return", "sample"])
    assert tile(made(bought), "frequency")["num"] == 0


def test_a_past_day_knows_no_later_order():
    version = made(orders(("A", [0, 30, 60, 90])))
    assert tile(version, "frequency", as_of=START + timedelta(days=65))["num"] == 2
    row = drilled(version, as_of=START + timedelta(days=100))["A"]
    assert row["overdue_ratio"] == pytest.approx(10 / 30)


def test_an_overdue_customer_who_orders_is_no_longer_overdue():
    late, back = by_gaps((30, 30)), by_gaps((30, 30, 90))
    shares = [tile(made(frame, as_of="2025-06-05"), "overdue_share")["value"] for frame in (late, back)]
    assert shares == [1, 0]


def test_overdue_customers_are_of_the_period_of_their_last_occasion():
    version = made(orders(("A", [0, 30, 60]), ("B", [0, 30, 100])), as_of="2025-12-31")
    row = tile(version, "overdue_share", date_from=date(2025, 4, 1))
    assert (row["num"], row["den"]) == (1, 1)


def test_slices_of_region_and_tier_and_absent_ones():
    customers = "customer_id | region | tier\nA | North | 1\nB | South | 2"
    version = made(orders(("A", [0, 10]), ("B", [0])), customer=customers)
    for dim, member in (("region", "North"), ("tier", "1")):
        found = {row["slice"].get(dim): (row["num"], row["den"]) for row in rows(version, by=(dim,))}
        assert (found[None], found[member]) == ((1, 2), (1, 1))
    assert tile(version, by=("family",))["reason"] == "not_available: product.family (needed for family)"


@pytest.mark.parametrize(("size", "status"), [(4, "insufficient"), (5, "low_n"), (29, "low_n"), (30, "ok")])
def test_few_customers_are_told(size, status):
    assert tile(made(orders(*((f"C{place}", [0, 9]) for place in range(size)))))["status"] == status


@pytest.mark.parametrize(("size", "status"), [(9, "insufficient"), (10, "low_n"), (30, "ok")])
def test_few_waits_have_no_sure_spread(size, status):
    assert tile(made(by_gaps(*((20 + place,) for place in range(size)))), "itt_cv")["status"] == status


def test_nothing_loaded_is_named_and_no_error():
    version = company({}, metric("repeat_order"))
    for row in read(version, "repeat_order", Request(measures=("all",)))["rows"]:
        assert row["reason"] == "not_available: sales_order.ordered_date or sales_order.entered_date"


def test_a_period_without_orders_has_no_number():
    version = made(told(EXAMPLE))
    for name in ("repeat_rate", "overdue_share", "frequency", "itt_median", "itt_cv", "regularity_k"):
        row = tile(version, name, date_from=date(2024, 1, 1), date_to=date(2024, 2, 1))
        assert (row["value"], row["n"], row["status"]) == (None, 0, "insufficient")
