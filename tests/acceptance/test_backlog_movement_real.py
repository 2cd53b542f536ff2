"""The backlog on real exports, against the same in pandas over the raw files."""

import pandas as pd
import pytest

from tests.acceptance.conftest import total
from tests.real_data import at_hand

ID = "backlog_movement"
WHOLE = ("--from", "1996-01-01", "--to", "1998-05-06", "--as-of", "1998-05-06")


@pytest.fixture(scope="module")
def lines():
    """Northwind's lines with order and shipping day; whole orders leave at once."""
    orders = pd.read_csv(at_hand("northwind/orders.csv")[0])
    lines = pd.read_csv(at_hand("northwind/order_details.csv")[0]).merge(orders, on="orderID")
    lines["net"] = (lines["unitPrice"] * lines["quantity"] * (1 - lines["discount"])).round(4)
    for name in ("orderDate", "shippedDate"):
        lines[name] = pd.to_datetime(lines[name].str[:10])
    return lines


def open_at(lines, day: str) -> pd.DataFrame:
    day = pd.Timestamp(day)
    return lines[(lines["orderDate"] <= day) & ~(lines["shippedDate"] <= day)]


@pytest.mark.parametrize("day", ["1997-12-31", "1998-03-31", "1998-05-06"])
def test_northwind_open_orders(northwind, lines, day):
    expected = open_at(lines, day)
    for name, value in {"closing": expected["net"].sum(), "lines": len(expected)}.items():
        row = total(northwind.metric(ID, "--measure", name, "--as-of", "1998-05-06", "--to", day))
        assert row["value"] == pytest.approx(value, abs=1e-4), name
        assert row["period"]["to"] == day
    assert len(expected) > 30


def test_northwind_movements_lead_from_one_to_the_other(northwind, lines):
    asked = ("--from", "1998-01-01", "--to", "1998-03-31", "--as-of", "1998-05-06")
    document = northwind.metric(ID, "--measure", "movement", *asked)
    found = {row["part"]: row["value"] for row in document["rows"]}
    within = {name: lines[lines[name].between("1998-01-01", "1998-03-31")]["net"].sum() for name in
              ("orderDate", "shippedDate")}  # fmt: skip
    assert found["new"] == pytest.approx(within["orderDate"], abs=1e-3)
    assert found["shipped"] == pytest.approx(-within["shippedDate"], abs=1e-3)
    assert found["unexplained"] == found["cancelled"] == 0
    opening = total(northwind.metric(ID, "--measure", "opening", *asked))["value"]
    assert opening + found[None] == pytest.approx(open_at(lines, "1998-03-31")["net"].sum(), abs=1e-3)
    ratio = total(northwind.metric(ID, "--measure", "book_to_bill", *asked))["value"]
    assert ratio == pytest.approx(within["orderDate"] / within["shippedDate"], abs=1e-6)


def test_northwind_booked_value_is_the_value_of_all_its_lines(northwind):
    document = northwind.metric(ID, "--measure", "movement", *WHOLE)
    assert {row["part"]: row["value"] for row in document["rows"]}["new"] == pytest.approx(1265793.04, abs=0.01)
    assert total(northwind.metric(ID, "--measure", "residual", *WHOLE))["value"] == 0


def test_olist_open_items(olist):
    orders = pd.read_csv(at_hand("olist_bravida/olist_orders_dataset.csv")[0], dtype=str)
    items = pd.read_csv(at_hand("olist_bravida/olist_order_items_dataset.csv")[0], dtype=str)
    joined = items.drop_duplicates(["order_id", "order_item_id"]).merge(orders, on="order_id")
    joined = joined[joined["order_status"] != "canceled"]
    bought = pd.to_datetime(joined["order_purchase_timestamp"])
    # this profile makes a shipment of what has arrived, dated by the day it left
    arrived = joined["order_delivered_customer_date"].notna()
    left = pd.to_datetime(joined["order_delivered_carrier_date"].fillna(joined["order_delivered_customer_date"]))
    day = pd.Timestamp("2018-01-31")
    open_ = joined[(bought.dt.normalize() <= day) & ~(arrived & (left.dt.normalize() <= day))]
    row = total(olist.metric(ID, "--as-of", "2018-10-17", "--to", "2018-01-31"))
    assert row["value"] == pytest.approx(open_["price"].astype(float).sum(), abs=0.01)
    assert row["n"] == len(open_) > 50


def test_what_northwind_cannot_tell_is_named(northwind):
    row = total(northwind.metric(ID, "--measure", "past_due_share", *WHOLE))
    assert row["reason"].startswith("not_available: order_line.first_promised_date")
    held = northwind.metric(ID, "--by", "hold_reason", "--as-of", "1998-05-06")
    assert {row["reason"].split(" or ")[0] for row in held["rows"]} == {"not_available: order_line.hold_reason"}


def test_a_crm_without_orders_names_them(maven):
    assert total(maven.metric(ID))["reason"].startswith("not_available: order_line.ordered_qty")
