"""Days to a decision on a real sales pipeline, and what other exports lack for it."""

import numpy as np
import pandas as pd
import pytest

from tests.acceptance.conftest import total
from tests.real_data import at_hand

WHOLE = ("--from", "2016-01-01", "--to", "2018-12-31")


@pytest.fixture(scope="module")
def pipeline() -> pd.DataFrame:
    (path,) = at_hand("maven_crm/sales_pipeline.csv")
    table = pd.read_csv(path, parse_dates=["engage_date", "close_date"])
    table["days"] = (table["close_date"] - table["engage_date"]).dt.days
    return table


def tile(home, measure: str, *options: str) -> dict:
    return total(home.metric("sales_cycle_days", "--measure", measure, *WHOLE, *options))


def test_half_of_the_won_deals_took_57_days(maven, pipeline):
    row = tile(maven, "won_median")
    days = pipeline.loc[pipeline["deal_stage"] == "Won", "days"]
    assert (row["value"], row["n"]) == (57, 4238) == (days.median(), len(days))
    assert tile(maven, "won_iqr")["value"] == days.quantile(0.75) - days.quantile(0.25)
    assert tile(maven, "won_cv")["value"] == pytest.approx(days.std() / days.mean())


def test_the_win_rate_is_of_closed_deals(maven):
    row = tile(maven, "win_rate")
    assert (row["num"], row["den"], round(row["value"], 6)) == (4238, 6711, 0.631501)


def test_open_deals_count_for_as_long_as_they_have_been_open(maven, pipeline):
    dated = pipeline[pipeline["engage_date"].notna()]
    end = pd.Timestamp("2017-12-31")
    waits = dated["days"].fillna((end - dated["engage_date"]).dt.days)
    event = dated["close_date"].notna()
    days = np.sort(waits[event].unique())
    survival = np.cumprod([1 - (event & (waits == day)).sum() / (waits >= day).sum() for day in days])
    row = tile(maven, "km_median", "--as-of", "2017-12-31")
    assert (row["n"], row["num"]) == (len(dated), event.sum()) == (8300, 6711)
    assert row["value"] == days[np.argmax(survival <= 0.5)]


def test_a_sector_is_a_slice_like_the_whole(maven, pipeline):
    (path,) = at_hand("maven_crm/accounts.csv")
    sector = pd.read_csv(path).set_index("account")["sector"]
    won = pipeline[pipeline["deal_stage"] == "Won"]
    expected = won.groupby(won["account"].map(sector))["days"].median()
    rows = maven.metric("sales_cycle_days", "--measure", "won_median", "--by", "segment", *WHOLE)["rows"]
    assert {row["slice"]["segment"]: row["value"] for row in rows if row["slice"]} == expected.to_dict()


def test_what_is_missing_is_named(maven, northwind):
    stage = tile(maven, "stage_conversion")
    assert (stage["status"], stage["reason"]) == ("not_available", "not_available: stage_map.stage_order")
    reason = tile(northwind, "km_median")["reason"]
    assert reason == "not_available: opportunity.created_date or opportunity.created_at"
