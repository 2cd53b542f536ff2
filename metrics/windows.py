"""Over which months a metric is compared and its trend read: one rule for whoever shows it.

`asked` are the first and last day somebody chose; (None, None) is the metric's usual period at its as-of date. A metric
over all its history is compared over its last 12 months. Where the period is 12 whole months, the one before is the
year before, so last year's comparison takes the last 3 months instead.
"""

from datetime import date

from dateutil.relativedelta import relativedelta

from metrics.periods import default_period, last_complete_month, month_end
from metrics.registry import Metric

Dates = tuple[date | None, date | None]
USUAL: Dates = (None, None)
YEAR, QUARTER = 12, 3
WHOLE = ("all", "mature_12_cohorts")


def whole_months(as_of: date | None, months: int) -> Dates:
    """The last `months` complete months at a date."""
    if as_of is None:
        return USUAL
    last = last_complete_month(as_of)
    return last - relativedelta(months=months - 1), month_end(last)


def compared(metric: Metric, asked: Dates, as_of: date | None) -> Dates:
    """The days whose prior period is the base of a comparison."""
    return whole_months(as_of, YEAR) if asked == USUAL and metric.window == "all" else asked


def beside_last_year(metric: Metric, asked: Dates, as_of: date | None) -> Dates:
    """The days that are compared with the same days a year before."""
    chosen = compared(metric, asked, as_of)
    start, end = _usual(metric, as_of) if chosen == USUAL else chosen
    if start and end and (start, end) == whole_months(end, YEAR):
        return whole_months(end, QUARTER)
    return chosen


def drawn(metric: Metric, asked: Dates, as_of: date | None) -> Dates:
    """The days of a trend: at least 12 months up to the same end, so that a short period still shows its way."""
    start, end = asked
    if as_of is None or (metric.window in WHOLE and start is None):
        return asked
    first, _ = whole_months(end or as_of, YEAR)
    return min(start or first, first), end


def every(metric: Metric) -> str:
    """The buckets of a trend: quarters where a month alone holds too few origins to be judged."""
    return "quarter" if metric.window == "all" else "month"


def _usual(metric: Metric, as_of: date | None) -> Dates:
    if as_of is None or metric.window == "state":
        return USUAL
    return default_period(metric.window, as_of, {name: param.default for name, param in metric.params.items()})
