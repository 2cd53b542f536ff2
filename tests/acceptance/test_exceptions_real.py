"""Open promises against real stock: Northwind's 21 unshipped orders and 77 products on the shelf; what others lack."""

from collections import defaultdict

import pandas as pd
import pytest

from tests.acceptance.conftest import total
from tests.real_data import at_hand

DAY = pd.Timestamp("1998-05-06")


@pytest.fixture(scope="module")
def by_hand() -> pd.DataFrame:
    """Open lines in the order of service (no customer has a rank) with what the shelf leaves each of them short."""
    paths = at_hand("northwind/orders.csv", "northwind/order_details.csv", "northwind/products.csv")
    orders, lines, products = (pd.read_csv(path) for path in paths)
    held = lines.merge(orders[orders["shippedDate"].isna()], on="orderID")
    held["line"] = held["orderID"].astype(str) + "/" + held["productID"].astype(str)
    shelf = defaultdict(int, zip(products["productID"], products["unitsInStock"], strict=True))
    served = []
    for row in held.sort_values(["requiredDate", "orderDate", "line"]).itertuples():
        taken = min(shelf[row.productID], row.quantity)
        shelf[row.productID] -= taken
        served.append((row.Index, row.quantity - taken))
    held["short"] = pd.Series(dict(served))
    held["price"] = held["unitPrice"] * (1 - held["discount"])
    held["late"] = pd.to_datetime(held["requiredDate"]) < DAY
    return held


def test_what_the_shelf_cannot_serve_is_at_risk(northwind, by_hand):
    row = total(northwind.metric("exceptions", "--as-of", "1998-05-06"))
    coming = by_hand[~by_hand["late"]]
    assert len(coming) > 30 and coming["short"].sum() > 0
    assert row["value"] == pytest.approx((coming["short"] * coming["price"]).sum(), abs=0.01)
    assert row["den"] == pytest.approx((coming["quantity"] * coming["price"]).sum(), abs=0.01)
    assert (row["n"], row["coverage"]["requested_for_promise"]) == (len(coming), 1)


def test_lines_and_customers_at_risk_and_late_value(northwind, by_hand):
    short = by_hand[~by_hand["late"] & (by_hand["short"] > 0)]
    assert total(northwind.metric("exceptions", "--measure", "lines", "--as-of", "1998-05-06"))["value"] == len(short)
    customers = total(northwind.metric("exceptions", "--measure", "customers", "--as-of", "1998-05-06"))
    assert customers["value"] == short["customerID"].nunique()
    late = total(northwind.metric("exceptions", "--measure", "late_value", "--as-of", "1998-05-06"))
    gone = by_hand[by_hand["late"]]
    assert late["value"] == pytest.approx((gone["quantity"] * gone["price"]).sum(), abs=0.01)


def test_a_shelf_counted_once_has_no_past(northwind):
    row = total(northwind.metric("exceptions", "--as-of", "1998-03-31"))
    assert row["reason"] == "not_available: no history of po_line.current_confirmed_date before 1998-05-06"


@pytest.mark.parametrize("metric_id", ["exceptions", "priority_inversion_rate"])
def test_without_stock_it_says_so(olist, metric_id):
    row = total(olist.metric(metric_id))
    assert (row["status"], row["value"]) == ("not_available", None)
    assert "inventory_snapshot.on_hand_qty" in row["reason"]


def test_without_ranks_nobody_can_be_passed_over(northwind):
    row = total(northwind.metric("priority_inversion_rate"))
    assert row["reason"] == "not_available: customer_history.priority_rank or customer.priority_rank"
