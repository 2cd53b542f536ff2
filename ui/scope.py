"""What the numbers of a page are about: period, members and data version, all of it in the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import streamlit as st

from charts.standing import DIMS
from metrics import windows
from metrics.registry import Metric, UsageError, catalogue
from metrics.windows import whole_months
from ui import data
from ui.places import TILES
from warehouse.versions import Version

USUAL, OWN = "Usual period", "Own dates"
MONTHS = {"3 months": 3, "6 months": 6, "12 months": 12, "24 months": 24}
# what stands in the address is what stands in the list, so the words are the values
PERIODS = (USUAL, *MONTHS, OWN)
WIDTH = 170
EARLIEST, LATEST = date(1970, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True)
class Scope:
    """A period (a preset, or own dates), the chosen members by dimension, the past day as of which everything is read
    (None: as of the newest data), and the version."""

    version: Version
    period: str = USUAL
    start: date | None = None
    end: date | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    as_of: date | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the usual period of everything was chosen."""
        return bool(self.where) or self.period != USUAL

    @property
    def key(self) -> tuple:
        """What tells this scope from every other of its version."""
        return self.period, self.start, self.end, data.frozen(self.where), self.as_of

    def day(self, metric: Metric) -> date | None:
        """The day as of which a metric is read."""
        return self.as_of or data.as_of(self.version, metric)

    def dates(self, metric: Metric) -> tuple[date | None, date | None]:
        """First and last day to ask of a metric; (None, None) leaves it its usual period."""
        if self.period == OWN:
            return self.start, self.end
        months = MONTHS.get(self.period)
        return (None, None) if months is None else whole_months(self.day(metric), months)

    def request(self, metric: Metric) -> dict:
        """The fields of a Request that this scope sets, without the dimensions that the metric does not have."""
        start, end = self.dates(metric)
        where = {name: members for name, members in self.where.items() if name in metric.dims}
        return {"date_from": start, "date_to": end, "where": where, "as_of": self.as_of}

    def left_out(self, metric: Metric) -> list[str]:
        """Dimensions that are filtered here but that the metric cannot be filtered by; they must be told."""
        return [name for name in self.where if name not in metric.dims]

    def compared(self, metric: Metric) -> dict:
        """As `request`, over the days whose prior period is the base of a comparison."""
        return self._over(metric, windows.compared)

    def beside_last_year(self, metric: Metric) -> dict:
        """As `request`, over the days that are compared with last year's."""
        return self._over(metric, windows.beside_last_year)

    def trended(self, metric: Metric) -> dict:
        """As `request`, over at least 12 months up to the same end."""
        return self._over(metric, windows.drawn)

    def _over(self, metric: Metric, rule: Callable) -> dict:
        asked = self.request(metric)
        start, end = rule(metric, (asked["date_from"], asked["date_to"]), self.day(metric))
        return {**asked, "date_from": start, "date_to": end}


def members(of: Version, dim: str) -> list[str]:
    """Every member of a dimension that a metric of the overview knows, in text order. The filters offer these."""

    def read_all() -> list[str]:
        # asked as the tiles ask, so that it is read once
        tiled = [catalogue()[name] for name in TILES if name in catalogue()]
        asked = [(metric.id, {"where": {}, "by": (dim,), "interval": False}) for metric in tiled if dim in metric.dims]
        docs = [doc for doc in data.readings(of, asked) if not isinstance(doc, UsageError)]
        return sorted({str(row["slice"][dim]) for doc in docs for row in doc["rows"] if dim in row["slice"]})

    return data.made(of, ("members", dim), read_all)


def bar(of: Version, as_of: date | None) -> Scope:
    """The row of filters. Each widget keeps its value in the address, so a link shows the same numbers."""
    with st.container(horizontal=True, key="scope", vertical_alignment="bottom", gap="small"):
        period = st.selectbox("Period", PERIODS, key="period", bind="query-params", width=WIDTH)
        start, end = own_dates(as_of) if period == OWN else (None, None)
        where = {dim: tuple(chosen) for dim in DIMS if (chosen := member_filter(of, dim))}
        past = past_day(as_of)
        if where or period != USUAL or past:
            st.button(
                "Clear", key="clear", on_click=clear, type="tertiary", help="Back to the usual period, everything in"
            )
    return Scope(of, period, start, end, where, past)


def member_filter(of: Version, dim: str) -> list[str]:
    """A choice of members of one dimension; none chosen means all."""
    offered = members(of, dim)
    if not offered:
        return []
    label = {"segment": "Segment", "family": "Product family", "site": "Site"}[dim]
    return st.multiselect(label, offered, key=dim, bind="query-params", placeholder="All", width=WIDTH)


def past_day(newest: date | None) -> date | None:
    """A past day as of which everything is read, as it was known then; the newest data or later is no choice."""
    given = {"bind": "query-params", "format": "YYYY-MM-DD", "width": WIDTH, "min_value": EARLIEST}
    told = "Read everything as it was known on a past day. Empty: the newest data."
    chosen = st.date_input("As of", value=None, key="as_of", help=told, max_value=LATEST, **given)
    return chosen if chosen and newest and chosen < newest else None


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


def newest() -> None:
    """Read the newest data again; runs as a callback."""
    st.session_state["as_of"] = None


def clear() -> None:
    """Take every filter off; runs as a callback, before the widgets are drawn."""
    st.session_state["period"] = USUAL
    st.session_state["as_of"] = None
    for dim in DIMS:
        st.session_state[dim] = []
