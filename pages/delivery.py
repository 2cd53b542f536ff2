"""What share of what we owed was delivered complete, by the promised date and in good order?"""

import streamlit as st

from charts.from_reading import by_part, lines, trend
from ui import cards, foot, page, parts, steady

HALVES = [
    ("otif", None, "On time in full", {}),
    ("on_time", None, "On time", {"dash": True}),
    ("in_full", None, "In full", {"dash": True}),
]
TESTS = ("in_full", "on_date", "documents", "condition")
KEPT = ["otif", "on_time", "in_full", "unit_fill", "perfect_order", "unpromised_share"]

here = page.begin("otif")
cards.figures(here, KEPT, "Against the first promise")

left, right = st.columns(2, gap="small")
with left:
    halves = lines(here.trend("otif", "on_time", "in_full"), HALVES, "On time in full", "by month due")
    steady.card(here, "otif", "On time in full", drawn=halves)
with right:
    cards.chart(here, parts.bases(here, "otif"), "bases")

left, right = st.columns(2, gap="small")
with left:
    doc = here.ask("perfect_component")
    passed = by_part(doc, "perfect_component", TESTS, "What a perfect order is made of", "interval", horizontal=True)
    cards.chart(here, cards.qualified(passed, "share of orders passing each"), "perfect")
with right:
    unpromised = trend(here.trend("unpromised_share"), "unpromised_share", title="Lines without a promise")
    cards.chart(here, unpromised, "unpromised", "unpromised_share")

foot.draw(here, ["otif", "on_time", "in_full", "unit_fill"], "segment", ["otif", "on_time", "in_full"], tried="basis")
