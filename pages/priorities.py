"""When customers compete for the same stock, are the important ones served first?"""

import streamlit as st

from charts.from_reading import by_slice, side_by_side
from ui import cards, foot, page, parts, steady

TWO = {"rate": "All meetings", "rate_promise": "Promised no later"}
FIGURES = ["rate", "rate_promise", "pairs", "harm_value", "harm_days", "override_share", "rank_disagreement"]

here = page.begin("priority_inversion_rate")
cards.figures(here, FIGURES, "Meetings of two customers over stock that did not suffice")

left, right = st.columns(2, gap="small")
with left:
    tiers = by_slice(here.ask("rate", by=("tier_pair",)), "rate", "tier_pair", "Who was overtaken")
    cards.chart(here, tiers, "tiers", "rate")
with right:
    both = side_by_side(here.ask(*TWO), TWO, "Can promises explain it?")
    cards.chart(here, cards.qualified(both, "of those promised no later, they cannot"), "two")

left, right = st.columns(2, gap="small")
with left:
    steady.card(here, "rate", "Priority inversions", "by month")
with right:
    harm = parts.by_member(here, "harm_value", "family", "Value overtaken", nothing=False)
    cards.chart(here, harm, "harm", "harm_value")

foot.draw(here, ["rate", "rate_promise", "harm_value"], "family", ["rate", "harm_value"])
