"""Northwind: 830 orders that can be checked by hand, with a required date and no promise."""

import json
from decimal import Decimal

import pytest

from tests.acceptance.conftest import a_home, throughline, total
from tests.real_data import at_hand

WHOLE = ("--from", "1996-01-01", "--to", "1998-12-31", "--as-of", "1998-05-06")


@pytest.mark.parametrize(
    ("file", "table", "rows", "kept"),
    [
        ("orders.csv", "sales_order", 830, 830),
        ("orders.csv", "shipment", 830, 809),
        ("order_details.csv", "order_line", 2155, 2155),
        ("customers.csv", "customer", 91, 91),
        ("products.csv", "product", 77, 77),
        ("suppliers.csv", "supplier", 29, 29),
    ],
)
def test_every_row_is_loaded_or_accounted_for(northwind, file, table, rows, kept):
    entry = northwind.entry(file, table)
    assert (entry["rows_in"], entry["loaded"], entry["ignored"], entry["rejected"]) == (rows, kept, rows - kept, 0)


def test_the_net_value_after_discounts_ties_to_the_book(northwind):
    total_value = Decimal(northwind.entry("order_details.csv", "order_line")["control_totals"]["net_amount"])
    assert total_value.quantize(Decimal("0.01")) == Decimal("1265793.04")


def test_the_text_null_is_missing_and_counted(northwind):
    shipment, order = (
        next(item for item in northwind.manifest("orders.csv")["tables"] if item["table"] == name)
        for name in ("shipment", "sales_order")
    )
    assert sum(shipment["ignored_reasons"].values()) == 21
    regions = next(item for item in northwind.manifest("customers.csv")["tables"] if item["table"] == "customer")
    assert regions["sentinels"]["region"] == {"NULL": 60}
    assert order["loaded"] == 830


def test_a_promise_nobody_exported_is_named_and_not_invented(northwind):
    document = northwind.metric("otif", *WHOLE)
    row = total(document)
    assert (row["status"], row["value"]) == ("not_available", None)
    assert "first_promised_date" in json.dumps(document)


@pytest.mark.parametrize(("grain", "kept", "due"), [("order", 725, 763), ("line", 1875, 1970)])
def test_on_time_by_the_required_date(northwind, grain, kept, due):
    row = total(northwind.metric("otif", "--param", "basis=requested", "--param", f"grain={grain}", *WHOLE))
    assert (row["num"], row["den"]) == (kept, due)
    assert row["value"] == pytest.approx(kept / due, abs=1e-12)


@pytest.mark.parametrize(("file", "rows"), [("customers.csv", 91), ("orders.csv", 830), ("suppliers.csv", 29)])
def test_rows_with_a_field_too_many_are_told_one_by_one(tmp_path, file, rows):
    (ragged,) = at_hand(f"northwind_ragged/{file}")
    code, said = throughline("load", str(ragged), "--home", str(a_home(tmp_path / "home", ["northwind"])), "--json")
    lines = ragged.read_text("utf-8").splitlines()
    wide = {place + 1 for place, line in enumerate(lines) if line.count(",") != lines[0].count(",") and '"' not in line}
    for entry in said["files"]:
        assert entry["rows_in"] == rows == entry["loaded"] + entry["rejected"] + entry["ignored"]
        assert {issue["line"] for issue in entry["issues"]} == wide
        assert entry["rejected"] == len(wide) > 0
    assert code == 1
