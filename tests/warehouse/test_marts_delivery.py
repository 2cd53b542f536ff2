"""line_known on companies drawn by hand: what was delivered, when it is known and what proves it."""

from tests.warehouse.order_marts import WORLD, at, jan, known, marts


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


def test_a_handover_is_the_delivery_while_its_proof_is_still_to_come():
    waiting = """
        shipment_id | shipped_date | delivered_date | delivery_basis | incoterm
        S1          | 2026-01-10   |                | pod            | EXW
    """
    assert known("completion_date, evidence", shipment=waiting) == [(jan(10), "goods_issue")]
    arrived = waiting.replace("|                | pod", "| 2026-01-13     | pod")
    assert at(
        jan(9), "completion_date is not null and completion_known_date <= date '2026-01-09'", shipment=arrived
    ) == (False,)
    assert at(jan(12), "completion_date, any_completion_date", shipment=arrived) == (jan(10), jan(10))
    assert at(jan(13), "completion_date, any_completion_date", shipment=arrived) == (jan(13), jan(13))


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
        (jan(12), 2, jan(12), jan(12))
    ]
    con = marts({**WORLD, **drawn})
    columns = "returned_bad_date, returned_bad_qty, invoice_known_date, invoice_wrong_date"
    assert con.execute(f"select {columns} from line_complaint").fetchall() == [(jan(25), 1, jan(11), None)]
    since = con.execute("select papers_since, condition_since, returns_since from component_since").fetchall()
    assert since == [(jan(11), jan(12), jan(22))]
