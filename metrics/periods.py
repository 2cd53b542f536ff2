"""Periods of a reading: buckets, labels and default windows. Bounds are inclusive local dates; no clock."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from metrics.fiscal import CALENDAR, Fiscal
from metrics.registry import UsageError

EVERY = ("day", "week", "month", "quarter", "year", "fiscal_month")
BEGINNING, END = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Period:
    """An inclusive range of local dates and what it is called."""

    label: str
    start: date
    end: date

    def as_json(self) -> dict:
        return {"label": self.label, "from": self.start.isoformat(), "to": self.end.isoformat()}


def month_start(day: date) -> date:
    return day.replace(day=1)


def month_end(day: date) -> date:
    return month_start(day) + relativedelta(months=1, days=-1)


def parse_every(every: str) -> str:
    if every not in EVERY:
        raise UsageError(f"--every {every!r} is not a period; it may be {', '.join(EVERY)}")
    return every


def bucket_sql(every: str | None, column: str, fiscal: Fiscal = CALENDAR) -> str:
    """SQL for the first day of the bucket that holds a date; fiscal months of weeks bind $fiscal_days."""
    if every is None:
        return "NULL::DATE"
    if every == "day":
        return column
    if every == "fiscal_month" and fiscal.is_weekly:
        return f"list_max(list_filter($fiscal_days::DATE[], lambda start: start <= {column}))"
    if every == "fiscal_month":
        return f"(date_trunc('month', {column} - {fiscal.shift}) + INTERVAL {fiscal.shift} DAY)::DATE"
    return f"date_trunc('{every}', {column})::DATE"


def bucket(every: str, start: date, fiscal: Fiscal = CALENDAR) -> Period:
    """The period that begins on a bucket's first day."""
    if every == "day":
        return Period(start.isoformat(), start, start)
    if every == "week":
        year, week, _ = start.isocalendar()
        return Period(f"{year}-W{week:02d}", start, start + timedelta(days=6))
    if every == "quarter":
        return Period(f"{start.year}-Q{(start.month + 2) // 3}", start, start + relativedelta(months=3, days=-1))
    if every == "year":
        return Period(str(start.year), start, start + relativedelta(years=1, days=-1))
    if every == "fiscal_month":
        return Period(fiscal.label(start), start, fiscal.next_start(start) - timedelta(days=1))
    return Period(f"{start:%Y-%m}", start, month_end(start))


def first_day(every: str, day: date, fiscal: Fiscal = CALENDAR) -> date:
    """The first day of the bucket that holds a date, as bucket_sql has it."""
    if every == "day":
        return day
    if every == "week":
        return day - timedelta(days=day.weekday())
    if every in ("quarter", "year"):
        return date(day.year, 1 if every == "year" else day.month - (day.month - 1) % 3, 1)
    return fiscal.month_start(day) if every == "fiscal_month" else month_start(day)


def clipped(period: Period, start: date, end: date) -> Period:
    """A bucket that the asked period cuts: its label with the days that are really in it."""
    return Period(period.label, max(period.start, start), min(period.end, end))


def last_complete_month(as_of: date) -> date:
    """First day of the newest month that is over at as_of."""
    start = month_start(as_of)
    return start if month_end(as_of) == as_of else start - relativedelta(months=1)


def default_period(window: str, as_of: date, params: dict) -> tuple[date, date]:
    """The period of G18 for a metric's window at an as-of date."""
    if window == "all" or (window == "mature_12_cohorts" and params.get("window") is None):
        return BEGINNING, as_of
    if window == "state":
        return as_of, as_of
    last = last_complete_month(as_of)
    if window == "mature_12_cohorts":
        last = last_complete_month(as_of - timedelta(days=int(params["window"])))
    return last - relativedelta(months=11), month_end(last)


def prior(start: date, end: date) -> tuple[date, date]:
    """The period of the same length just before; whole months step by months."""
    if start == month_start(start) and end == month_end(end):
        months = (end.year - start.year) * 12 + end.month - start.month + 1
        return start - relativedelta(months=months), start - timedelta(days=1)
    return start - (end - start) - timedelta(days=1), start - timedelta(days=1)


def prior_year(start: date, end: date) -> tuple[date, date]:
    """The same dates a year earlier; a month end stays a month end."""
    earlier = end - relativedelta(years=1)
    return start - relativedelta(years=1), month_end(earlier) if end == month_end(end) else earlier


def state_dates(every: str | None, start: date, end: date, as_of: date, fiscal: Fiscal = CALENDAR) -> list[date]:
    """The dates at which a state metric is read: bucket ends within the period, the last date itself always."""
    last = min(end, as_of)
    if every is None:
        return [last]
    found, day = {last}, start
    while day <= last:
        end_of = bucket(every, first_day(every, day, fiscal), fiscal).end
        found.add(min(end_of, last))
        day = end_of + timedelta(days=1)
    return sorted(found)
