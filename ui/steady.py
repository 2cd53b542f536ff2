"""The card of a trend that can also tell whether it is steady: centre, usual range, the points that break it."""

import streamlit as st

from charts.control import control
from charts.from_reading import trend
from charts.spec import ChartSpec
from ui import cards
from ui.page import Page

HELP = (
    "Shows the usual range that the first points make, marks the points that break a rule, and says how often a steady "
    "series would do so by chance."
)


def card(
    page: Page, measure: str, title: str = "", qualifier: str = "", key: str = "trend", drawn: ChartSpec | None = None
) -> None:
    """A trend by month in its card (`drawn` instead, where several lines belong together), with the switch to whether
    the measure is steady."""
    switch = f"steady-{page.metric.id}-{key}"
    if st.session_state.get(switch):
        spec = control(page.steady(measure), measure, title)
    else:
        spec = drawn or cards.qualified(trend(page.trend(measure), measure, title=title), qualifier)
    cards.chart(page, spec, key, measure, beside=lambda: st.toggle("Steady?", key=switch, help=HELP))
