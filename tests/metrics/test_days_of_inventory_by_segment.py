"""Days of inventory by segment: the worked example, each kind of stock, each way of sharing, and what must hold."""

from datetime import date

import pandas as pd
import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "days_of_inventory_by_segment"
# P1: A 180 and B 90 in 90 days = 2 and 1 a day, 10 of the 100 held for A; P2: B 45 = .5 a day; nobody wants P3.
# OA and OB are older than 90 days and still open: they count for the policies only.
WORLD = {
    "customer_history": """
        customer_id | valid_from | segment | priority_rank
        CA          | 2025-01-01 | A       | 2
        CB          | 2025-01-01 | B       | 1
    """,
    "product": """
        product_id | family
        P1         | pump
        P2         | valve
        P3         | pump
    """,
    "inventory_snapshot": """
        snapshot_date | product_id | site_id | stock_type   | on_hand_qty | reserved_qty | unit_cost
        2026-04-30    | P1         | W       | unrestricted | 100         | 10           | 10
        2026-04-30    | P1         | W       | blocked      | 20          |              | 10
        2026-04-30    | P1         | W       | quality      | 5           |              | 10
        2026-04-30    | P1         | W       | in_transit   | 30          |              | 10
        2026-04-30    | P2         | W       |              | 50          |              | 20
        2026-04-30    | P3         | W       |              | 5           |              | 8
    """,
    "sales_order": """
        order_id | customer_id | ordered_date
        A1       | CA          | 2026-03-01
        B1       | CB          | 2026-03-02
        B2       | CB          | 2026-04-03
        R        | CA          | 2025-12-01
        OA       | CA          | 2025-12-02
        OB       | CB          | 2025-12-03
    """,
    "order_line": """
        order_line_id | order_id | product_id | site_id | ordered_qty | requested_date | net_amount
        A1            | A1       | P1         | W       | 180         | 2026-07-01     | 1
        B1            | B1       | P1         | W       | 90          | 2026-07-01     | 1
        B2            | B2       | P2         | W       | 45          | 2026-07-01     | 1
        R             | R        | P1         | W       | 10          | 2026-07-20     | 1
        OA            | OA       | P1         | W       | 40          | 2026-05-10     | 1
        OB            | OB       | P1         | W       | 60          | 2026-05-12     | 1
    """,
    "stock_reservation": """
        reservation_id | order_line_id | product_id | site_id | qty | valid_from
        X              | R             | P1         | W       | 10  | 2026-01-01
    """,
}


def world(**more: str) -> dict:
    """The worked example with tables replaced (or left out: empty), or, under table__add, continued by further rows."""
    tables = {name: text for name, text in more.items() if not name.endswith("__add")}
    found = {**WORLD, **tables}
    for name in more.keys() - tables.keys():
        found[name.removesuffix("__add")] = found[name.removesuffix("__add")].rstrip() + "\n" + more[name].strip()
    return {name: text for name, text in found.items() if text}


def draw(as_of="2026-04-30", **more: str):
    return company(world(**more), metric(ID), as_of)


def values(version, measure="days", by=("segment",), **asked) -> dict:
    rows = read(version, ID, Request(measures=(measure,), by=by, **asked))["rows"]
    return {(row["part"], *row["slice"].values()): row["value"] for row in rows}


def row_of(version, measure="days", **asked) -> dict:
    return read(version, ID, Request(measures=(measure,), **asked))["rows"][0]


@pytest.fixture(scope="module")
def drawn():
    return draw()


def test_a_segment_has_the_days_of_its_share_against_its_demand(drawn):
    # A (10 + 90 x 2/3) x 10 / 20; B (90 x 1/3 x 10 + 50 x 20) / (10 + 10); all 2000 / 40, without the 40 of P3
    assert values(drawn) == pytest.approx({(None,): 50.0, (None, "A"): 700 / 20, (None, "B"): 1300 / 20})


def test_a_product_has_the_same_days_for_every_segment_but_for_what_is_held(drawn):
    found = values(drawn, by=("segment", "product"))
    assert found[None, "A", "P1"] == pytest.approx(35.0)
    assert found[None, "B", "P1"] == pytest.approx(30.0)
    assert found[None, "B", "P2"] == pytest.approx(100.0)


def test_the_first_priority_is_served_first(drawn):
    # B (rank 1) wants 60 of the 90, A (rank 2) gets the last 30 of its 40, and its held 10
    found = values(drawn, by=("segment", "product"), params={"policy": "priority_fifo"})
    assert found[None, "A", "P1"] == pytest.approx(40 / 2)
    assert found[None, "B", "P1"] == pytest.approx(60 / 1)


def test_a_fair_share_follows_open_quantity(drawn):
    # 90 for 100 wanted: A 36 + 10 held, B 54
    found = values(drawn, by=("segment", "product"), params={"policy": "fair_share"})
    assert found[None, "A", "P1"] == pytest.approx(46 / 2)
    assert found[None, "B", "P1"] == pytest.approx(54 / 1)


def test_what_open_lines_leave_goes_by_demand():
    # 30 more: B 60, A 40, 20 left: A 2/3, B 1/3
    version = draw(inventory_snapshot__add="2026-04-30 | P1 | W | unrestricted | 30 | | 10")
    found = values(version, by=("segment", "product"), params={"policy": "priority_fifo"})
    assert found[None, "A", "P1"] == pytest.approx((10 + 40 + 20 * 2 / 3) / 2)
    assert found[None, "B", "P1"] == pytest.approx(60 + 20 / 3)


def test_a_quota_grants_the_minimum_or_the_share_by_rank():
    quota = """
        product_id | segment | rank | share | min_qty
                   | B       | 1    | 0.5   |
        P1         | A       | 2    |       | 60
        P1         | B       | 1    | 0.6   |
    """
    # P1, rest 90: B .6 x 90 = 54 (the product's own rule), A 60 cut to the 36 left, + 10 held
    found = values(draw(segment_quota=quota), by=("segment", "product"), params={"policy": "quota"})
    assert found[None, "B", "P1"] == pytest.approx(54.0)
    assert found[None, "A", "P1"] == pytest.approx(46 / 2)


def test_without_quotas_the_quota_is_not_available_and_says_what_is_missing(drawn):
    row = row_of(drawn, params={"policy": "quota"})
    assert (row["status"], row["value"]) == ("not_available", None)
    assert "segment_quota" in row["reason"]
    assert values(drawn, "days_by_policy", by=())["quota",] is None


def test_days_by_policy_puts_every_way_of_sharing_beside_the_other(drawn):
    found = values(drawn, "days_by_policy")
    assert found["demand_share", "A"] == pytest.approx(35.0)
    assert found["priority_fifo", "A"] == pytest.approx(20.0)
    assert found["fair_share", "A"] == pytest.approx(23.0)
    assert found["priority_fifo",] == pytest.approx(50.0)


def test_the_difference_to_the_company_splits_into_mix_and_reservation(drawn):
    # by demand alone P1 lasts 100/3 days: A 33.33 - 50 = -16.67, held 35 - 33.33 = +1.67
    found = values(drawn, "days_effect")
    assert found["mix", "A"] == pytest.approx(100 / 3 - 50)
    assert found["reservation", "A"] == pytest.approx(35 - 100 / 3)
    assert found["mix", "B"] + found["reservation", "B"] == pytest.approx(65 - 50)
    assert found["reservation", "B"] < 0


def test_cover_compares_with_what_is_open_and_due(drawn):
    found = values(drawn, "cover")
    assert found[None, "A"] == pytest.approx(700 / 400)
    assert found[None, "B"] == pytest.approx(1300 / 600)


def test_what_was_shipped_by_the_stock_date_is_no_longer_open():
    shipped = "shipment_id | shipped_date\nS1 | 2026-04-20\nS2 | 2026-05-02"
    lines = "shipment_id | order_line_id | shipment_line_no | qty_shipped\nS1 | OB | 1 | 50\nS2 | OA | 1 | 40"
    found = values(draw(shipment=shipped, shipment_line=lines), "cover")
    assert found[None, "B"] == pytest.approx(1300 / 100)
    assert found[None, "A"] == pytest.approx(700 / 400)


def test_stock_that_nobody_ordered_is_shown_as_such_and_never_spread(drawn):
    found = values(drawn, "allocated_value")
    assert found == pytest.approx({(None,): 2040, (None, "A"): 700, (None, "B"): 1300, (None, "No recent demand"): 40})


def test_kinds_of_stock_stand_apart(drawn):
    found = values(drawn, "stock_value", by=())
    assert found[None,] == 2590
    assert [found[kind,] for kind in ("unrestricted", "no_demand", "blocked", "quality", "in_transit")] == [
        2000,
        40,
        200,
        50,
        300,
    ]


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
    flagged = version.cursor().execute("select distinct product_id from stock_state where is_over_reserved").fetchall()
    assert flagged == [("P1",)]


def test_a_segment_with_held_stock_but_no_demand_has_no_days():
    version = draw(
        customer_history__add="CC | 2025-01-01 | C | 3",
        sales_order__add="C1 | CC | 2025-11-01",
        order_line__add="C1 | C1 | P2 | W | 5 | 2026-07-01 | 1",
        stock_reservation__add="Y | C1 | P2 | W | 5 | 2026-01-01",
    )
    row = read(version, ID, Request(by=("segment",), where={"segment": ("C",)}))["rows"][-1]
    assert (row["value"], row["num"], row["den"], row["n"]) == (None, 100.0, 0.0, 0)
    assert row["reason"] == "reserved, no demand"


def test_few_demand_lines_are_marked(drawn):
    row = row_of(drawn)
    assert (row["n"], row["status"]) == (3, "low_n")


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


MAY = {
    "inventory_snapshot__add": "2026-05-31 | P1 | W | | 7 | | 99\n2026-05-31 | P1 | V | | 7 | | 99",
    "sales_order__add": "M1 | CB | 2026-05-05",
    "order_line__add": "M1 | M1 | P1 | W | 500 | 2026-05-20 | 1",
    "customer_history__add": "CB | 2026-05-01 | A | 1",
    "stock_reservation__add": "M | M1 | P1 | W | 7 | 2026-05-06",
    "shipment": "shipment_id | shipped_date\nS1 | 2026-05-20",
    "shipment_line": "shipment_id | order_line_id | shipment_line_no | qty_shipped\nS1 | OB | 1 | 60",
}


def test_nothing_after_the_date_changes_a_number_at_it(drawn):
    later = draw("2026-05-31", **MAY)
    for measure in metric(ID).measures:
        for policy in ("demand_share", "priority_fifo", "fair_share"):
            asked = dict(as_of=date(2026, 4, 30), params={"policy": policy})
            before, after = values(drawn, measure.name, **asked), values(later, measure.name, **asked)
            assert after == pytest.approx(before, abs=1e-9), (measure.name, policy)


def test_a_period_shows_its_last_stock_and_a_trend_the_month_ends():
    version = draw("2026-05-31", **MAY)
    rows = read(version, ID, Request(every="month", date_from=date(2026, 4, 1), date_to=date(2026, 5, 31)))["rows"]
    days = [(row["period"]["to"], row["value"]) for row in rows]
    assert days[0] == ("2026-04-30", 50.0)
    assert days[1][0] == "2026-05-31"
    assert days[1][1] != 50.0


def test_stock_too_old_is_no_stock():
    assert row_of(draw("2026-06-10"))["value"] is None


@pytest.mark.parametrize(
    ("table", "named"),
    [("inventory_snapshot", "inventory_snapshot.on_hand_qty"), ("order_line", "order_line.ordered_qty")],
)
def test_a_missing_input_is_named(table, named):
    found = {name: text for name, text in WORLD.items() if name != table}
    row = row_of(company(found, metric(ID)))
    assert (row["status"], row["value"]) == ("not_available", None)
    assert named in row["reason"]


def test_the_warning_about_equal_days_stands_in_the_catalogue():
    assert any("same days" in caveat for caveat in metric(ID).caveats)
