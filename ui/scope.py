"""What the numbers of a page are about: period, members and data version, all of it in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import streamlit as st
from dateutil.relativedelta import relativedelta

from metrics.periods import default_period, last_complete_month, month_end
from metrics.registry import Metric, UsageError, catalogue
from ui import data
from warehouse.versions import Version

DIMS = ("segment", "family", "site")
USUAL, OWN = "Usual period", "Own dates"
MONTHS = {"3 months": 3, "6 months": 6, "12 months": 12, "24 months": 24}
# what stands in the address is what stands in the list, so the words are the values
PERIODS = (USUAL, *MONTHS, OWN)
TREND_MONTHS = 12
WIDTH = 170
EARLIEST, LATEST = date(1970, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True)
class Scope:
    """A period (a preset, or own dates), the chosen members by dimension, and the version they are read from."""

    version: Version
    period: str = USUAL
    start: date | None = None
    end: date | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the usual period of everything was chosen."""
        return bool(self.where) or self.period != USUAL

    def dates(self, metric: Metric) -> tuple[date | None, date | None]:
        """First and last day to ask of a metric; (None, None) leaves it its usual period."""
        if self.period == OWN:
            return self.start, self.end
        months = MONTHS.get(self.period)
        return (None, None) if months is None else whole_months(data.as_of(self.version, metric), months)

    def request(self, metric: Metric) -> dict:
        """The fields of a Request that this scope sets, without the dimensions that the metric does not have."""
        start, end = self.dates(metric)
        where = {name: members for name, members in self.where.items() if name in metric.dims}
        return {"date_from": start, "date_to": end, "where": where}

    def left_out(self, metric: Metric) -> list[str]:
        """Dimensions that are filtered here but that the metric cannot be filtered by; they must be told."""
        return [name for name in self.where if name not in metric.dims]

    def every(self, metric: Metric) -> str:
        """The buckets of a trend: quarters where a month alone holds too few origins to be judged."""
        return "quarter" if metric.window == "all" else "month"

    def recent(self, metric: Metric) -> dict | None:
        """The last 3 months of a period of 12, whose prior period is the year before; None for any other period."""
        start, end = self.bounds(metric)
        if start is None or end is None or (start, end) != whole_months(end, 12):
            return None
        first, last = whole_months(end, 3)
        return {**self.request(metric), "date_from": first, "date_to": last}

    def bounds(self, metric: Metric) -> tuple[date | None, date | None]:
        """First and last day of the period that is compared, the metric's usual one where none was chosen."""
        asked, as_of = self.compared(metric), data.as_of(self.version, metric)
        if asked["date_from"] or asked["date_to"] or as_of is None or metric.window == "state":
            return asked["date_from"], asked["date_to"]
        return default_period(metric.window, as_of, {name: param.default for name, param in metric.params.items()})

    def compared(self, metric: Metric) -> dict:
        """As `request`, but a metric whose usual period is all its history is compared over its last 12 months."""
        asked = self.request(metric)
        if asked["date_from"] is None and asked["date_to"] is None and metric.window == "all":
            start, end = whole_months(data.as_of(self.version, metric), 12)
            return {**asked, "date_from": start, "date_to": end}
        return asked

    def trended(self, metric: Metric) -> dict:
        """As `request`, over at least 12 months up to the same end, so that a short period still shows its way."""
        asked = self.request(metric)
        if metric.window in ("all", "mature_12_cohorts") and asked["date_from"] is None:
            return asked
        end = asked["date_to"] or data.as_of(self.version, metric)
        if end is None:
            return asked
        start = last_complete_month(end) - relativedelta(months=TREND_MONTHS - 1)
        first = asked["date_from"]
        return {**asked, "date_from": min(first, start) if first else start, "date_to": asked["date_to"]}


def whole_months(as_of: date | None, months: int) -> tuple[date | None, date | None]:
    """The last `months` complete months at a date."""
    if as_of is None:
        return None, None
    last = last_complete_month(as_of)
    return last - relativedelta(months=months - 1), month_end(last)


def members(of: Version, dim: str) -> list[str]:
    """Every member that some metric knows of a dimension, in text order. The filters offer these."""
    asked = [(metric.id, {"by": (dim,), "interval": False}) for metric in catalogue().values() if dim in metric.dims]
    docs = [doc for doc in data.readings(of, asked) if not isinstance(doc, UsageError)]
    return sorted({str(row["slice"][dim]) for doc in docs for row in doc["rows"] if dim in row["slice"]})


def bar(of: Version, as_of: date | None) -> Scope:
    """The row of filters. Each widget keeps its value in the address, so a link shows the same numbers."""
    with st.container(horizontal=True, key="scope", vertical_alignment="bottom", gap="small"):
        period = st.selectbox("Period", PERIODS, key="period", bind="query-params", width=WIDTH)
        start, end = own_dates(as_of) if period == OWN else (None, None)
        where = {dim: tuple(chosen) for dim in DIMS if (chosen := member_filter(of, dim))}
        if where or period != USUAL:
            st.button(
                "Clear", key="clear", on_click=clear, type="tertiary", help="Back to the usual period, everything in"
            )
    return Scope(of, period, start, end, where)


def member_filter(of: Version, dim: str) -> list[str]:
    """A choice of members of one dimension; none chosen means all."""
    offered = members(of, dim)
    if not offered:
        return []
    label = {"segment": "Segment", "family": "Product family", "site": "Site"}[dim]
    return st.multiselect(label, offered, key=dim, bind="query-params", placeholder="All", width=WIDTH)


def own_dates(as_of: date | None) -> tuple[date | None, date | None]:
    """Two dates of one's own choice, by default the last 12 complete months."""
    first, last = whole_months(as_of, 12)
    shared = {
        "bind": "query-params",
        "format": "YYYY-MM-DD",
        "width": WIDTH,
        "min_value": EARLIEST,
        "max_value": LATEST,
    }
    start = st.date_input("From", value=first, key="from", **shared)
    end = st.date_input("To", value=last, key="to", **shared)
    if start and end and start > end:
        st.warning(f"From {start} is after to {end}: the two were swapped.")
        start, end = end, start
    return start, end


def clear() -> None:
    """Take every filter off; runs as a callback, before the widgets are drawn."""
    st.session_state["period"] = USUAL
    for dim in DIMS:
        st.session_state[dim] = []
