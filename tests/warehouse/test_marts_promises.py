"""line_known on promises that change and quantities that are cancelled: one row per interval of knowledge."""

import pytest

from tests.warehouse.order_marts import at, jan, known

PROMISES = """
    order_line_id | promise_seq | set_date   | promised_date | initiator | notified_date
    L1            | 1           | 2026-01-02 | 2026-01-11    |           |
    L1            | 2           | 2026-01-08 | 2026-01-14    | us        | 2026-01-10
    L1            | 3           | 2026-01-13 | 2026-01-18    | us        | 2026-01-15
"""


def test_a_date_we_moved_leaves_the_first_promise_and_counts_as_our_change():
    columns = "known_from, first_promised_date, current_promised_date, promise_count, repromise_count, notified_count"
    assert known(columns, promise_history=PROMISES) == [
        (jan(1), jan(11), jan(11), 1, 0, 0),  # set on the 2nd: promise_set_date tells
        (jan(8), jan(11), jan(14), 2, 1, 0),
        (jan(10), jan(11), jan(14), 2, 1, 1),  # told on the 10th, before the 11th was over
        (jan(13), jan(11), jan(18), 3, 2, 1),  # told on the 15th, the 14th was over by then
    ]


def test_a_change_the_customer_wanted_sets_a_new_first_promise_and_request():
    wanted = PROMISES.replace("| us        | 2026-01-10", "| customer  |           ")
    row = at(
        jan(20), "first_promised_date, current_promised_date, requested_date, repromise_count", promise_history=wanted
    )
    assert row == (jan(14), jan(18), jan(14), 1)
    assert at(jan(7), "first_promised_date", promise_history=wanted) == (jan(11),)


def test_intervals_of_a_line_follow_each_other_without_gap():
    rows = known("known_from, known_to", promise_history=PROMISES)
    assert [end for _, end in rows[:-1]] == [start for start, _ in rows[1:]]
    assert rows[-1][1] is None


def cancelled(day: str, initiator: str, qty: str = "10") -> str:
    return f"""
        order_line_id | order_id | ordered_qty | cancelled_qty | cancelled_date | cancel_initiator
        L1            | O1       | 10          | {qty}         | {day}          | {initiator}
    """


@pytest.mark.parametrize(
    ("day", "initiator", "found"),
    [
        ("2026-01-15", "customer", "excusable"),
        ("2026-01-20", "customer", "excusable"),  # the promised day is not over
        ("2026-01-21", "customer", "failure"),
        ("2026-01-15", "us", "failure"),
        ("2026-01-15", "", "excusable"),
        ("2026-01-21", "", "failure"),
    ],
)
def test_a_cancellation_is_excused_until_the_promised_day_is_over_unless_it_is_ours(day, initiator, found):
    none = "shipment_id | order_line_id\n"
    assert known("cancel_class", order_line=cancelled(day, initiator), shipment_line=none)[-1] == (found,)


def test_a_line_is_not_cancelled_before_the_cancellation_is_known():
    drawn = dict(order_line=cancelled("2026-01-15", "customer"), shipment_line="shipment_id | order_line_id\n")
    assert at(jan(14), "cancel_class, net_qty, cancelled_date", **drawn) == ("none", 10, None)
    assert at(jan(15), "cancel_class, net_qty, cancelled_date", **drawn) == ("excusable", 0, jan(15))


def test_an_excused_part_lowers_what_must_arrive():
    drawn = dict(
        order_line=cancelled("2026-01-15", "customer", "4"),
        shipment_line="shipment_id | order_line_id | qty_shipped\n S1 | L1 | 6",
    )
    assert at(jan(14), "completion_date", **drawn) == (None,)
    assert at(jan(15), "completion_date, net_qty, cancel_class", **drawn) == (jan(12), 6, "none")


def test_a_part_that_we_cancelled_must_still_arrive():
    drawn = dict(
        order_line=cancelled("2026-01-15", "us", "4"),
        shipment_line="shipment_id | order_line_id | qty_shipped\n S1 | L1 | 6",
    )
    assert at(jan(31), "completion_date, net_qty", **drawn) == (None, 10)


def test_a_cancellation_after_all_has_arrived_changes_nothing():
    row = at(jan(31), "cancel_class, completion_date", order_line=cancelled("2026-01-15", "customer"))
    assert row == ("none", jan(12))


def test_a_cancellation_without_a_day_is_told_apart():
    undated = "order_line_id | order_id | ordered_qty | status\n L1 | O1 | 10 | cancelled"
    assert at(jan(31), "cancel_class, net_qty", order_line=undated) == ("unknown_date", 10)


def test_a_cancelled_order_cancels_all_its_lines():
    order = """
        order_id | customer_id | ordered_date | status    | cancelled_date | cancel_initiator
        O1       | A           | 2026-01-01   | cancelled | 2026-01-05     | customer
    """
    none = "shipment_id | order_line_id\n"
    assert known("cancel_class, cancelled_date", sales_order=order, shipment_line=none)[-1] == ("excusable", jan(5))


def test_a_quantity_changed_later_stands_as_it_was_before():
    change = """
        order_line_id | changed_date | recorded_date | kind   | delta_qty
        L1            | 2026-01-15   | 2026-01-16    | qty_up | 3
    """
    drawn = dict(order_line="order_line_id | order_id | ordered_qty\n L1 | O1 | 13", order_line_change=change)
    assert at(jan(15), "ordered_qty, net_qty, completion_date", **drawn) == (10, 10, jan(12))
    assert at(jan(16), "ordered_qty, net_qty, completion_date", **drawn) == (13, 13, None)


def test_cancelled_and_reopened_quantity_comes_back():
    change = """
        order_line_id | changed_date | kind   | delta_qty | initiator
        L1            | 2026-01-08   | cancel | -10       | customer
        L1            | 2026-01-10   | reopen | 10        | customer
    """
    assert at(jan(9), "cancel_class, net_qty", order_line_change=change) == ("excusable", 0)
    assert at(jan(12), "cancel_class, net_qty, completion_date", order_line_change=change) == ("none", 10, jan(12))


@pytest.mark.parametrize(("day", "initiator"), [("2026-01-25", "customer"), ("2026-01-19", "us")])
def test_what_is_reopened_is_owed_again_whenever_it_comes_back(day, initiator):
    """Cancelled by the customer in time, then reopened after the promised day."""
    change = f"""
        order_line_id | changed_date | kind   | delta_qty | initiator
        L1            | 2026-01-08   | cancel | -4        | customer
        L1            | {day}        | reopen | 4         | {initiator}
    """
    six = "shipment_id | order_line_id | qty_shipped\n S1 | L1 | 6"
    drawn = dict(order_line_change=change, shipment_line=six)
    assert at(jan(15), "net_qty, completion_date", **drawn) == (6, jan(12))
    assert at(jan(31), "net_qty, completion_date", **drawn) == (10, None)


def test_our_own_cancellation_that_the_customer_reopens_owes_no_more_than_was_ordered():
    change = """
        order_line_id | changed_date | kind   | delta_qty | initiator
        L1            | 2026-01-08   | cancel | -4        | us
        L1            | 2026-01-10   | reopen | 4         | customer
    """
    assert at(jan(12), "net_qty, completion_date", order_line_change=change) == (10, jan(12))


@pytest.mark.parametrize("first", ["S1", "S2"])
def test_of_two_deliveries_on_one_day_the_first_to_leave_is_told_whatever_their_order(first):
    rows = {
        "S1": "S1 | DHL | 2026-01-08 | 2026-01-09 | 2026-01-12 | pod",
        "S2": "S2 | UPS | 2026-01-09 | 2026-01-11 | 2026-01-12 | pod",
    }
    other = "S2" if first == "S1" else "S1"
    shipment = "shipment_id | carrier | picked_date | shipped_date | delivered_date | delivery_basis"
    parts = f"shipment_id | order_line_id | qty_shipped\n{first} | L1 | 5\n{other} | L1 | 5"
    found = at(
        jan(31), "carrier, picked_date, completion_ship_date",
        shipment=f"{shipment}\n{rows[first]}\n{rows[other]}", shipment_line=parts,
    )  # fmt: skip
    assert found == ("DHL", jan(8), jan(9))
