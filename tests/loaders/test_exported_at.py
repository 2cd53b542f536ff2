"""When a file was exported: stated where anybody states it, else its latest past event, never the clock."""

import pytest

from loaders.errors import LoadError
from loaders.exported import is_event
from tests.loaders.drawn import ORDERS
from warehouse.schema import tables
from warehouse.state import set_settings

HEADS = """
system = "Shop"
side = "erp"
[object.heads]
recognise = ["Order", "Ordered"]
%s
[[object.heads.table]]
table = "sales_order"
[object.heads.table.columns]
order_id = "Order"
ordered_at = "Ordered"
header_requested_date = "Wanted"
[object.people]
recognise = ["Customer"]
[[object.people.table]]
table = "customer"
[object.people.table.columns]
customer_id = "Customer"
[object.stock]
recognise = ["Part", "Free"]
[[object.stock.table]]
table = "inventory_snapshot"
[object.stock.table.columns]
snapshot_date = { exported_at = true }
product_id = "Part"
on_hand_qty = "Free"
"""
FIELD = 'exported_at = { field = "Stamp" }'
NAME = "exported_at = { file_name = '(\\d{8})', format = '%Y%m%d' }"
TIMED = "exported_at = { file_name = '(\\d{8}_\\d{4})', format = '%Y%m%d_%H%M' }"
CONSTANT = 'exported_at = "2018-11-14"'
ORDERED = "Order,Ordered,Wanted,Stamp\nA,2024-01-05,2024-09-01,2024-02-01\nB,2024-01-07,2024-08-01,2024-02-02\n"


def told(ledger, result) -> tuple:
    manifest = ledger.manifest(result)
    return manifest["exported_at"], manifest["exported_is_date"], manifest["exported_basis"]


def test_the_latest_past_event_counts_and_plans_do_not(ledger):
    ledger.profile(HEADS % "")
    assert told(ledger, ledger.one("x.csv", ORDERED)) == ("2024-01-07", True, "inferred")


@pytest.mark.parametrize(
    "stated, name, expected",
    [
        (FIELD, "x.csv", ("2024-02-02", True, "field")),
        (NAME, "orders_20240301.csv", ("2024-03-01", True, "file_name")),
        (TIMED, "orders_20240301_0600.csv", ("2024-03-01T05:00:00", False, "file_name")),
        (CONSTANT, "x.csv", ("2018-11-14", True, "profile")),
        (NAME, "orders.csv", ("2024-01-07", True, "inferred")),
    ],
)
def test_a_profile_states_it_by_field_by_file_name_or_for_all(ledger, stated, name, expected):
    set_settings(ledger.home, tz="Europe/Berlin")
    ledger.profile(HEADS % stated)
    assert told(ledger, ledger.one(name, ORDERED)) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2024-05-01", ("2024-05-01", True, "command")),
        ("2024-05-01T06:00", ("2024-05-01T04:00:00", False, "command")),
        ("2024-05-01T06:00:00Z", ("2024-05-01T06:00:00", False, "command")),
    ],
)
def test_the_command_comes_before_everything(ledger, text, expected):
    set_settings(ledger.home, tz="Europe/Berlin")
    ledger.profile(HEADS % FIELD)
    assert told(ledger, ledger.one("x.csv", ORDERED, exported_at=text)) == expected


def test_a_wrong_date_on_the_command_is_told(ledger):
    with pytest.raises(LoadError, match="'01.05.2024' is neither a date such as"):
        ledger.one("x.csv", ORDERED, exported_at="01.05.2024")


def test_a_file_name_that_holds_no_date_of_the_stated_format_is_refused(ledger):
    ledger.profile(HEADS % NAME)
    assert "its name says '20241301'" in ledger.one("orders_20241301.csv", ORDERED).message


def test_a_master_takes_the_date_of_the_files_it_came_with_and_else_has_none(ledger):
    ledger.profile(HEADS % "")
    ledger.draw("x.csv", ORDERED)
    ledger.draw("y.csv", "Customer\nC1\n")
    ledger.draw("z.csv", "Customer\nC2\n")
    assert told(ledger, ledger.load("y.csv", "x.csv")[0]) == ("2024-01-07", True, "inferred")
    assert told(ledger, ledger.load("z.csv")[0]) == (None, True, "inferred")


def test_a_column_filled_with_the_export_date_takes_that_of_the_files_beside_it(ledger):
    ledger.profile(HEADS % "")
    ledger.draw("x.csv", ORDERED)
    ledger.draw("stock.csv", "Part,Free\nP1,5\n")
    result = ledger.load("stock.csv", "x.csv")[0]
    assert ledger.rows(result, "inventory_snapshot", "snapshot_date::varchar") == [("2024-01-07",)]


def test_a_column_that_needs_the_export_date_refuses_a_file_that_nothing_dates(ledger):
    ledger.profile(HEADS % "")
    result = ledger.one("stock.csv", "Part,Free\nP1,5\n")
    assert result.status == "refused"
    assert "--exported-at" in result.message
    again = ledger.one("stock.csv", exported_at="2024-03-31")
    assert ledger.rows(again, "inventory_snapshot", "snapshot_date::varchar") == [("2024-03-31",)]


def test_the_same_bytes_exported_on_another_day_are_another_load(ledger):
    ledger.profile(ORDERS)
    first = ledger.one("x.csv", "Line,Order,Qty\n1,A,5\n", exported_at="2024-05-01")
    second = ledger.one("x.csv", exported_at="2024-05-08")
    assert first.load_id != second.load_id
    assert (first.status, second.status) == ("loaded", "loaded")


def test_events_are_told_from_plans():
    events = {
        f"{table.name}.{column}" for table in tables().values() for column in table.columns if is_event(table, column)
    }
    assert {"sales_order.ordered_date", "shipment.delivered_date", "opportunity.closed_date"} <= events
    assert {"sales_order.confirmed_date", "po_receipt.received_date", "inventory_snapshot.snapshot_date"} <= events
    plans = ("requested", "promised", "expected", "scheduled", "due_date", "valid_", "expiry", "current_confirmed")
    assert not [name for name in events if any(word in name.split(".")[1] for word in plans)]
    assert not [name for name in events if name.startswith(("customer.", "product.", "fx_rate."))]
