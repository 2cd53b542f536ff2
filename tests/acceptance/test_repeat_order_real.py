"""Repeat orders of a marketplace and of a wholesaler, held against tables made from the same files."""

import numpy as np
import pandas as pd
import pytest

from tests.acceptance.conftest import total
from tests.real_data import at_hand

OLIST = ("--from", "2016-01-01", "--to", "2018-12-31", "--as-of", "2018-10-17")
NORTHWIND = ("--from", "1996-01-01", "--to", "1998-12-31", "--as-of", "1998-05-06")


def occasions(orders: pd.DataFrame) -> pd.Series:
    """Days of occasions by customer: order days more than a day after the one before."""
    days = orders[["who", "day"]].drop_duplicates().sort_values(["who", "day"])
    same = days["day"].diff().dt.days.le(1) & days["who"].eq(days["who"].shift())
    return days[~same].groupby("who")["day"].apply(list)


def gaps(days: list) -> list[int]:
    return [(later - day).days for day, later in zip(days, days[1:], strict=False)]


@pytest.fixture(scope="module")
def buyers() -> pd.Series:
    names = ("olist_orders_dataset", "olist_customers_dataset")
    orders, customers = (pd.read_csv(path) for path in at_hand(*(f"olist_bravida/{name}.csv" for name in names)))
    orders = orders[orders["order_status"] != "canceled"].merge(customers, on="customer_id")
    day = pd.to_datetime(orders["order_purchase_timestamp"]).dt.normalize()
    return occasions(orders.assign(who=orders["customer_unique_id"], day=day))


@pytest.fixture(scope="module")
def firms() -> pd.Series:
    (path,) = at_hand("northwind/orders.csv")
    orders = pd.read_csv(path)
    return occasions(orders.assign(who=orders["customerID"], day=pd.to_datetime(orders["orderDate"])))


def test_few_of_a_marketplace_order_again(olist, buyers):
    end = pd.Timestamp("2018-10-17")
    month_end = buyers.str[0] + pd.offsets.MonthEnd(0)
    mature = buyers[month_end + pd.Timedelta(days=180) <= end]
    again = sum(len(days) > 1 and gaps(days)[0] <= 180 for days in mature)
    row = total(olist.metric("repeat_order", *OLIST))
    assert (row["num"], row["den"], row["excluded"]) == (again, len(mature), {"immature": len(buyers) - len(mature)})
    assert 0 < row["value"] < 0.05


def test_half_of_a_marketplace_never_order_again(olist, buyers):
    row = total(olist.metric("repeat_order", "--measure", "itt_median", *OLIST))
    assert (row["value"], row["reason"]) == (None, "not reached")
    assert (row["n"], row["num"]) == (buyers.str.len().sum(), (buyers.str.len() - 1).sum())


def test_a_wholesaler_s_customers_order_again(northwind, firms):
    end = pd.Timestamp("1998-05-06")
    month_end = firms.str[0] + pd.offsets.MonthEnd(0)
    mature = firms[month_end + pd.Timedelta(days=180) <= end]
    again = sum(len(days) > 1 and gaps(days)[0] <= 180 for days in mature)
    row = total(northwind.metric("repeat_order", *NORTHWIND))
    assert (row["num"], row["den"]) == (again, len(mature))
    per_year = total(northwind.metric("repeat_order", "--measure", "frequency", *NORTHWIND))
    years = sum((end - days[0]).days for days in firms) / 365
    assert (per_year["num"], per_year["den"]) == (firms.str.len().sub(1).sum(), pytest.approx(years))
    assert per_year["n"] == 89


def test_the_days_between_orders_of_a_wholesaler(northwind, firms):
    end, every = pd.Timestamp("1998-05-06"), [gap for days in firms for gap in gaps(days)]
    waits = np.array(every + [(end - days[-1]).days for days in firms])
    ended = np.arange(len(waits)) < len(every)
    steps = np.unique(waits[ended])
    survival = np.cumprod([1 - (ended & (waits == step)).sum() / (waits >= step).sum() for step in steps])
    row = total(northwind.metric("repeat_order", "--measure", "itt_median", *NORTHWIND))
    assert row["value"] == steps[np.argmax(survival <= 0.5)]
    cv = total(northwind.metric("repeat_order", "--measure", "itt_cv", *NORTHWIND))
    assert cv["value"] == pytest.approx(np.std(every, ddof=1) / np.mean(every))
    pairs = [gaps(days)[-2:] for days in firms if len(days) > 2]
    spread = np.var([one / (one + two) for one, two in pairs], ddof=1)
    k = total(northwind.metric("repeat_order", "--measure", "regularity_k", *NORTHWIND))
    assert (k["value"], k["n"]) == (pytest.approx((1 - 4 * spread) / (8 * spread)), len(pairs))


def test_who_is_overdue_at_a_wholesaler(northwind, firms):
    end = pd.Timestamp("1998-05-06")
    own = {who: gaps(days) for who, days in firms.items() if len(days) > 2}
    late = {who for who, waits in own.items() if (end - firms[who][-1]).days > np.quantile(waits, 0.75)}
    options = ("--measure", "overdue_share", "--reading", "rows", *NORTHWIND)
    rows = pd.DataFrame(northwind.metric("repeat_order", *options)["rows"]).drop_duplicates("customer_id")
    rows["who"] = rows["customer_id"].str.split("/").str[-1]
    told = rows[rows["basis"] == "own"].set_index("who")
    assert set(told.index) == set(own)
    assert {who for who, row in told.iterrows() if pd.Timestamp(row["window_to"]) < end} <= late
    ratio = {who: (end - firms[who][-1]).days / np.median(waits) for who, waits in own.items()}
    assert told["overdue_ratio"].to_dict() == pytest.approx(ratio)
    tile = total(northwind.metric("repeat_order", "--measure", "overdue_share", *NORTHWIND))
    assert tile["den"] + tile["excluded"].get("no_window", 0) == len(firms)
    assert len(late) <= tile["num"] <= len(late) + len(firms) - len(own)


def test_orders_without_a_customer_are_named_as_missing(maven):
    row = total(maven.metric("repeat_order", *OLIST))
    assert row["reason"] == "not_available: sales_order.ordered_date or sales_order.entered_date"
