"""How dependent are we on few customers or categories, and is the mix changing?"""

import streamlit as st

from charts.composition import by_parts
from charts.from_reading import waterfall
from ui import cards, foot, page, parts, steady

TOPS = {"1": "The largest", "5": "The 5 largest", "10": "The 10 largest"}
EFFECTS = ("volume", "price", "mix", "new", "lost")

here = page.begin("order_mix")
figures = ["hhi", "effective_number", "top_share", "shift", "hhi_unbiased"]
cards.figures(here, figures, "Booked value in the period", {"top_share": "1"})

left, right = st.columns(2, gap="small")
with left:
    largest = parts.all_parts(here, "member_share", "Who the business is", "share of booked value", most=12)
    cards.chart(here, largest, "members")
with right:
    moved = waterfall(here.ask("bridge"), "bridge", EFFECTS, "What changed the booked value", "Change")
    cards.chart(here, cards.qualified(moved, "against the year before"), "bridge")

left, right = st.columns(2, gap="small")
with left:
    tops = by_parts(here.ask("top_share"), {"top_share": "Share"}, TOPS, "How much hangs on few", horizontal=True)
    cards.chart(here, cards.qualified(tops, "share of booked value"), "tops")
with right:
    steady.card(here, "hhi", "Concentration", "by month, higher is more dependent")

foot.draw(here, ["hhi", "effective_number", "shift"], "segment")
