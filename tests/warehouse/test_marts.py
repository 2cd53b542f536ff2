"""line_known and order_known on companies drawn by hand: deliveries, proof, quantities, attributes."""

from datetime import date

import duckdb
import pytest

from tests.metrics.company import MARTS, SOURCE, _control, fill
from warehouse.schema import tables

WORLD = {
    "customer": """
        customer_id | name   | region | country
        A           | Ahlers | North  | DE
    """,
    "sales_order": """
        order_id | order_no | customer_id | ordered_date
        O1       | 4711     | A           | 2026-01-01
    """,
    "order_line": """
        order_line_id | order_id | line_no | ordered_qty | unit_price
        L1            | O1       | 10      | 10          | 5
    """,
    "promise_history": """
        order_line_id | promise_seq | set_date   | promised_date
        L1            | 1           | 2026-01-02 | 2026-01-20
    """,
    "shipment": """
        shipment_id | carrier | picked_date | shipped_date | delivered_date | delivery_basis
        S1          | DHL     | 2026-01-09  | 2026-01-10   | 2026-01-12     | pod
    """,
    "shipment_line": """
        shipment_id | order_line_id | qty_shipped
        S1          | L1            | 10
    """,
}


def jan(day: int) -> date:
    return date(2026, 1, day)


def marts(drawn: dict[str, str]):
    """A cursor on the order marts of a drawn company."""
    con = duckdb.connect()
    for table in tables().values():
        columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns.values())
        con.execute(f"create table {table.name} ({columns}, {SOURCE})").fetchall()
    for name, text in drawn.items():
        fill(con, name, text)
    _control(con, drawn, "2026-04-30", "EUR")
    for path in sorted(MARTS.glob("[1-4]*.sql")):
        con.execute(path.read_text("utf-8")).fetchall()
    return con.cursor()


def known(columns: str, table: str = "line_known", **drawn) -> list[tuple]:
    """Columns of all intervals of a drawn company, in order of line and interval."""
    return (
        marts({**WORLD, **drawn})
        .execute(f"select {columns} from {table} order by order_line_id, known_from")
        .fetchall()
    )


def at(day: date, columns: str, **drawn) -> tuple:
    """Columns of the one row that holds on a day."""
    rows = (
        marts({**WORLD, **drawn})
        .execute(
            f"select {columns} from line_known where known_from <= $1 and (known_to is null or known_to > $1)", [day]
        )
        .fetchall()
    )
    assert len(rows) == 1
    return rows[0]


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


def test_a_line_is_complete_on_the_first_day_that_enough_has_arrived():
    parts = dict(
        shipment="""
            shipment_id | shipped_date | delivered_date | delivery_basis
            S1          | 2026-01-04   | 2026-01-05     | pod
            S2          | 2026-01-07   | 2026-01-08     | carrier
            S3          | 2026-01-07   | 2026-01-09     | pod
        """,
        shipment_line="""
            shipment_id | order_line_id | qty_shipped | qty_delivered
            S1          | L1            | 4           |
            S2          | L1            | 8           | 6
            S3          | L1            | 3           |
        """,
    )
    # 4 on the 5th, 4 + 6 = 10 on the 8th; the three on the 9th are too many
    row = known("first_delivery_date, completion_date, completion_ship_date, delivered_qty", **parts)
    assert row == [(jan(5), jan(8), jan(7), 13)]


def test_the_agreed_tolerance_completes_a_line_that_is_a_little_short():
    short = "shipment_id | order_line_id | qty_shipped\n S1 | L1 | 9.5"
    agreed = "customer_id | valid_from | tol | grace_days\n A | 2025-06-01 | 0.05 | 2"
    assert known("completion_date", shipment_line=short) == [(None,)]
    assert known("completion_date, tol, grace_days", shipment_line=short, customer_setting=agreed) == [
        (jan(12), 0.05, 2)
    ]
    later = agreed.replace("2025-06-01", "2026-06-01")
    assert known("completion_date", shipment_line=short, customer_setting=later) == [(None,)]


def test_a_goods_issue_is_no_proof_where_the_company_has_better():
    other = """
        shipment_id | shipped_date | delivered_date | delivery_basis
        S1          | 2026-01-10   |                | goods_issue
        S2          | 2025-12-01   | 2025-12-03     | pod
    """
    row = known("completion_date, any_completion_date, shipped_unproved, evidence", shipment=other)
    assert row == [(None, jan(10), True, "goods_issue")]


def test_a_goods_issue_is_proof_where_the_company_has_nothing_better_or_the_handover_is_the_delivery():
    issue = "shipment_id | shipped_date | delivery_basis\n S1 | 2026-01-10 | goods_issue"
    assert known("completion_date, evidence", shipment=issue) == [(jan(10), "goods_issue")]
    handover = """
        shipment_id | shipped_date | delivered_date | delivery_basis | incoterm
        S1          | 2026-01-10   |                | goods_issue    | FCA Bremen
        S2          | 2025-12-01   | 2025-12-03     | pod            |
    """
    assert known("completion_date, shipped_unproved", shipment=handover) == [(jan(10), False)]


def test_a_goods_issue_stops_being_proof_on_the_day_the_company_first_has_better():
    switch = """
        shipment_id | shipped_date | delivered_date | delivery_basis
        S1          | 2026-01-10   |                | goods_issue
        S2          | 2026-01-14   | 2026-01-15     | pod
    """
    assert at(jan(14), "completion_date", shipment=switch) == (jan(10),)
    assert at(jan(15), "completion_date, any_completion_date", shipment=switch) == (None, jan(10))


def test_a_shipment_told_by_its_carrier_has_not_arrived_while_it_has_no_day():
    under_way = "shipment_id | shipped_date | delivered_date | delivery_basis\n S1 | 2026-01-10 | | carrier"
    row = known("completion_date, any_completion_date, shipped_unproved, evidence", shipment=under_way)
    assert row == [(None, None, False, "none")]


def test_an_estimate_is_no_proof_even_where_nothing_better_exists_but_the_goods_issue_beside_it_is():
    guess = "shipment_id | shipped_date | delivered_date | delivery_basis\n S1 | 2026-01-10 | 2026-01-13 | estimated"
    assert known("completion_date, any_completion_date, evidence", shipment=guess) == [(jan(10), jan(13), "estimated")]
    only = guess.replace("2026-01-10", "          ")
    assert known("completion_date, any_completion_date", shipment=only) == [(None, jan(13))]


def test_a_delivery_recorded_later_is_known_only_then():
    late = "shipment_id | delivered_date | delivery_basis | recorded_date\n S1 | 2026-01-12 | pod | 2026-01-18"
    assert known("completion_date, completion_known_date", shipment=late) == [(jan(12), jan(18))]
    two = dict(
        shipment=late + "\n S2 | 2026-01-14 | pod |",
        shipment_line="shipment_id | order_line_id | qty_shipped\n S1 | L1 | 6\n S2 | L1 | 4",
    )
    assert at(jan(17), "completion_date, delivered_qty", **two) == (None, 4)
    assert at(jan(18), "completion_date, delivered_qty", **two) == (jan(14), 10)


def test_a_delivery_taken_back_does_not_complete_a_line():
    back = dict(
        shipment="""
            shipment_id | shipped_date | delivered_date | delivery_basis
            S1          | 2026-01-03   | 2026-01-03     | pod
            S2          | 2026-01-05   | 2026-01-05     | pod
            S3          | 2026-01-08   | 2026-01-08     | pod
        """,
        shipment_line="shipment_id | order_line_id | qty_shipped\n S1 | L1 | 10\n S2 | L1 | -10\n S3 | L1 | 10",
    )
    assert at(jan(4), "completion_date", **back) == (jan(3),)
    assert at(jan(6), "completion_date", **back) == (jan(8),)


def test_a_shipment_without_lines_delivers_every_line_of_its_order():
    drawn = dict(
        order_line="order_line_id | order_id | ordered_qty\n L1 | O1 | 10\n L2 | O1 | 3",
        shipment="shipment_id | order_id | delivered_date | delivery_basis\n S1 | O1 | 2026-01-12 | carrier",
        shipment_line="shipment_id | order_line_id | qty_shipped\n",
    )
    assert known("order_line_id, completion_date, delivered_qty", **drawn) == [("L1", jan(12), 10), ("L2", jan(12), 3)]


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


def test_damage_papers_and_returns_carry_the_day_they_became_known():
    drawn = dict(
        shipment_line="shipment_id | order_line_id | qty_shipped | qty_damaged | doc_ok\n S1 | L1 | 10 | 2 | false",
        return_line="""
            return_id | order_line_id | returned_date | qty | fault
            R1        | L1            | 2026-01-25    | 1   | ours
            R2        | L1            | 2026-01-22    | 4   | customer
        """,
        invoice_line="invoice_id | order_line_id | invoiced_date | is_accurate\n I1 | L1 | 2026-01-11 | true",
    )
    assert known("damaged_date, damaged_qty, papers_known_date, papers_wrong_date", **drawn) == [
        (jan(12), 2, jan(11), jan(12))
    ]
    con = marts({**WORLD, **drawn})
    columns = "returned_bad_date, returned_bad_qty, invoice_known_date, invoice_wrong_date"
    assert con.execute(f"select {columns} from line_complaint").fetchall() == [(jan(25), 1, jan(11), None)]
    since = con.execute("select papers_since, condition_since, returns_since from component_since").fetchall()
    assert since == [(jan(11), jan(12), jan(22))]


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
