"""Fiscal months of months and of weeks: the retail calendar's published years, and the same buckets in SQL."""

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import registry
from metrics.fiscal import PATTERNS, Fiscal
from metrics.periods import bucket, bucket_sql
from metrics.question import Request
from metrics.read import read
from tests.metrics.toy import TOY, toy_version

RETAIL = Fiscal("02-01", "4-5-4", 7)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
STARTS = st.sampled_from(["01-01", "02-01", "04-06", "07-01", "10-31", "12-29"])
FISCALS = st.builds(Fiscal, STARTS, st.sampled_from(PATTERNS), st.integers(1, 7))


def test_the_retail_years_begin_where_the_federation_says():
    told = {2022: date(2022, 1, 30), 2023: date(2023, 1, 29), 2024: date(2024, 2, 4), 2025: date(2025, 2, 2)}
    assert {year: RETAIL.year_start(year) for year in told} == told
    assert (RETAIL.year_start(2024) - RETAIL.year_start(2023)).days == 53 * 7


def test_months_have_the_weeks_of_the_pattern():
    starts = [*RETAIL.months(2025), RETAIL.year_start(2026)]
    weeks = [(after - day).days // 7 for day, after in zip(starts, starts[1:], strict=False)]
    assert weeks == [4, 5, 4] * 4


def test_the_53rd_week_belongs_to_the_last_month():
    last = RETAIL.months(2023)[-1]
    assert (RETAIL.next_start(last) - last).days == 5 * 7
    assert RETAIL.label(date(2023, 12, 31)) == "FY2023-M12"


def test_calendar_months_may_begin_on_another_day():
    british = Fiscal("04-06")
    period = bucket("fiscal_month", british.month_start(date(2026, 4, 30)), british)
    assert (period.label, period.start, period.end) == ("FY2026-M01", date(2026, 4, 6), date(2026, 5, 5))


@given(FISCALS, DAYS)
def test_every_day_is_in_exactly_one_month(fiscal, day):
    start = fiscal.month_start(day)
    after = fiscal.next_start(start)
    assert start <= day < after
    assert fiscal.month_start(after) == after
    assert fiscal.month_start(after - timedelta(days=1)) == start
    assert fiscal.label(start) != fiscal.label(after)


@given(FISCALS, DAYS)
def test_the_database_buckets_a_day_as_we_do(fiscal, day):
    sql = f"SELECT {bucket_sql('fiscal_month', '$day::DATE', fiscal)}"
    values = {"day": day}
    if fiscal.is_weekly:
        values["fiscal_days"] = fiscal.starts(day - timedelta(days=100), day + timedelta(days=100))
    assert duckdb.connect().execute(sql, values).fetchone()[0] == fiscal.month_start(day)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_reading_by_fiscal_month_holds_all_rows(monkeypatch, pattern):
    monkeypatch.setattr(registry, "catalogue", lambda: {"toy": TOY})
    version = toy_version()
    version.connection.execute(
        f"create or replace table company_setting as select 'UTC' as tz, 'EUR' as reporting_currency, "
        f"'01-01' as fiscal_start, '{pattern}' as fiscal_calendar, 1 as week_start"
    )
    asked = Request(every="fiscal_month", date_from=date(2026, 1, 1), date_to=date(2026, 3, 31), interval=False)
    rows = read(version, "toy", replace(asked))["rows"]
    assert rows[0]["n"] == sum(row["n"] for row in rows[1:]) == 4
    assert all(row["period"]["label"].startswith("FY2026-M") for row in rows[1:])
    starts = [date.fromisoformat(row["period"]["from"]) for row in rows[1:]]
    assert starts == sorted(set(starts)) and len(starts) >= 2
