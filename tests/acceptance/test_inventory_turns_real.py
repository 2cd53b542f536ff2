"""Stock of Northwind: one count of 77 products without a cost, and two years of shipments to add up by hand."""

import pandas as pd
import pytest

from tests.acceptance.conftest import RealHome, a_home, throughline, total
from tests.real_data import at_hand

DAY = pd.Timestamp("1998-05-06")
AT = ("--from", "1998-05-06", "--to", "1998-05-06", "--as-of", "1998-05-06")
FILES = ("orders", "order_details", "products")
LEVELS = ("slow", "very_slow", "dead")


@pytest.fixture(scope="module")
def priced(tmp_path_factory):
    """Northwind with the list price of a product standing in for its cost."""
    paths = at_hand(*(f"northwind/{name}.csv" for name in FILES))
    home = a_home(tmp_path_factory.mktemp("northwind_priced"), ["northwind"])
    profile = home / "profiles" / "northwind.toml"
    quantity = 'on_hand_qty = "unitsInStock"'
    text = profile.read_text("utf-8")
    assert text.count(quantity) == 1
    profile.write_text(text.replace(quantity, f'{quantity}\nunit_cost = "unitPrice"'), "utf-8")
    code, said = throughline("load", *map(str, paths), "--home", str(home), "--json")
    assert code == 0, said
    return RealHome(home, said)


@pytest.fixture(scope="module")
def by_hand():
    """Products in stock with their value, days since the last shipment and units ordered in the last 90 days."""
    orders, lines, products = (
        pd.read_csv(path, na_values=["NULL"]) for path in at_hand(*(f"northwind/{name}.csv" for name in FILES))
    )
    for name in ("orderDate", "shippedDate"):
        orders[name] = pd.to_datetime(orders[name]).dt.normalize()
    lines = lines.merge(orders[["orderID", "orderDate", "shippedDate"]], on="orderID")
    recent = lines[lines["orderDate"] > DAY - pd.Timedelta(days=90)]
    found = products.set_index("productID")
    found["idle"] = (DAY - lines.groupby("productID")["shippedDate"].max()).dt.days
    found["wanted"] = recent.groupby("productID")["quantity"].sum()
    found["value"] = found["unitPrice"] * found["unitsInStock"]
    return found[found["unitsInStock"] > 0].fillna({"wanted": 0})


def test_without_a_cost_the_reading_names_it(northwind):
    for measure in ("turns", "slow_value"):
        row = total(northwind.metric("inventory_turns", "--measure", measure, *AT))
        assert (row["status"], row["value"]) == ("not_available", None)
        assert "product_cost.unit_cost or inventory_snapshot.unit_cost" in row["reason"]


def test_a_single_count_is_too_few_for_turns(priced):
    row = total(priced.metric("inventory_turns", *AT))
    assert (row["status"], row["n"]) == ("insufficient", 1)
    assert row["reason"] == "3 counts and 28 days of stock are needed; there are 1 and 1"


def test_the_value_of_a_day_and_what_shipped_on_it_are_those_of_the_files(priced, by_hand):
    row = total(priced.metric("inventory_turns", *AT))
    assert row["den"] == pytest.approx(by_hand["value"].sum(), abs=1e-6)
    orders, lines, products = (pd.read_csv(path) for path in at_hand(*(f"northwind/{name}.csv" for name in FILES)))
    shipped = lines[lines["orderID"].isin(orders[orders["shippedDate"].str[:10] == "1998-05-06"]["orderID"])]
    cost = shipped.merge(products[["productID", "unitPrice"]], on="productID", suffixes=("_sold", ""))
    assert row["num"] == pytest.approx(365 * (cost["quantity"] * cost["unitPrice"]).sum(), abs=1e-6)
    assert row["num"] > 0


def test_slow_stock_is_what_the_shipments_say(priced, by_hand):
    doc = priced.metric("inventory_turns", "--measure", "slow_share", *AT)
    value, idle = by_hand["value"], by_hand["idle"]
    slow = {
        "slow": value[(idle >= 90) | (by_hand["unitsInStock"] > 2 * by_hand["wanted"])].sum(),
        "very_slow": value[idle >= 180].sum(),
        "dead": value[idle >= 365].sum(),
    }
    assert 0 < slow["slow"] < value.sum()
    for level in LEVELS:
        row = total(doc, level)
        assert (row["num"], row["den"]) == (pytest.approx(slow[level]), pytest.approx(value.sum()))
        assert row["n"] == len(by_hand)


def test_hours_that_nobody_exported_are_named(northwind):
    row = total(northwind.metric("capacity_utilisation"))
    assert (row["status"], row["reason"]) == ("not_available", "not_available: capacity_period.available_hours")
