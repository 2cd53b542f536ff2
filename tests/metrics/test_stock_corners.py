"""Kinds of stock, holds, costs and demand that stock by segment must put in the right place."""

from datetime import date

import pandas as pd
import pytest

from metrics.question import Request
from metrics.read import read
from tests.metrics.stock_example import ID, WORLD, draw, row_of, values

ODD_STOCK = """
    2026-04-30 | P1 | W | unrestricted | -7  |   | 10
    2026-04-30 | P2 | W | consignment  | 11  |   | 20
    2026-04-30 | P2 | V | unrestricted | -3  |   | 20
    2026-04-30 | P2 | V | in_transit   | 4   |   | 20
    2026-04-30 | P4 | W | unrestricted | 9   | 6 | 5
"""
SPECIAL = """
    snapshot_date | product_id | site_id | stock_type  | segment | ownership | expiry_date | on_hand_qty | blocked_qty
    2026-04-30    | P1         | W       |             |         |           |             | 100         | 30
    2026-04-30    | P1         | W       |             | A       |           |             | 12          |
    2026-04-30    | P1         | W       | consignment | B       |           |             | 8           |
    2026-04-30    | P1         | W       |             |         | supplier  |             | 50          |
    2026-04-30    | P1         | W       |             |         |           | 2026-04-30  | 6           |
    2026-04-30    | P1         | W       |             |         |           | 2026-05-01  | 4           |
"""
COST = "product_id | unit_cost\nP1 | 10"


@pytest.mark.parametrize(
    "more", [{}, {"inventory_snapshot__add": ODD_STOCK}, {"inventory_snapshot": SPECIAL, "product_cost": COST}]
)
def test_every_unit_counted_is_shared_out_or_stands_apart(more):
    version = draw(**more)
    sql = "select product_id, site_id, sum({qty})::double as qty from {table} group by all order by all"
    counted = version.cursor().execute(
        "select product_id, site_id, sum(on_hand_qty)::double as qty from inventory_snapshot group by all order by all"
    ).df()  # fmt: skip
    for table, policies in (
        (f"{ID}__stock", ["demand_share"]),
        (f"{ID}__policy", ["priority_fifo", "fair_share", "quota"]),
    ):
        for policy in policies:
            shared = version.cursor().execute(sql.format(qty=f"alloc_{policy}", table=table)).df()
            pd.testing.assert_frame_equal(shared, counted, rtol=1e-12)


def test_special_stock_goes_where_it_is_meant_to():
    # usable 100 + 4 - 30 blocked = 74, 10 of it held for A: A 10 + 64 x 2/3 + 12 set aside, B 64/3 + 8 consigned
    version = draw(inventory_snapshot=SPECIAL, product_cost=COST)
    found = values(version, by=("segment", "product"))
    assert found[None, "A", "P1"] == pytest.approx((10 + 64 * 2 / 3 + 12) / 2)
    assert found[None, "B", "P1"] == pytest.approx(64 / 3 + 8)
    kinds = values(version, "stock_value", by=())
    assert [kinds[kind,] for kind in ("blocked", "expired", "consignment", "not_ours")] == [300, 60, 80, 500]
    assert kinds[None,] == pytest.approx(10 * (104 + 12 + 8 + 6))


def test_negative_stock_counts_as_none_and_never_lowers_another_site():
    version = draw(inventory_snapshot__add="2026-04-30 | P2 | V | unrestricted | -20 | | 20")
    assert values(version)[None, "B"] == pytest.approx(1300 / 20)
    assert values(version, "stock_value", by=())["negative",] == -400
    assert values(version, "stock_value", by=())[None,] == 2590


def test_reserved_stock_that_no_customer_line_explains_is_not_usable():
    more = "2026-04-30 | P2 | W | unrestricted | 10 | 25 | 20"
    version = draw(inventory_snapshot__add=more)
    assert values(version, by=("product",))[None, "P2"] == pytest.approx((60 - 25) / 0.5)
    assert values(version, "stock_value", by=())["reserved_elsewhere",] == 25 * 20


def test_lines_hold_no_more_than_there_is():
    held = WORLD["stock_reservation"] + "Y | A1 | P1 | W | 150 | 2026-01-01\nZ | B1 | P1 | W | 40 | 2026-01-01"
    version = draw(stock_reservation=held)
    # 200 held of 100: A 160/200, B 40/200
    found = values(version, by=("segment", "product"))
    assert found[None, "A", "P1"] == pytest.approx(80 / 2)
    assert found[None, "B", "P1"] == pytest.approx(20 / 1)
    rows = read(version, ID, Request(by=("product",)))["rows"]
    assert {row["slice"].get("product"): row["coverage"]["over_reserved"] for row in rows} == {
        None: 2 / 3,
        "P1": 1,
        "P2": 0,
    }


def test_demand_is_net_of_what_was_cancelled_by_the_stock_date():
    lines = """
        order_line_id|order_id|product_id|site_id | ordered_qty | cancelled_qty | cancelled_date | cancel_initiator
        A1            | A1       | P1         | W       | 180         | 90            | 2026-04-20     | customer
        B1            | B1       | P1         | W       | 90          | 45            | 2026-05-20     | customer
    """
    # both 90 in 90 days; the held 10 have no line here, so 90 are left: 45 each at 1 a day
    found = values(draw(order_line=lines), by=("product", "segment"))
    assert (found[None, "P1", "A"], found[None, "P1", "B"]) == pytest.approx((45, 45))


def test_only_the_last_90_days_count():
    orders = "order_id | customer_id | ordered_date\nA1 | CA | 2026-01-31\nB1 | CB | 2026-01-30"
    # 30 April - 89 days = 31 January; 90 usable, since no line explains the 10 reserved
    found = values(draw(sales_order=orders, stock_reservation=""), by=("segment", "product"))
    assert found == pytest.approx({(None,): 45.0, (None, "A", "P1"): 45.0})


def test_demand_follows_the_segment_of_the_stock_date():
    history = """
        customer_id | valid_from | valid_to   | segment
        CA          | 2025-01-01 | 2026-04-15 | A
        CA          | 2026-04-15 |            | B
        CB          | 2025-01-01 |            | B
    """
    assert values(draw(customer_history=history)) == pytest.approx({(None,): 50.0, (None, "B"): 50.0})


def test_customers_without_a_segment_are_a_segment():
    history = "customer_id | valid_from | segment\nCA | 2025-01-01 | A\nCB | 2025-01-01 |"
    assert values(draw(customer_history=history))[None, "Unsegmented"] == pytest.approx(65.0)


def test_a_product_out_of_stock_keeps_its_demand():
    earlier = """
        snapshot_date | product_id | site_id | on_hand_qty | unit_cost
        2026-03-31    | P1         | W       | 10          | 10
        2026-03-31    | P2         | W       | 10          | 20
        2026-04-30    | P1         | W       | 100         | 10
    """
    # P2 is not counted any more: nothing there, still wanted at its last known cost
    assert values(draw(inventory_snapshot=earlier))[None,] == pytest.approx(1000 / 40)


def test_the_cost_list_serves_where_the_count_has_no_cost():
    stock = "snapshot_date | product_id | site_id | on_hand_qty\n2026-04-30 | P1 | W | 100\n2026-04-30 | P2 | W | 50"
    cost = """
        product_id | site_id | valid_from | unit_cost | currency
        P1         | W       | 2026-01-01 | 10        | EUR
        P1         | W       | 2026-05-01 | 99        | EUR
        P1         |         | 2026-01-01 | 50        | EUR
    """
    row = row_of(draw(inventory_snapshot=stock, product_cost=cost))
    assert row["value"] == pytest.approx(1000 / 30)
    assert row["excluded"] == {"cost_missing": 1}


def test_costs_are_converted_at_the_rate_of_the_stock_date():
    stock = """
        snapshot_date | product_id | site_id | on_hand_qty | unit_cost | currency
        2026-04-30    | P1         | W       | 100         | 10        | USD
    """
    rate = "rate_date | from_ccy | to_ccy | rate\n2026-04-01 | USD | EUR | 0.8"
    assert values(draw(inventory_snapshot=stock, fx_rate=rate), "stock_value", by=())[None,] == 800


def test_a_line_without_a_site_counts_where_its_product_lies():
    lines = """
        order_line_id | order_id | product_id | ordered_qty
        A1            | A1       | P1         | 180
        B1            | B1       | P2         | 90
    """
    more = "2026-04-30 | P2 | V | unrestricted | 10 | | 20"
    found = values(draw(order_line=lines, inventory_snapshot__add=more, stock_reservation=""), by=("product",))
    assert found == pytest.approx({(None,): 45.0, (None, "P1"): 45.0})


def test_a_missing_rate_is_told_apart_from_a_missing_cost():
    stock = """
        snapshot_date | product_id | site_id | on_hand_qty | unit_cost | currency
        2026-04-30    | P1         | W       | 100         | 10        | USD
        2026-04-30    | P2         | W       | 50          | 20        | EUR
    """
    for policy in ("demand_share", "fair_share"):
        row = row_of(draw(inventory_snapshot=stock), params={"policy": policy})
        assert (row["value"], row["excluded"]) == (pytest.approx(50 / 0.5), {"fx_missing": 2}), policy


def test_stock_on_an_earlier_count_is_told_and_after_35_days_left_out():
    stock = """
        snapshot_date | product_id | site_id | on_hand_qty | unit_cost
        2026-03-26    | P2         | V       | 50          | 20
        2026-04-30    | P1         | W       | 100         | 10
        2026-05-01    | P1         | W       | 100         | 10
    """
    lines = "order_line_id | order_id | product_id | ordered_qty\nA1 | A1 | P1 | 180\nB2 | B2 | P2 | 45"
    version = draw("2026-05-01", inventory_snapshot=stock, order_line=lines, stock_reservation="")
    april = row_of(version, date_to=date(2026, 4, 30), date_from=date(2026, 4, 30))
    assert (april["num"], april["coverage"]["count_carried"], april["excluded"]) == (2000, 0.5, {})
    may = row_of(version)
    assert (may["num"], may["coverage"]["count_carried"], may["excluded"]) == (1000, 0, {"count_too_old": 1})


def test_days_tell_how_many_lines_have_a_segment_that_was_carried_back():
    history = "customer_id | valid_from | segment\nCA | 2025-01-01 | A\nCB | 2026-05-01 | B"
    version = draw(customer_history=history)
    # A1 and B1, B2: two of three demand lines; the rows are P1 A, P1 B, P2 B
    for name in ("days", "allocated_value", "days_by_policy"):
        row = row_of(version, name, where={"segment": ("A", "B")})
        assert row["coverage"]["attribute_backfilled"] == pytest.approx(2 / 3), name
    assert row_of(draw())["coverage"]["attribute_backfilled"] == 0
    held = draw(sales_order__add="C1 | CB | 2025-11-01", order_line__add="C1 | C1 | P3 | W | 5 | 2027-07-01 | 1",
                stock_reservation__add="Y | C1 | P3 | W | 5 | 2026-01-01", customer_history=history)  # fmt: skip
    row = row_of(held, "allocated_value", where={"product": ("P3",)})
    assert row["coverage"]["attribute_backfilled"] == 1
