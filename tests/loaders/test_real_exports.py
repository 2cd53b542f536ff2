"""Real files that nobody on this project made, read to the row."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.loaders.drawn import accounted

DATA = Path(os.environ.get("THROUGHLINE_REAL_DATA", Path(__file__).resolve().parents[2] / "../shared/data")).resolve()
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside the project")

SCMS = """
system = "SCMS"
side = "erp"
[object.deliveries]
recognise = ["ID", "Line Item Quantity"]
[[object.deliveries.table]]
table = "order_line"
[object.deliveries.table.columns]
order_line_id = "ID"
order_id = "PO / SO #"
ordered_qty = { from = "Line Item Quantity", decimal = "." }
net_amount = { from = "Line Item Value", decimal = "." }
requested_date = { from = "Scheduled Delivery Date", format = "%d-%b-%y" }
"""
NORTHWIND = """
system = "Northwind"
side = "erp"
null = ["NULL"]
[object.orders]
recognise = ["orderID", "orderDate"]
[[object.orders.table]]
table = "sales_order"
[object.orders.table.columns]
order_id = "orderID"
customer_id = "customerID"
ordered_at = "orderDate"
[object.customers]
recognise = ["customerID", "contactTitle"]
[[object.customers.table]]
table = "customer"
[object.customers.table.columns]
customer_id = "customerID"
name = "companyName"
[object.suppliers]
recognise = ["supplierID", "homePage"]
[[object.suppliers.table]]
table = "supplier"
[object.suppliers.table.columns]
supplier_id = "supplierID"
name = "companyName"
"""


@pytest.mark.parametrize("folder", ["scms", "scms_mcgum5"])
def test_the_deliveries_of_both_twins_are_read_whole_with_their_totals(ledger, folder):
    ledger.profile(SCMS, "scms")
    (result,) = ledger.load(str(DATA / folder / "SCMS_Delivery_History_Dataset.csv"))
    (entry,) = result.entries
    assert (entry["rows_in"], entry["loaded"], entry["rejected"]) == (10324, 10324, 0)
    assert entry["control_totals"] == {"ordered_qty": "189265090", "net_amount": "1627584457.29"}


@pytest.mark.parametrize("name", ["orders", "customers", "suppliers"])
def test_rows_with_a_cell_too_many_are_told_one_by_one(ledger, name):
    ledger.profile(NORTHWIND, "northwind")
    file = DATA / "northwind_ragged" / f"{name}.csv"
    with file.open(encoding="utf-8", newline="") as source:
        header, *rows = list(csv.reader(source))
    ragged = [line for line, row in enumerate(rows, start=2) if len(row) != len(header)]
    assert Counter(map(len, rows)) == {len(header): len(rows) - len(ragged), len(header) + 1: len(ragged)}
    (result,) = ledger.load(str(file))
    (entry,) = result.entries
    assert accounted(entry)
    assert [issue["line"] for issue in entry["issues"]] == ragged
    assert (entry["rows_in"], entry["rejected"]) == (len(rows), len(ragged))
    assert len(ledger.rejects(result, entry["table"])) == 1 + len(ragged)


def test_reviews_over_several_lines_keep_their_line_numbers(ledger):
    ledger.profile(
        """
system = "Olist"
side = "crm"
[object.reviews]
recognise = ["review_id", "review_score"]
[[object.reviews.table]]
table = "survey_response"
distinct = true
[object.reviews.table.columns]
response_id = "review_id"
comment = "review_comment_message"
score = { from = "review_score", decimal = "." }
""",
        "olist",
    )
    file = DATA / "olist_bravida" / "olist_order_reviews_dataset.csv"
    (result,) = ledger.load(str(file))
    (entry,) = result.entries
    assert entry["rejected"] == 0 and accounted(entry)
    with file.open(encoding="utf-8", newline="") as source:
        assert entry["rows_in"] == sum(1 for _ in csv.reader(source)) - 1
    lines = file.read_text("utf-8").split("\n")
    for response, line in ledger.rows(result, "survey_response", "response_id, source_line")[::50]:
        assert lines[line - 1].startswith(response)
