"""777 real purchase orders of five suppliers, held against the file itself; and what data without purchases say."""

import pandas as pd
import pytest

from tests.acceptance.conftest import load, total
from tests.real_data import at_hand

FILE = "procurement_kpi/procurement_kpi_raw.csv"
WHOLE = ("--from", "2021-01-01", "--to", "2024-12-31")
PPM = {"Alpha_Inc": 22483, "Beta_Supplies": 93546, "Delta_Logistics": 144299, "Epsilon_Group": 29660, "Gamma_Co": 49579}


@pytest.fixture(scope="module")
def bought(tmp_path_factory):
    return load(tmp_path_factory.mktemp("procurement"), ["procurement_kpi"], [FILE])


@pytest.fixture(scope="module")
def file():
    (path,) = at_hand(FILE)
    return pd.read_csv(path, parse_dates=["Order_Date", "Delivery_Date"])


def by_supplier(document: dict) -> dict:
    return {row["slice"]["supplier"]: row for row in document["rows"] if row["slice"] and row["part"] is None}


def test_every_purchase_order_is_loaded(bought):
    for table in ("purchase_order", "po_line", "po_receipt"):
        entry = bought.entry("procurement_kpi_raw.csv", table)
        assert (entry["rows_in"], entry["loaded"], entry["rejected"]) == (777, 777, 0)


def test_rejects_per_million_of_the_five_suppliers(bought, file):
    found = by_supplier(bought.metric("supplier_scorecard", "--measure", "ppm", "--by", "supplier", *WHOLE))
    assert {name: round(row["value"]) for name, row in found.items()} == PPM
    uncounted = file[file["Defective_Units"].isna()].groupby("Supplier").size()
    assert {name: row["excluded"]["not_counted"] for name, row in found.items()} == uncounted.to_dict()


def test_lead_times_are_those_of_the_file(bought, file):
    kept = file[(file["Order_Status"] != "Cancelled") & file["Delivery_Date"].notna()]
    days = (kept["Delivery_Date"] - kept["Order_Date"]).dt.days
    kept = kept.assign(days=days)[days >= 0]
    for measure, wanted in (
        ("lead_time_mean", kept.groupby("Supplier")["days"].mean()),
        ("lead_time_cv", kept.groupby("Supplier")["days"].std() / kept.groupby("Supplier")["days"].mean()),
    ):
        found = by_supplier(bought.metric("supplier_scorecard", "--measure", measure, "--by", "supplier", *WHOLE))
        assert {name: row["value"] for name, row in found.items()} == pytest.approx(wanted.to_dict())


def test_rejects_by_value_are_those_of_the_file(bought, file):
    counted = file[file["Defective_Units"].notna()]
    wanted = (counted["Defective_Units"] * counted["Negotiated_Price"]).sum()
    row = total(bought.metric("supplier_scorecard", "--measure", "reject_share", *WHOLE))
    assert row["num"] == pytest.approx(wanted)
    assert row["den"] == pytest.approx((counted["Quantity"] * counted["Negotiated_Price"]).sum())


def test_without_due_days_and_agreed_prices_there_is_no_total_and_the_card_says_why(bought):
    row = total(bought.metric("supplier_scorecard", *WHOLE))
    assert (row["value"], row["status"]) == (None, "insufficient")
    assert row["coverage"]["weight_available"] == pytest.approx(0.5)
    otif = total(bought.metric("supplier_scorecard", "--measure", "otif", *WHOLE))
    assert otif["reason"].startswith("not_available: po_line.first_confirmed_date")
    ppv = total(bought.metric("supplier_scorecard", "--measure", "ppv", *WHOLE))
    assert ppv["reason"] == "not_available: product_supplier.contract_price"


def test_a_company_that_exports_no_purchases_is_told_what_is_missing(northwind):
    row = total(northwind.metric("supplier_scorecard"))
    assert (row["status"], row["reason"]) == ("not_available", "not_available: purchase_order.supplier_id")
