"""Ten years of health supplies in one table, twice: with commas and a BOM, and with tabs and bare carriage returns."""

from decimal import Decimal

import pytest

from tests.acceptance.conftest import total

FILE = "SCMS_Delivery_History_Dataset.csv"
ROWS = 10324


@pytest.mark.parametrize(
    ("table", "kept"),
    [
        ("order_line", ROWS),
        ("sales_order", 6233),
        ("shipment", 7030),
        ("shipment_line", ROWS),
        ("opportunity", 1236),
        ("customer", 43),
        ("product", 184),
        ("supplier", 72),
    ],
)
def test_every_row_is_loaded_or_accounted_for(scms, table, kept):
    entry = scms.entry(FILE, table)
    assert (entry["rows_in"], entry["loaded"], entry["ignored"], entry["rejected"]) == (ROWS, kept, ROWS - kept, 0)


def test_line_value_and_quantity_tie_to_the_file(scms):
    totals = {name: Decimal(text) for name, text in scms.entry(FILE, "order_line")["control_totals"].items()}
    assert totals["net_amount"].quantize(Decimal("0.01")) == Decimal("1627584457.29")
    assert totals["ordered_qty"] == 189265090


def test_every_sentence_in_a_number_or_date_column_is_counted(scms):
    found = {item["table"]: item["sentinels"] for item in scms.manifest(FILE)["tables"]}
    see = {"See ASN-*": 508, "See DN-*": 1937}
    included = {"Freight Included in Commodity Cost": 1442, "Invoiced Separately": 239}
    line, order, shipment, quote = (found[name] for name in ("shipment_line", "sales_order", "shipment", "opportunity"))
    assert line["Weight (Kilograms)"] == see | {"Weight Captured Separately": 1507}
    assert line["Freight Cost (USD)"] == see | included
    assert order["PQ #"] == {"Pre-PQ Process": 2681}
    assert order["PO Sent to Vendor Date"] == {"N/A - From RDC": 5404, "Date Not Captured": 328}
    assert shipment["Vendor INCO Term"] == {"N/A - From RDC": 5404}
    assert shipment["Shipment Mode"] == {"N/A": 360}
    assert quote["PQ First Sent to Client Date"] == {"Pre-PQ Process": 2476, "Date Not Captured": 205}


def test_the_share_of_lines_delivered_after_the_scheduled_day(scms):
    options = ("--param", "grain=line", "--param", "population=delivered", "--from", "2006-01-01", "--to", "2015-12-31")
    row = total(scms.metric("otif", *options))
    assert row["den"] == ROWS
    assert 1 - row["value"] == pytest.approx(0.114878, abs=5e-7)
