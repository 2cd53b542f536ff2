"""Marts of stock: kinds of stock by date and place, what is held, the demand of the 90 days before."""

from datetime import date

import pytest

from tests.metrics.company import company

MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)
COUNTS = """
    snapshot_date | product_id | site_id | on_hand_qty | unit_cost
    2026-03-31    | P          | W       | 10          | 2
    2026-04-30    | P          | W       | 10          |
"""


def table(version, sql: str) -> list[tuple]:
    return version.cursor().execute(sql).fetchall()


def demand(orders: str, lines: str, **more: str) -> list[tuple]:
    version = company({"inventory_snapshot": COUNTS, "sales_order": orders, "order_line": lines, **more})
    return table(version, "select state_date, segment, qty, lines from stock_demand order by all")


LINES = "order_line_id | order_id | product_id | site_id | ordered_qty\nL1 | O1 | P | W | 7\nL2 | O2 | P | W | 5"


def test_a_line_is_demand_from_its_day_on_for_90_days():
    # 31 March - 89 days = 1 January; 30 April - 89 days = 31 January
    found = demand("order_id | customer_id | ordered_date\nO1 | A | 2026-01-01\nO2 | A | 2026-03-31", LINES)
    assert found == [(MARCH, "", 12, 2), (APRIL, "", 5, 1)]
    assert demand("order_id | customer_id | ordered_date\nO1 | A | 2025-12-31\nO2 | A | 2026-05-01", LINES) == []


def test_a_cancellation_lowers_demand_only_once_it_is_made():
    lines = """
        order_line_id | order_id | product_id | site_id | ordered_qty | cancelled_qty | cancelled_date
        L1            | O1       | P          | W       | 7           | 3             | 2026-04-10
    """
    found = demand("order_id | customer_id | ordered_date\nO1 | A | 2026-03-01", lines)
    assert found == [(MARCH, "", 7, 1), (APRIL, "", 4, 1)]


def test_demand_moves_with_the_customer_to_the_new_segment():
    history = """
        customer_id | valid_from | valid_to   | segment
        A           | 2026-01-01 | 2026-04-30 | small
        A           | 2026-04-30 |            | key
    """
    found = demand("order_id | customer_id | ordered_date\nO1 | A | 2026-03-01", LINES, customer_history=history)
    assert found == [(MARCH, "small", 7, 1), (APRIL, "key", 7, 1)]


def test_samples_and_returns_are_no_demand():
    orders = "order_id | order_type | ordered_date\nO1 | sample | 2026-03-01\nO2 | return | 2026-03-01"
    assert demand(orders, LINES) == []


@pytest.mark.parametrize(
    ("reserved", "held", "portions"),
    [
        ("", "", {"shared": 10}),
        ("4", "", {"shared": 6, "reserved_elsewhere": 4}),
        ("4", "4", {"shared": 6, "reserved": 4}),
        ("4", "1", {"shared": 6, "reserved": 1, "reserved_elsewhere": 3}),
        ("", "12", {"reserved": 10}),
        ("40", "", {"reserved_elsewhere": 10}),
    ],
)
def test_stock_held_and_reserved_never_exceeds_what_is_there(reserved, held, portions):
    drawn = {
        "inventory_snapshot": "snapshot_date | product_id | site_id | on_hand_qty | reserved_qty\n"
        f"2026-04-30 | P | W | 10 | {reserved}",
        "sales_order": "order_id | customer_id | ordered_date\nO1 | A | 2026-03-01",
        "order_line": "order_line_id | order_id | product_id | site_id | ordered_qty\nL1 | O1 | P | W | 70",
    }
    if held:
        drawn["stock_reservation"] = f"reservation_id | order_line_id | qty | valid_from\nX | L1 | {held} | 2026-03-01"
    found = dict(table(company(drawn), "select portion, qty from stock_state"))
    assert found == portions
    assert sum(found.values()) == 10


def test_a_reservation_counts_from_its_first_day_until_it_is_released():
    drawn = {
        "inventory_snapshot": COUNTS,
        "sales_order": "order_id | customer_id | ordered_date\nO1 | A | 2026-03-01",
        "order_line": "order_line_id | order_id | product_id | site_id | ordered_qty\nL1 | O1 | P | W | 7",
        "stock_reservation": """
            reservation_id | order_line_id | qty | valid_from | valid_to
            X              | L1            | 3   | 2026-03-31 | 2026-04-30
        """,
    }
    found = table(company(drawn), "select state_date, qty from stock_state where portion = 'reserved'")
    assert found == [(MARCH, 3)]


def test_a_count_without_a_cost_has_the_last_known_one_and_never_a_later_one():
    version = company({"inventory_snapshot": COUNTS + "2026-05-31 | P | W | 10 | 9\n2026-03-31 | Q | W | 1 |"})
    found = table(version, "select product_id, state_date, unit_cost from stock_day order by all")
    assert found[:3] == [("P", MARCH, 2), ("P", APRIL, 2), ("P", date(2026, 5, 31), 9)]
    assert {row[2] for row in found[3:]} == {None}


def test_several_costs_of_one_place_are_weighted_by_quantity():
    counts = COUNTS + "2026-04-30 | Q | W | 30 | 1\n2026-04-30 | Q | W | 10 | 5"
    version = company({"inventory_snapshot": counts})
    assert table(version, "select unit_cost from stock_day where product_id = 'Q'") == [((30 * 1 + 10 * 5) / 40,)]


TWO_SYSTEMS = """
    source_system | snapshot_date | product_id | site_id | on_hand_qty | unit_cost
    sap           | 2026-04-01    | P          | W       | 10          | 2
    wms           | 2026-04-02    | Q          | W       | 5           | 3
    wms           | 2026-04-02    | P          | W       | 4           | 2
    sap           | 2026-04-03    | P          | W       | 11          | 2
    wms           | 2026-04-04    | Q          | W       | 6           | 3
"""


def stock_by_day(counts: str) -> dict:
    version = company({"inventory_snapshot": counts})
    found = table(version, "select state_date, product_id, sum(qty) from stock_state group by all")
    return {(day.isoformat()[5:], product): qty for day, product, qty in found}


def test_systems_that_count_on_other_days_are_never_without_stock():
    # what wms counted of P on the 2nd holds on the 3rd; on the 4th it counted no P any more
    assert stock_by_day(TWO_SYSTEMS) == {
        ("04-01", "P"): 10, ("04-02", "P"): 14, ("04-02", "Q"): 5, ("04-03", "P"): 15, ("04-03", "Q"): 5,
        ("04-04", "P"): 11, ("04-04", "Q"): 6,
    }  # fmt: skip


def test_sites_that_are_counted_on_other_days_keep_their_last_count():
    counts = "snapshot_date | product_id | site_id | on_hand_qty\n2026-04-01 | P | W | 10\n2026-04-02 | P | V | 5"
    assert stock_by_day(counts) == {("04-01", "P"): 10, ("04-02", "P"): 15}


def test_a_count_holds_for_35_days_and_is_then_known_no_more():
    counts = "snapshot_date | product_id | site_id | on_hand_qty\n2026-03-01 | P | W | 10"
    later = counts + "\n2026-04-05 | P | V | 1\n2026-04-06 | P | V | 1"
    assert stock_by_day(later) == {("03-01", "P"): 10, ("04-05", "P"): 11, ("04-06", "P"): 1}
    sql = "select state_date, count_date from stock_day where site_id = 'W' order by all"
    first, day_35, day_36 = date(2026, 3, 1), date(2026, 4, 5), date(2026, 4, 6)
    found = table(company({"inventory_snapshot": later}), sql)
    assert found == [(first, first), (day_35, first), (day_36, None)]


def test_what_one_of_two_systems_counted_too_long_ago_is_not_told_as_less():
    counts = """
        source_system | snapshot_date | product_id | site_id | on_hand_qty
        sap           | 2026-03-05    | P          | W       | 1000
        wms           | 2026-03-05    | P          | W       | 7
        wms           | 2026-04-29    | P          | W       | 7
    """
    found = table(company({"inventory_snapshot": counts}), "select state_date, count_date from stock_day order by all")
    assert found == [(date(2026, 3, 5), date(2026, 3, 5)), (date(2026, 4, 29), None)]


def test_what_expires_before_the_stock_date_is_not_carried_as_usable():
    counts = """
        snapshot_date | product_id | site_id | on_hand_qty | expiry_date
        2026-04-01    | P          | W       | 10          | 2026-04-02
        2026-04-02    | P          | V       | 5           |
    """
    sql = "select portion, qty from stock_state where state_date = '2026-04-02' order by all"
    assert table(company({"inventory_snapshot": counts}), sql) == [("expired", 10), ("shared", 5)]


def held_for(reserved: str, **more: str) -> dict:
    """Portions of 10 counted where a line of 7 holds some of them."""
    version = company({
        "inventory_snapshot": "snapshot_date | product_id | site_id | on_hand_qty | reserved_qty\n"
        f"2026-04-30 | P | W | 10 | {reserved}",
        "sales_order": "order_id | customer_id | ordered_date\nO1 | A | 2026-03-01",
        "order_line": "order_line_id | order_id | product_id | site_id | ordered_qty | cancelled_qty | cancelled_date\n"
        "L1 | O1 | P | W | 7 | 2 | 2026-04-15",
        "stock_reservation": f"reservation_id | order_line_id | site_id | qty\nX | L1 | W | {reserved}",
        **more,
    })  # fmt: skip
    found = dict(table(version, "select portion, qty from stock_state"))
    return found | {"over": [row[0] for row in table(version, "select product_id from stock_over_reserved")]}


def test_a_line_holds_no_more_than_it_still_wants_and_the_rest_is_free_again():
    assert held_for("5") == {"shared": 5, "reserved": 5, "over": []}
    assert held_for("6") == {"shared": 5, "reserved": 5, "over": ["P"]}
    shipped = {
        "shipment": "shipment_id | shipped_date\nS1 | 2026-04-29\nS2 | 2026-05-01",
        "shipment_line": "shipment_id | order_line_id | qty_shipped\nS1 | L1 | 2\nS2 | L1 | 3",
    }
    assert held_for("5", **shipped) == {"shared": 7, "reserved": 3, "over": ["P"]}


def test_a_line_that_holds_stock_at_two_places_holds_its_quantity_once():
    two = "reservation_id | order_line_id | site_id | qty\nX | L1 | W | 6\nY | L1 | V | 4"
    assert held_for("6", stock_reservation=two) == {"shared": 7, "reserved": 3, "over": ["P", "P"]}


def test_what_is_held_without_any_stock_is_told():
    none = "snapshot_date | product_id | site_id | on_hand_qty\n2026-04-30 | Q | W | 1"
    assert held_for("5", inventory_snapshot=none) == {"shared": 1, "over": ["P"]}


def test_a_cost_without_a_rate_is_told_as_such():
    counts = """
        snapshot_date | product_id | site_id | on_hand_qty | unit_cost | currency
        2026-03-31    | P          | W       | 1           | 9         | USD
        2026-04-30    | Q          | W       | 1           |           |
        2026-04-30    | R          | W       | 1           | 9         | USD
    """
    more = {"product_cost": "product_id | unit_cost | currency\nR | 4 |\nS | 5 | USD"}
    version = company({"inventory_snapshot": counts + "2026-04-30 | S | W | 1 | |", **more})
    sql = "select product_id, unit_cost, fx_missing from stock_day where state_date = '2026-04-30' order by all"
    assert table(version, sql) == [("P", None, True), ("Q", None, False), ("R", 4, False), ("S", None, True)]
