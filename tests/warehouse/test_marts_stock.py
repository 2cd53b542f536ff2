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
        "order_line": "order_line_id | order_id | product_id | site_id | ordered_qty\nL1 | O1 | P | W | 7",
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
