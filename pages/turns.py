"""How fast does each family's stock turn into shipments, and what is stuck?"""

import streamlit as st

from charts.from_reading import by_part, by_slice, grouped
from ui import cards, foot, page, steady

SLOW = ("slow", "very_slow", "dead")
STUCK = [("slow_share", "slow", "Slow"), ("slow_share", "dead", "Dead")]
FIGURES = ["turns", "days_of_stock", "slow_value", "slow_share", "excess_value"]

here = page.begin("inventory_turns")
cards.figures(here, FIGURES, "Stock and what left it", {"slow_value": "slow", "slow_share": "slow"})

left, right = st.columns(2, gap="small")
with left:
    families = by_slice(here.ask("turns", by=("family",)), "turns", "family", "Turns by family")
    cards.chart(here, families, "families", "turns")
with right:
    slow = by_part(here.ask("slow_value"), "slow_value", SLOW, "What is stuck", horizontal=True)
    cards.chart(here, cards.qualified(slow, "value without an issue for so long"), "slow")

left, right = st.columns(2, gap="small")
with left:
    steady.card(here, "turns", "Turns", "by month, a year's pace")
with right:
    doc = here.ask("slow_share", by=("family",))
    stuck = grouped(doc, STUCK, "family", "Stuck stock by family", horizontal=True)
    cards.chart(here, cards.qualified(stuck, "share of its value"), "stuck")

foot.draw(here, ["turns", "days_of_stock", "excess_value"], "family", ["turns", "slow_value", "excess_value"])
