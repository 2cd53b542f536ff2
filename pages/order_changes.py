"""When a customer changes what he wants, how many days pass until our plan and our purchase orders say so?"""

import streamlit as st

from charts.composition import by_parts
from charts.from_reading import by_slice
from ui import cards, foot, page, steady

ANSWERS = {"po": "Purchase orders", "plan": "Production plan"}

here = page.begin("order_change_latency")
cards.figures(here, ["km_median", "km_p90", "entry_lag", "answered_share"], "Changes the customer asked for")

left, right = st.columns(2, gap="small")
with left:
    doc = here.ask("answered_share", by=("kind",))
    kinds = by_slice(doc, "answered_share", "kind", "Answered within a week")
    cards.chart(here, kinds, "kinds", "answered_share")
with right:
    doc = here.ask("answered_share")
    share = {"answered_share": "Share"}
    who = by_parts(doc, share, ANSWERS, "Who answers within a week", kind="interval", horizontal=True)
    cards.chart(here, cards.qualified(who, "share of changes at least a week old"), "answers")

left, right = st.columns(2, gap="small")
with left:
    waits = by_slice(here.ask("km_median", by=("kind",)), "km_median", "kind", "Days until answered")
    cards.chart(here, cards.qualified(waits, "median, unanswered ones counted"), "waits", "km_median")
with right:
    steady.card(here, "answered_share", "Answered within a week", "by month of the change")

foot.draw(here, ["answered_share", "km_median", "entry_lag"], "family", ["km_median", "entry_lag", "answered_share"])
