"""line_known and order_known on companies drawn by hand: which lines, their dates, attributes and amounts."""

import pytest

from tests.warehouse.order_marts import WORLD, jan, known, marts


def test_a_line_with_one_promise_and_one_delivery_has_one_row_with_its_milestones():
    row = known(
        "order_line_id, known_from, known_to, first_promised_date, promise_set_date, completion_date, "
        "completion_ship_date, picked_date, carrier, evidence, net_amount, amount_rc, customer, order_no"
    )
    assert row == [
        ("L1", jan(1), None, jan(20), jan(2), jan(12), jan(10), jan(9), "DHL", "pod", 50, 50, "Ahlers", "4711")
    ]


@pytest.mark.parametrize(
    ("order_type", "rows"),
    [("standard", 1), ("rush", 1), ("contract_release", 1), (None, 1), ("return", 0), ("sample", 0)],
)
def test_only_customer_demand_has_rows(order_type, rows):
    order = f"""
        order_id | customer_id | ordered_date | order_type
        O1       | A           | 2026-01-01   | {order_type or ""}
    """
    assert len(known("1", sales_order=order)) == rows


def test_an_order_without_lines_stands_in_order_known_by_its_header():
    drawn = dict(
        sales_order="""
            order_id | customer_id | ordered_date | header_promised_date | header_delivered_date | header_delivery_basis
            O2       | A           | 2026-01-05   | 2026-01-15           | 2026-01-14            | carrier
        """,
        order_line="order_line_id | order_id\n",
    )
    columns = "order_id, order_line_id, first_promised_date, completion_date, evidence"
    assert known(columns, "order_known", **drawn) == [("O2", "order:O2", jan(15), jan(14), "carrier")]
    assert known("1", **drawn) == []


def test_the_header_gives_its_dates_only_to_lines_without_their_own():
    drawn = dict(
        sales_order="""
            order_id | customer_id | ordered_date | header_requested_date | header_promised_date
            O1       | A           | 2026-01-01   | 2026-01-30            | 2026-01-31
        """,
        order_line="order_line_id | order_id | requested_date\n L1 | O1 | 2026-01-19\n L2 | O1 |",
    )
    columns = "order_line_id, requested_date, first_promised_date"
    assert known(columns, **drawn) == [("L1", jan(19), jan(20)), ("L2", jan(30), jan(31))]


HISTORY = """
    customer_id | valid_from | valid_to   | segment | tier
    A           | 2025-12-01 | 2026-01-10 | Small   |
    A           | 2026-01-10 |            | Key     | Gold
"""


@pytest.mark.parametrize(
    ("ordered", "segment", "backfilled"),
    [("2026-01-09", "Small", False), ("2026-01-10", "Key", False), ("2025-06-01", "Small", True)],
)
def test_a_line_has_the_segment_of_its_order_day_and_the_first_one_known_before_that(ordered, segment, backfilled):
    order = f"order_id | customer_id | ordered_date\n O1 | A | {ordered}"
    found = known("segment, attribute_backfilled, tier", sales_order=order, customer_history=HISTORY)
    assert found == [(segment, backfilled, "Gold")]


def test_a_segment_told_only_later_is_carried_back_to_the_rows_before_it():
    history = """
        customer_id | valid_from | valid_to   | segment | tier
        A           | 2025-12-01 | 2026-01-10 |         | Silver
        A           | 2026-01-10 |            | Key     | Gold
    """
    order = "order_id | customer_id | ordered_date\n O1 | A | 2026-01-05"
    found = known("segment, attribute_backfilled, tier", sales_order=order, customer_history=history)
    assert found == [("Key", True, "Silver")]


def test_amounts_turn_into_the_reporting_currency_at_the_rate_of_the_order_day():
    drawn = dict(
        sales_order="order_id | customer_id | ordered_date | currency\n O1 | A | 2026-01-01 | USD",
        fx_rate="rate_date | from_ccy | to_ccy | rate\n 2026-01-01 | USD | EUR | 0.9\n 2026-01-02 | USD | EUR | 0.5",
    )
    assert known("net_amount, amount_rc", **drawn) == [(50, 45)]
    assert known("net_amount, amount_rc", **{**drawn, "fx_rate": "rate_date | from_ccy | to_ccy | rate\n"}) == [
        (50, None)
    ]


def test_the_win_of_a_deal_dates_only_its_first_order_within_30_days():
    drawn = dict(
        opportunity="opportunity_id | outcome | closed_date\n P | won | 2026-01-01\n Q | won | 2026-01-01",
        sales_order="""
            order_id | customer_id | ordered_date
            O1       | A           | 2026-01-10
            O2       | A           | 2026-01-12
            O3       | A           | 2026-02-20
        """,
        opportunity_order_link="""
            opportunity_id | order_id | confidence
            P              | O1       |
            P              | O2       | 0.9
            Q              | O3       | 1
        """,
    )
    rows = (
        marts({**WORLD, **drawn})
        .execute("select order_id, won_date, is_first_of_win from order_origin order by 1")
        .fetchall()
    )
    assert rows == [("O1", jan(1), True), ("O2", jan(1), False), ("O3", jan(1), False)]


def test_an_order_that_has_only_a_day_of_entry_is_the_first_of_its_deal_by_that_day():
    drawn = dict(
        opportunity="opportunity_id | outcome | closed_date\n P | won | 2026-01-01",
        sales_order="""
            order_id | customer_id | ordered_date | entered_date
            O1       | A           |              | 2026-01-10
            O2       | A           | 2026-01-12   | 2026-01-12
        """,
        opportunity_order_link="opportunity_id | order_id | confidence\n P | O1 | 1\n P | O2 | 1",
    )
    rows = marts({**WORLD, **drawn}).execute("select order_id, is_first_of_win from order_origin order by 1").fetchall()
    assert rows == [("O1", True), ("O2", False)]
