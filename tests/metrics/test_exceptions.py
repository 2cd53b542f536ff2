"""Exceptions: the worked example, both policies, and every measure of it."""

import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.exceptions_example import ID, TODAY, by, draw, line, pegs, risk, rows


@pytest.fixture(scope="module")
def drawn():
    return draw()


def test_by_priority_two_lines_of_one_customer_are_at_risk(drawn):
    # L2 is served first; L1 lacks 20 at 10, L3 40 at 10
    assert risk(drawn) == 600
    assert risk(drawn, "lines") == 2
    assert risk(drawn, "customers") == 1
    assert risk(drawn, "value_touched") == 900
    assert pegs(drawn) == [
        ("L1", "PO1", 20), ("L1", "stock", 10), ("L2", "stock", 40), ("L3", "PO1", 20), ("L3", "PO2", 40),
    ]  # fmt: skip


def test_by_promise_other_lines_of_two_customers_are(drawn):
    by_promise = {"params": {"policy": "promise_date"}}
    assert risk(drawn, **by_promise) == 240 + 400
    assert risk(drawn, "customers", **by_promise) == 2
    assert risk(drawn, "value_touched", **by_promise) == 480 + 600


def test_a_line_tells_when_it_is_ready_and_what_binds_it(drawn):
    first, last = line(drawn, "L1"), line(drawn, "L3")
    assert (str(first["ready_date"])[:10], first["po_line_id"], first["short_qty"]) == ("2026-05-10", "PO1", 20)
    assert (str(last["ready_date"])[:10], last["po_line_id"], last["short_qty"]) == ("2026-05-25", "PO2", 40)
    assert line(drawn, "L2")["reason"] == "In time"


def test_the_whole_is_shown_beside_the_value_of_all_open_promises(drawn):
    (row,) = (row for row in rows(drawn) if row["part"] is None)
    assert (row["num"], row["den"], row["n"], row["status"]) == (600, 300 + 480 + 600, 3, "ok")
    assert (row["period"]["from"], row["currency"]) == (str(TODAY), "EUR")


def test_slices_follow_customer_supplier_reason_and_week(drawn):
    assert by(drawn, "customer") == {"X": 600, "Y": 0}
    assert by(drawn, "tier") == {"low": 600, "high": 0}
    assert by(drawn, "supplier") == {"S1": 200, "S2": 400, "No supplier": 0}
    assert by(drawn, "reason") == {"Late purchase": 600, "In time": 0}
    assert by(drawn, "week") == {"2026-W19": 200, "2026-W21": 400}


def test_a_filter_changes_no_pegging(drawn):
    assert risk(drawn, where={"customer": ("X",)}) == 600
    assert risk(drawn, where={"customer": ("Y",)}) == 0


def test_earlier_supply_lowers_what_is_at_risk():
    version = draw(
        po_line="""
        po_line_id | po_id | product_id | site_id | ordered_qty | current_confirmed_date
        PO1        | A     | P          | W       | 40          | 2026-05-04
        PO2        | B     | P          | W       | 100         | 2026-05-25
    """
    )
    # L2 takes PO1 (the latest in time), L1 30 of the stock, L3 the 20 left and 40 late
    assert risk(version) == 400


def test_nothing_short_is_zero_and_no_open_line_has_no_number():
    assert risk(draw(inventory_snapshot__add="2026-04-30 | P | W | | | 500")) == 0
    version = draw(
        sales_order="""
        order_id | customer_id | ordered_date | order_type
        O1       | X           | 2026-04-01   | intercompany
        O2       | X           | 2026-04-01   | replenishment
        O3       | X           | 2026-04-01   | sample
    """
    )
    (row,) = (row for row in rows(version) if row["part"] is None)
    assert (row["value"], row["status"], row["n"]) == (None, "not_available", 0)


def test_empty_tables_name_what_is_missing():
    version = company({}, metric(ID))
    for row in read(version, ID, Request(measures=("all",)))["rows"]:
        assert (row["status"], row["value"]) == ("not_available", None)
        assert row["reason"] == "not_available: inventory_snapshot.on_hand_qty"


@pytest.mark.parametrize(
    ("table", "named"),
    [("inventory_snapshot", "inventory_snapshot.on_hand_qty"), ("promise_history", "order_line.first_promised_date")],
)
def test_what_is_missing_is_named(table, named):
    (row,) = (row for row in rows(draw(**{table: ""})) if row["part"] is None)
    assert row["status"] == "not_available" and named in row["reason"]


def test_a_broken_promise_is_late_and_no_longer_at_risk():
    version = draw(
        promise_history="""
        order_line_id | promise_seq | set_date   | promised_date
        L1            | 1           | 2026-03-01 | 2026-04-29
        L2            | 1           | 2026-03-01 | 2026-03-30
        L3            | 1           | 2026-04-03 | 2026-04-30
    """
    )
    found = {row["part"]: row["value"] for row in rows(version, "late_value")}
    assert found == {None: 780, "1_30": 300, "gt_30": 480}
    # L2 and L1 empty the stock; L3, due today, lacks all but 0 of its 60
    assert risk(version) == 600
    assert risk(version, "lines") == 1
    assert [row["n"] for row in rows(version, "lines")] == [1]


def test_without_receipts_nothing_tells_how_late_suppliers_come(drawn):
    found = {row["part"]: row for row in rows(drawn)}
    assert found["P80"]["value"] is None
    assert found["P80"]["reason"] == "not_available: po_receipt.received_date"


def test_money_is_converted_at_the_orders_own_rate_and_left_out_without_one():
    orders = """
        order_id | customer_id | ordered_date | currency
        O1       | X           | 2026-04-01   | USD
        O2       | Y           | 2026-04-02   |
        O3       | X           | 2026-04-03   | CHF
    """
    rates = """
        rate_date  | from_ccy | to_ccy | rate
        2026-04-01 | USD      | EUR    | 0.5
        2026-04-20 | USD      | EUR    | 0.9
    """
    version = draw(sales_order=orders, fx_rate=rates)
    (row,) = (row for row in rows(version) if row["part"] is None)
    assert (row["value"], row["excluded"]) == (100, {"fx_missing": 1})
    assert risk(version, "lines") == 2


def test_the_revenue_of_pegs_at_risk_adds_up_to_the_number(drawn):
    found = drawn.cursor().execute(
        f"select policy, sum(value_rc) from {ID}__peg where is_at_risk group by all order by all"
    )
    assert found.fetchall() == [("priority", 600), ("promise_date", 640)]


def test_open_deals_and_cases_of_the_customer_stand_beside():
    version = draw(
        opportunity="""
            opportunity_id | customer_id | created_date | amount | outcome | closed_date
            D1             | X           | 2026-01-01   | 1000   | open    |
            D2             | X           | 2026-01-01   | 500    | won     | 2026-02-01
        """,
        case_ticket="""
            case_id | customer_id | opened_date | resolved_date
            C1      | X           | 2026-04-01  |
            C2      | X           | 2026-04-01  | 2026-04-02
            C3      | X           | 2026-05-02  |
        """,
    )
    found = line(version, "L1")
    assert (found["open_opportunities"], found["open_opportunity_value"], found["open_cases"]) == (1, 1000, 1)
