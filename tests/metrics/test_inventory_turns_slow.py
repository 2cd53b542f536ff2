"""Slow, very slow, dead and excess stock: how long nothing left, how far it reaches, and what is exempt."""

from datetime import date, timedelta

import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "inventory_turns"
DAY = date(2026, 4, 30)
COUNT = """
    snapshot_date | product_id | site_id | stock_type | on_hand_qty | unit_cost
    2026-04-30    | F          | W       |            | 10          | 10
"""


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def lines(shipped: dict[str, int], wanted: dict[str, float]) -> dict[str, str]:
    """A line of each product that left so many days ago, and one of today for what is wanted of it in 90 days."""
    products = [*shipped, *wanted]
    head = "order_line_id | order_id | product_id | site_id | ordered_qty\n"
    old = [f"L{name} | OLD | {name} | W | 1" for name in shipped]
    new = [f"N{name} | NEW | {name} | W | {qty}" for name, qty in wanted.items()]
    ships = [f"S{name} | {ago(days)}" for name, days in shipped.items()]
    parts = [f"S{name} | L{name} | 1" for name in shipped]
    return {
        "product": "product_id | launch_date\n" + "\n".join(f"{name} |" for name in dict.fromkeys(products)),
        "sales_order": f"order_id | customer_id | ordered_date\nOLD | C | {ago(800)}\nNEW | C | {ago(0)}",
        "order_line": head + "\n".join(old + new),
        "shipment": "shipment_id | shipped_date\n" + "\n".join(ships),
        "shipment_line": "shipment_id | order_line_id | qty_shipped\n" + "\n".join(parts),
    }


def stock(*rows: str) -> str:
    return "\n".join([COUNT.rstrip(), *rows])


def draw(tables: dict, *rows: str, **more: str):
    return company({"inventory_snapshot": stock(*rows), **tables, **more}, metric(ID), str(DAY))


def parts(version, measure="slow_value", day=DAY, **asked) -> dict:
    rows = read(version, ID, Request(measures=(measure,), date_from=day, date_to=day, **asked))["rows"]
    return {one["part"]: one["value"] for one in rows if not one["slice"]}


# wanted of each 30 in 90 days, so that 10 last for 30 days
LEVELS = lines({"F": 1, "S": 90, "V": 180, "D": 365, "OLDER": 700}, dict.fromkeys("FSVD", 30))


@pytest.fixture(scope="module")
def levels():
    return draw(
        LEVELS, *(f"2026-04-30 | {name} | W | | 10 | {cost}" for name, cost in (("S", 20), ("V", 30), ("D", 40)))
    )


def test_each_level_holds_the_slower_ones(levels):
    assert parts(levels) == {"slow": 900, "very_slow": 700, "dead": 400}
    assert parts(levels, "slow_share") == pytest.approx({"slow": 0.9, "very_slow": 0.7, "dead": 0.4})


@pytest.mark.parametrize(
    ("days", "level"), [(89, None), (90, "slow"), (179, "slow"), (180, "very_slow"), (364, "very_slow")]
)
def test_the_day_a_level_begins(days, level):
    found = parts(draw(lines({"F": days, "OLDER": 700}, {"F": 30})))
    assert [name for name, value in found.items() if value][-1:] == ([level] if level else [])


def test_stock_for_more_than_180_days_is_slow_and_the_rest_of_it_is_excess():
    # wanted 5 in 90 days: 180 days need 10
    enough, more = draw(lines({"F": 1}, {"F": 5})), draw(lines({"F": 1}, {"F": 4.5}))
    assert (parts(enough)["slow"], parts(more)["slow"], parts(more)["very_slow"]) == (0, 100, 0)
    assert parts(enough, "excess_value")[None] == 0
    assert parts(more, "excess_value")[None] == pytest.approx((10 - 9) * 10)


def test_without_any_demand_all_that_is_usable_is_excess():
    version = draw(lines({"F": 1}, {}), "2026-04-30 | F | W | blocked | 3 | 10")
    assert parts(version, "excess_value")[None] == 100
    # blocked stock is capital: it is slow with the rest
    assert parts(version)["slow"] == 130


def test_what_nobody_ever_took_is_idle_since_data_of_issues_began():
    assert parts(draw(lines({"OTHER": 400}, {"F": 30})))["dead"] == 100
    assert parts(draw(lines({"OTHER": 200}, {"F": 30}))) == {"slow": 100, "very_slow": 100, "dead": 0}


def test_what_was_first_counted_later_than_the_rest_is_idle_since_then():
    version = draw(
        lines({"OTHER": 400}, {"F": 30}), f"{ago(200)} | OTHER | W | | 1 | 1", "2026-04-30 | OTHER | W | | 1 | 1"
    )
    assert parts(version) == {"slow": 1, "very_slow": 1, "dead": 1}


@pytest.mark.parametrize(("days", "slow"), [(89, 0), (90, 100)])
def test_a_new_product_is_exempt_for_90_days(days, slow):
    tables = lines({"OTHER": 400}, {"F": 4})
    tables["product"] = f"product_id | launch_date\nF | {ago(days)}"
    version = draw(tables)
    assert parts(version)["slow"] == slow
    assert parts(version, "excess_value")[None] == (0 if not slow else pytest.approx(20))


def test_production_is_an_issue_and_a_demand():
    moved = f"movement_id | moved_date | product_id | site_id | kind | qty\nM | {ago(5)} | F | W | issue_prod | -30"
    version = draw(lines({"OTHER": 400}, {}), inventory_movement=moved)
    assert parts(version)["slow"] == 0
    late = moved.replace(str(ago(5)), str(ago(90)))
    assert parts(draw(lines({"OTHER": 400}, {}), inventory_movement=late))["slow"] == 100


def test_without_orders_what_was_issued_is_the_demand():
    moved = f"movement_id | moved_date | product_id | site_id | kind | qty\nM | {ago(5)} | F | W | issue_sale | -5"
    assert parts(draw({}, inventory_movement=moved), "excess_value")[None] == 0
    more = moved.replace("-5", "-4")
    assert parts(draw({}, inventory_movement=more), "excess_value")[None] == pytest.approx(20)


def test_a_return_is_no_issue():
    back = f"return_id | order_line_id | returned_date | qty\nR | LF | {ago(2)} | 1"
    assert parts(draw(lines({"F": 100}, {"F": 30}), return_line=back))["slow"] == 100


def test_a_state_is_that_of_its_own_day(levels):
    version = draw(LEVELS, f"{ago(100)} | S | W | | 10 | 20", "2026-04-30 | S | W | | 10 | 20")
    assert parts(version)["slow"] == 200
    # its first issue was still to come: nothing had left it since issues are known
    past = parts(version, day=ago(100))
    assert (past["slow"], past["very_slow"]) == (200, 200)
    rows = read(version, ID, Request(measures=("slow_value",), date_to=ago(60)))["rows"]
    assert rows[0]["status"] == "not_available"


def test_consignment_and_stock_of_others_are_no_stock_of_ours():
    version = draw(lines({"OTHER": 400}, {}), "2026-04-30 | F | W | consignment | 7 | 10")
    assert parts(version)["dead"] == 100


def test_a_cost_or_count_that_is_missing_is_counted():
    rows = read(draw(LEVELS, "2026-04-30 | X | W | | 9 |"), ID, Request(measures=("slow_share",), date_to=DAY))["rows"]
    assert rows[0]["excluded"] == {"cost_missing": 1}
    assert rows[0]["n"] == 1


def test_slices_of_the_slow_stock(levels):
    rows = read(levels, ID, Request(measures=("slow_value",), by=("product",), date_to=DAY))["rows"]
    dead = {one["slice"]["product"]: one["value"] for one in rows if one["slice"] and one["part"] == "dead"}
    assert dead == {"D": 400, "F": 0, "S": 0, "V": 0}
