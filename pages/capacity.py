"""Are resources loaded evenly, or swinging between idle and overload?"""

import streamlit as st

from charts.composition import by_parts
from charts.from_reading import by_slice, grouped
from ui import cards, foot, page, parts, steady

WEEKS = [("weeks_over", None, "Above the limit"), ("weeks_under", None, "Below the limit")]
LOSSES = {"availability": "Availability", "performance": "Performance", "quality": "Quality"}

here = page.begin("capacity_utilisation")
cards.figures(here, ["cv", "peak_to_mean", "utilisation", "load_ratio", "weeks_over", "weeks_under", "oee"], "The load")

steady.card(here, "utilisation", key="band", drawn=parts.weekly_band(here, "utilisation", "Utilisation week by week"))

left, right = st.columns(2, gap="small")
with left:
    doc = here.ask("utilisation", by=("resource",))
    cards.chart(here, by_slice(doc, "utilisation", "resource", "Utilisation by resource"), "resources", "utilisation")
with right:
    doc = here.ask("weeks_over", "weeks_under", by=("resource",))
    weeks = grouped(doc, WEEKS, "resource", "Weeks outside the limits", horizontal=True)
    cards.chart(here, cards.qualified(weeks, "share of weeks"), "weeks", "weeks_over")

left, right = st.columns(2, gap="small")
with left:
    swing = by_slice(here.ask("cv", by=("resource",)), "cv", "resource", "Swing by resource")
    cards.chart(here, swing, "swing", "cv")
with right:
    losses = by_parts(here.ask("oee"), {"oee": "Share"}, LOSSES, "Where effectiveness is lost", horizontal=True)
    cards.chart(here, cards.qualified(losses, "the three multiply"), "oee")

foot.draw(here, ["utilisation", "load_ratio", "cv", "weeks_over"], "resource")
