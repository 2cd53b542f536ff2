"""Over which months the overview compares and draws a metric, given the reading of its usual period."""

from datetime import date

from dateutil.relativedelta import relativedelta

from metrics.periods import last_complete_month, month_end
from metrics.question import Request
from metrics.registry import Metric

YEAR, QUARTER = 12, 3


def asked(metric: Metric, usual: dict) -> dict[str, Request]:
    """What is read beside the value: prior, prior_year and trend. `usual` is the document of the value.

    A metric over all its history is compared over its last 12 months. Where the period is 12 months, the one before is
    the year before, so last year's comparison takes the last 3 months instead.
    """
    end = date.fromisoformat(usual["as_of"]) if usual["as_of"] else None
    if end is None:
        span, late, trend = {}, {}, {}
    else:
        span = months(end, YEAR) if metric.window == "all" else {}
        period = span or {"date_from": _day(usual, "from"), "date_to": _day(usual, "to")}
        late = months(period["date_to"], QUARTER) if period == months(period["date_to"], YEAR) else span
        start = last_complete_month(end) - relativedelta(months=YEAR - 1)
        trend = {} if metric.window in ("all", "mature_12_cohorts") else {"date_from": start}
    every = "quarter" if metric.window == "all" else "month"
    return {
        "prior": Request(reading="compare", compare_to="prior", **span),
        "prior_year": Request(reading="compare", compare_to="prior-year", **late),
        "trend": Request(reading="trend", every=every, **trend),
    }


def months(end: date, count: int) -> dict[str, date]:
    """The last complete months at a date, as the dates of a request."""
    last = last_complete_month(end)
    return {"date_from": last - relativedelta(months=count - 1), "date_to": month_end(last)}


def _day(doc: dict, name: str) -> date:
    return date.fromisoformat(doc["scope"][name])
