"""Which lines are open, what was promised for them, and what a past day knew."""

from datetime import date

import pytest

from tests.metrics.exceptions_example import draw, line, risk, rows

NO_STOCK = "snapshot_date | product_id | site_id | on_hand_qty\n2026-04-30 | Q | W | 1"


def short(**tables: str):
    """The example without stock and purchases: nothing serves any line, 1380 are open."""
    return draw(**{"inventory_snapshot": NO_STOCK, "po_line": "", **tables})


def of_line(version, line_id: str) -> float:
    return float(line(version, line_id)["open_qty"])


def test_shipped_cancelled_and_closed_quantity_is_not_open():
    version = short(
        shipment="""
            shipment_id | shipped_date | delivered_date
            T1          | 2026-04-10   |
            T2          | 2026-04-10   | 2026-04-12
            T3          | 2026-05-02   |
        """,
        shipment_line="""
            shipment_id | order_line_id | qty_shipped
            T1          | L1            | 10
            T2          | L2            | 40
            T3          | L3            | 60
        """,
        order_line_change="""
            order_line_id | kind        | changed_date | delta_qty | initiator
            L1            | short_close | 2026-04-12   | -5        |
            L3            | cancel      | 2026-04-12   | -20       | customer
            L3            | qty_down    | 2026-04-13   | -10       | customer
        """,
    )
    # L3 was 70 before its reduction is undone in the past: 60 now, 20 of them cancelled
    assert (of_line(version, "L1"), of_line(version, "L3")) == (15, 40)
    assert risk(version) == 15 * 10 + 40 * 10
    assert risk(version, "lines") == 2


def test_the_first_promise_counts_unless_the_customer_wanted_another():
    promises = """
        order_line_id | promise_seq | set_date   | promised_date | initiator
        L1            | 1           | 2026-04-01 | 2026-04-20    |
        L1            | 2           | 2026-04-10 | 2026-05-05    | {}
        L2            | 1           | 2026-04-02 | 2026-05-08    |
        L3            | 1           | 2026-04-03 | 2026-05-20    |
    """
    by_us, by_customer = (short(promise_history=promises.format(who)) for who in ("us", "customer"))
    assert (line(by_us, "L1")["is_late"], line(by_customer, "L1")["is_late"]) == (True, False)
    assert risk(by_customer) - risk(by_us) == 300


def test_without_a_promise_the_requested_day_stands_and_without_both_the_line_is_left_out():
    version = short(
        promise_history="order_line_id | promise_seq | set_date | promised_date\nL2 | 1 | 2026-04-02 | 2026-05-08",
        order_line="""
            order_line_id | order_id | product_id | site_id | ordered_qty | unit_price | net_amount | requested_date
            L1            | O1       | P          | W       | 30          | 10         | 300        | 2026-05-05
            L2            | O2       | P          | W       | 40          | 12         | 480        |
            L3            | O3       | P          | W       | 60          | 10         | 600        |
        """,
    )
    (row,) = (row for row in rows(version) if row["part"] is None)
    assert (row["value"], row["excluded"]) == (780, {"no_date": 1})
    assert row["coverage"]["requested_for_promise"] == 0.5


def test_a_line_in_an_unknown_unit_or_without_a_price_is_left_out_and_counted():
    version = short(
        order_line="""
            order_line_id | order_id | product_id | site_id | ordered_qty | source_qty | unit_price | net_amount
            L1            | O1       | P          | W       |             | 3          | 10         | 300
            L2            | O2       | P          | W       | 40          |            |            | 480
            L3            | O3       | P          | W       | 60          |            |            |
        """
    )
    (row,) = (row for row in rows(version) if row["part"] is None)
    assert (row["value"], row["excluded"]) == (480, {"uom_missing": 1, "price_missing": 1})
    assert risk(version, "lines") == 2


SHIPS_COMPLETE = """
    order_id | customer_id | ordered_date | ship_complete
    O1       | X           | 2026-04-01   | true
    O2       | Y           | 2026-04-02   |
"""
TWO_OF_ONE = """
    order_line_id | order_id | product_id | site_id | ordered_qty | unit_price | net_amount
    L1            | O1       | P          | W       | 30          | 10         | 300
    L2            | O2       | P          | W       | 40          | 12         | 480
    L3            | O1       | R          | W       | 60          | 10         | 600
"""


def test_an_order_that_ships_complete_waits_for_its_worst_line():
    # R lies there: L3 has its 60, but L1 is ready on May 10 only; L3 is wanted on May 20, or on May 9
    stock = "snapshot_date | product_id | site_id | on_hand_qty\n2026-04-30 | P | W | 50\n2026-04-30 | R | W | 60"
    tables = {"sales_order": SHIPS_COMPLETE, "order_line": TWO_OF_ONE, "inventory_snapshot": stock}
    apart = draw(**{**tables, "sales_order": SHIPS_COMPLETE.replace("true", "    ")})
    assert (risk(apart), risk(apart, "value_touched")) == (200, 300)
    patient = draw(**tables)
    assert (risk(patient), risk(patient, "value_touched")) == (300, 300)
    promises = """
        order_line_id | promise_seq | set_date   | promised_date
        L1            | 1           | 2026-04-01 | 2026-05-05
        L2            | 1           | 2026-04-02 | 2026-05-08
        L3            | 1           | 2026-04-03 | 2026-05-09
    """
    hasty = draw(**tables, promise_history=promises)
    assert (risk(hasty), risk(hasty, "lines"), risk(hasty, "value_touched")) == (900, 2, 900)
    waiting = line(hasty, "L3")
    assert (waiting["reason"], waiting["po_line_id"], str(waiting["ready_date"])[:10]) == (
        "Late purchase", "PO1", "2026-05-10",
    )  # fmt: skip


@pytest.mark.parametrize(("until", "reason"), [("", "Hold"), ("2026-05-03", "Hold"), ("2026-04-30", "No supply")])
def test_a_short_line_on_hold_is_told_as_held(until, reason):
    version = short(
        order_line_hold=f"order_line_id | valid_from | valid_to | reason\nL1 | 2026-04-05 | {until} | credit"
    )
    assert line(version, "L1")["reason"] == reason
    assert line(version, "L3")["reason"] == "No supply"
    assert (
        line(draw(order_line_hold="order_line_id | valid_from | reason\nL2 | 2026-04-05 | credit"), "L2")["reason"]
        == "In time"
    )


def test_a_customer_without_a_rank_is_served_last():
    version = draw(customer_history="customer_id | valid_from | priority_rank\nX | 2025-01-01 | 7")
    assert line(version, "L2")["short_qty"] == 40
    assert line(version, "L1")["short_qty"] == 0


# --- a past day -------------------------------------------------------------------------------------------------------

COUNTS = """
    snapshot_date | product_id | site_id | on_hand_qty
    2026-02-28    | P          | W       | 50
    2026-03-20    | P          | W       | 9
    2026-03-31    | P          | W       | 50
    2026-04-30    | P          | W       | 50
"""
EARLY = """
    order_id | customer_id | ordered_date
    O1       | X           | 2026-03-01
    O2       | Y           | 2026-03-02
    O3       | X           | 2026-03-03
"""
PROMISES = """
    order_line_id | promise_seq | set_date   | promised_date
    L1            | 1           | 2026-03-01 | 2026-05-05
    L2            | 1           | 2026-03-02 | 2026-05-08
    L3            | 1           | 2026-03-03 | 2026-05-20
"""
BOUGHT = "po_id | supplier_id | ordered_date\nA | S1 | 2026-03-01\nB | S2 | 2026-03-01"
PAST = {"sales_order": EARLY, "inventory_snapshot": COUNTS, "promise_history": PROMISES, "purchase_order": BOUGHT}
MARCH = {"as_of": date(2026, 3, 31)}


def test_a_past_day_whose_confirmed_days_are_not_known_is_not_available():
    version = draw(**PAST)
    (row,) = rows(version, **MARCH)
    assert (row["status"], row["value"]) == ("not_available", None)
    assert row["reason"] == "not_available: no history of po_line.current_confirmed_date before 2026-04-30"
    assert risk(version) == 600


def test_a_past_day_reads_the_purchases_as_a_snapshot_of_its_week_shows_them():
    snapshot = """
        snapshot_date | po_line_id | ordered_qty | open_qty | current_confirmed_date
        2026-03-27    | PO1        | 70          | 70       | 2026-05-01
        2026-03-27    | PO2        | 100         | 100      | 2026-05-30
    """
    version = draw(**PAST, po_line_snapshot=snapshot)
    # L2 takes PO1's 40, L1 its 30; L3 50 of the stock and 10 late
    assert risk(version, **MARCH) == 100
    assert risk(version) == 600
    receipt = (
        "receipt_id | po_line_id | received_date | qty_received\nR | PO1 | 2026-03-29 | 20\nQ | PO1 | 2026-04-02 | 20"
    )
    assert risk(draw(**PAST, po_line_snapshot=snapshot, po_receipt=receipt), **MARCH) == 300
    old = draw(**PAST, po_line_snapshot=snapshot.replace("2026-03-27", "2026-03-23"))
    assert rows(old, **MARCH)[0]["status"] == "not_available"


def test_a_past_day_replays_the_changes_known_by_then():
    changes = """
        po_line_id | field                  | changed_date | recorded_date | old_value  | new_value
        PO1        | current_confirmed_date | 2026-03-10   | 2026-03-10    |            | 2026-05-01
        PO1        | current_confirmed_date | 2026-03-30   | 2026-04-02    | 2026-05-01 | 2026-05-10
        PO1        | ordered_qty            | 2026-04-05   |               | 70         | 40
    """
    version = draw(**PAST, po_line_change=changes)
    # as in the snapshot, but PO2, that never changed, comes on May 25
    assert (risk(version, **MARCH), risk(version)) == (100, 600)
    assert rows(version, as_of=date(2026, 2, 28))[0]["status"] == "not_available"


def test_before_anything_was_bought_or_made_a_past_day_is_known():
    late = "po_id | supplier_id | ordered_date\nA | S1 | 2026-04-05\nB | S2 | 2026-04-05"
    version = draw(**{**PAST, "purchase_order": late})
    # 50 in stock for L2 and 10 of L1
    assert risk(version, **MARCH) == 20 * 10 + 60 * 10
    made = """
        production_order_id | product_id | site_id | qty | due_date   | created_date
        M                   | P          | W       | 80  | 2026-05-01 | 2026-03-05
    """
    unknown = draw(**{**PAST, "purchase_order": late}, production_order=made)
    assert rows(unknown, **MARCH)[0]["status"] == "not_available"
    change = """
        production_order_id | field    | changed_date | old_value  | new_value
        M                   | created  | 2026-03-05   |            |
        M                   | due_date | 2026-04-03   | 2026-06-01 | 2026-05-01
    """
    told = draw(**{**PAST, "purchase_order": late}, production_order=made, production_order_change=change)
    assert risk(told, **MARCH) == 800
    assert line(told, "L1")["short_qty"] == 0


def test_each_month_stands_at_its_last_count():
    late = "po_id | supplier_id | ordered_date\nA | S1 | 2026-04-05\nB | S2 | 2026-04-05"
    version = draw(**{**PAST, "purchase_order": late})
    days = version.cursor().execute("select state_date::varchar, is_now from exceptions__day order by 1").fetchall()
    assert days == [("2026-02-28", False), ("2026-03-31", False), ("2026-04-30", True)]
    trend = [row for row in rows(version, reading="trend") if row["part"] is None and row["value"] is not None]
    assert [row["period"]["to"] for row in trend] == ["2026-03-31", "2026-04-30"]


def test_a_state_older_than_35_days_is_not_told():
    version = draw(**PAST)
    assert rows(version, as_of=date(2026, 6, 20))[0]["reason"].startswith(
        "not_available: no po_line.current_confirmed_date"
    )
