"""The variability of the cycle on real exports, against the same in pandas over the raw files."""

import pandas as pd
import pytest

from tests.acceptance.conftest import total
from tests.real_data import at_hand

ID = "fulfilment_cycle_variance"


def test_northwind_from_order_to_goods_issue(northwind):
    orders = pd.read_csv(at_hand("northwind/orders.csv")[0])
    lines = pd.read_csv(at_hand("northwind/order_details.csv")[0]).merge(orders, on="orderID")
    shipped = lines[lines["shippedDate"].notna()]
    dated = {name: pd.to_datetime(shipped[name].str[:10]) for name in ("orderDate", "shippedDate")}
    days = (dated["shippedDate"] - dated["orderDate"]).dt.days
    whole = ("--from", "1996-01-01", "--to", "1998-12-31", "--as-of", "1998-05-06")
    for name, value in {"cv": days.std() / days.mean(), "mean": days.mean(), "p90": days.quantile(0.9)}.items():
        row = total(northwind.metric(ID, "--measure", name, *whole))
        assert (row["n"], row["value"]) == (len(days), pytest.approx(value, abs=1e-9)), name
        assert row["coverage"]["entry_is_order_day"] == 1
    share = northwind.metric(ID, "--measure", "variance_share", *whole)
    assert [(row["part"], row["value"]) for row in share["rows"]] == [("E_S", pytest.approx(1)), ("S_D", 0)]


def test_olist_by_stage(olist):
    orders = pd.read_csv(at_hand("olist_bravida/olist_orders_dataset.csv")[0], dtype=str)
    items = pd.read_csv(at_hand("olist_bravida/olist_order_items_dataset.csv")[0], dtype=str)
    named = {"bought": "purchase", "shipped": "delivered_carrier", "got": "delivered_customer"}
    for name, column in named.items():
        suffix = "timestamp" if name == "bought" else "date"
        orders[name] = pd.to_datetime(orders[f"order_{column}_{suffix}"]).dt.normalize()
    lines = items.drop_duplicates(["order_id", "order_item_id"]).merge(orders, on="order_id")
    lines = lines[lines["got"].notna() & (lines["order_status"] != "canceled")]
    until = lines[["shipped", "got"]].max(axis=1)
    days = (until - lines["bought"]).dt.days
    row = total(olist.metric(ID, "--from", "2016-01-01", "--to", "2018-12-31", "--as-of", "2018-10-17"))
    assert (row["n"], row["value"]) == (len(days), pytest.approx(days.std() / days.mean(), abs=1e-9))
    on_road = (until - lines["shipped"].fillna(until)).dt.days[lines["shipped"].notna()]
    shares = olist.metric(ID, "--measure", "variance_share", "--from", "2016-01-01", "--to", "2018-12-31", "--as-of",
                          "2018-10-17")  # fmt: skip
    found = {row["part"]: row for row in shares["rows"]}
    of_shipped = days[lines["shipped"].notna()]
    assert found["S_D"]["n"] == len(of_shipped)
    assert found["S_D"]["value"] == pytest.approx(on_road.cov(of_shipped) / of_shipped.var(), abs=1e-9)
    assert sum(row["value"] for row in found.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("option", "missing"),
    [("days=business", "business_calendar.is_business_day"), ("dwell=net", "product_site.sales_lead_time_days")],
)
def test_what_northwind_cannot_tell_is_named(northwind, option, missing):
    row = total(northwind.metric(ID, "--param", option, "--as-of", "1998-05-06"))
    assert (row["status"], row["reason"]) == ("not_available", f"not_available: {missing}")


def test_a_crm_without_deliveries_names_them(maven):
    assert total(maven.metric(ID))["reason"].startswith("not_available: sales_order.ordered_date")
