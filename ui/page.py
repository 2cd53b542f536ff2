"""The frame of a metric's page: who may see it, its question, the scope bar, and the states without a number."""

from dataclasses import dataclass

import streamlit as st

from charts.dates import day, span
from charts.from_reading import undated
from metrics.registry import Metric, UsageError, catalogue
from ui import data, frame, scope, signin, states
from ui.escape import md_escape
from ui.formats import reach
from warehouse.versions import Version


@dataclass(frozen=True)
class Page:
    """What the parts of a page share: the metric, the scope and the theme the visitor looks through."""

    metric: Metric
    scope: scope.Scope
    theme: str

    def ask(self, *measures: str, **more) -> dict:
        """A reading of the page's metric in the page's scope; `more` are fields of a Request."""
        asked = {**self.scope.request(self.metric), "measures": measures or None, **more}
        return data.reading(self.scope.version, self.metric.id, **asked)

    def trend(self, *measures: str, **more) -> dict:
        """A reading by month, over at least 12 months."""
        asked = {**self.scope.trended(self.metric), "measures": measures or None, "reading": "trend", "every": "month"}
        return data.reading(self.scope.version, self.metric.id, **{**asked, **more})

    def steady(self, *measures: str, **more) -> dict:
        """A reading of whether measures are steady, over their usual days and the year before, or over own dates."""
        start, end = (self.scope.start, self.scope.end) if self.scope.start else (None, None)
        asked = {**self.scope.request(self.metric), "date_from": start, "date_to": end, "measures": measures}
        return data.reading(self.scope.version, self.metric.id, **asked, reading="steadiness", **more)

    def beside_prior(self, *measures: str) -> tuple[dict, dict]:
        """Readings of the page's scope and of its comparison with the prior period; one where their periods agree."""
        asked, compared = self.scope.request(self.metric), self.scope.compared(self.metric)
        more = {"measures": measures or None, "reading": "compare", "compare_to": "prior"}
        prior = data.reading(self.scope.version, self.metric.id, **compared, **more)
        return (prior if asked == compared else self.ask(*measures)), prior

    def has(self, dim: str) -> bool:
        """Whether the metric can be sliced by a dimension and the data have it."""
        return dim in self.metric.dims

    def offers(self, measure: str) -> bool:
        """Whether the metric has a measure of that name."""
        return any(found.name == measure for found in self.metric.measures)


def theme() -> str:
    """light or dark, as the visitor sees it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def opened() -> Version:
    """The version this visitor looks at; without any, the first-run state and the end of the script."""
    signin.require()
    found = data.version(frame.chosen())
    if found is None:
        states.first_run()
    return found


def begin(metric_id: str) -> Page:
    """Head of a metric's page. Stops the script where there is no number to show, after saying what to do."""
    of = opened()
    metric = catalogue()[metric_id]
    st.title(metric.title)
    st.markdown(md_escape(metric.question))
    chosen = scope.bar(of, data.as_of(of, metric))
    page = Page(metric, chosen, theme())
    checked(page)
    return page


def checked(page: Page) -> None:
    """Say what period and data stand behind the page, and stop at a number that cannot be."""
    try:
        doc = page.ask()
    except data.OldVersion as error:
        states.old_version(str(error))
        st.stop()
    except UsageError as error:
        states.nothing_in_scope(f"{str(error)[0].upper()}{str(error)[1:]}.")
        st.stop()
    row = undated(doc, page.metric.headline.name, None, None)[0]
    said = [span(row["period"]), reach(doc), f"data version {doc['data_version']}"]
    if page.scope.as_of:
        said.insert(0, f"**as of {day(page.scope.as_of)}**, as it was known then")
    said += [f"**not by {dim}**: this metric has no {dim}" for dim in page.scope.left_out(page.metric)]
    st.caption(" · ".join(word for word in said if word))
    if row["status"] == "not_available":
        states.missing(row["reason"], page.metric)
        st.stop()
    if not row["n"] and page.scope.is_narrowed:
        states.nothing_in_scope()
        st.stop()
    if row["status"] == "stale":
        st.warning(
            f"Its masters were exported more than 35 days before {day(doc['as_of'])}.", icon=":material/history:"
        )


def caveats(page: Page) -> None:
    """What a reader of this metric must know, as its definition tells it."""
    if page.metric.caveats:
        with st.container(border=True, key="card-caveats"):
            st.markdown("**Read with care**\n\n" + "\n".join(f"- {md_escape(text)}" for text in page.metric.caveats))
