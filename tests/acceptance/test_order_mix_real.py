"""The mix of real orders: Northwind by the figures of its README and by hand, Olist, and a pipeline without orders."""

import pandas as pd
import pytest

from tests.acceptance.conftest import total
from tests.real_data import at_hand

NORTHWIND = ("--from", "1996-01-01", "--to", "1998-12-31", "--as-of", "1998-05-06")


def parts(document: dict) -> dict:
    return {row["part"]: row for row in document["rows"] if not row["slice"]}


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    orders, details, products = (
        pd.read_csv(path)
        for path in at_hand("northwind/orders.csv", "northwind/order_details.csv", "northwind/products.csv")
    )
    found = details.merge(orders[["orderID", "customerID", "orderDate"]]).merge(
        products[["productID", "categoryID"]], on="productID"
    )
    # the ledger keeps four decimals of a line
    return found.assign(
        value=(found["unitPrice"] * found["quantity"] * (1 - found["discount"])).round(4),
        year=found["orderDate"].str[:4].astype(int),
    )


def test_concentration_of_customers_is_that_of_the_readme(northwind, lines):
    row = total(northwind.metric("order_mix", *NORTHWIND))
    by_customer = lines.groupby("customerID")["value"].sum()
    shares = by_customer / by_customer.sum()
    assert row["value"] == pytest.approx(0.033691, abs=5e-7)
    assert row["value"] == pytest.approx(float(shares @ shares), rel=1e-9)
    assert (row["n"], row["status"], row["den"]) == (830, "ok", pytest.approx(1265793.04, abs=0.01))


def test_the_five_largest_and_every_customer(northwind, lines):
    tops = parts(northwind.metric("order_mix", "--measure", "top_share", *NORTHWIND))
    assert tops["5"]["value"] == pytest.approx(0.332275, abs=5e-7)
    shares = parts(northwind.metric("order_mix", "--measure", "member_share", *NORTHWIND))
    assert len(shares) == 89
    values = sorted((row["num"] for row in shares.values()), reverse=True)
    by_hand = lines.groupby("customerID")["value"].sum().sort_values(ascending=False)
    assert values == pytest.approx(by_hand.tolist(), abs=0.01)


def test_what_moved_between_two_years(northwind, lines):
    row = total(
        northwind.metric("order_mix", "--measure", "shift", "--param", "member=category", "--as-of", "1998-05-06",
                         "--from", "1997-01-01", "--to", "1997-12-31", "--compare-to", "1996-01-01..1996-12-31")
    )  # fmt: skip
    table = lines[lines["year"] < 1998].pivot_table(index="categoryID", columns="year", values="value", aggfunc="sum")
    shares = table / table.sum()
    assert row["value"] == pytest.approx(float((shares[1997] - shares[1996]).abs().sum() / 2), rel=1e-9)


def test_the_bridge_adds_up_to_what_the_years_differ_by(northwind, lines):
    found = parts(
        northwind.metric("order_mix", "--measure", "bridge", "--param", "member=category", "--as-of", "1998-05-06",
                         "--from", "1997-01-01", "--to", "1997-12-31", "--compare-to", "1996-01-01..1996-12-31")
    )  # fmt: skip
    by_year = lines.groupby("year")[["value", "quantity"]].sum()
    change = by_year.loc[1997, "value"] - by_year.loc[1996, "value"]
    assert sum(row["value"] for row in found.values()) == pytest.approx(change, abs=0.01)
    grown = by_year.loc[1997, "quantity"] / by_year.loc[1996, "quantity"]
    assert found["volume"]["value"] == pytest.approx((grown - 1) * by_year.loc[1996, "value"], rel=1e-9)


def test_a_file_without_segments_names_them(northwind):
    row = total(northwind.metric("order_mix", "--param", "member=segment", *NORTHWIND))
    assert (row["status"], row["value"]) == ("not_available", None)
    assert "customer.segment" in row["reason"]


def test_a_pipeline_without_orders_names_them(maven):
    row = total(maven.metric("order_mix"))
    assert (row["status"], row["value"]) == ("not_available", None)
    assert "sales_order.ordered_date" in row["reason"]
