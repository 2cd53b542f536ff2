"""Who orders again, how regularly, and who is overdue?"""

import streamlit as st

from charts.from_reading import by_slice
from ui import cards, foot, page, steady

KEPT = ["repeat_rate", "overdue_share", "frequency", "itt_median", "itt_cv", "regularity_k"]

here = page.begin("repeat_order")
cards.figures(here, KEPT, "Customers and their order days")

left, right = st.columns(2, gap="small")
with left:
    late = by_slice(here.ask("overdue_share", by=("segment",)), "overdue_share", "segment", "Customers overdue")
    cards.chart(here, late, "overdue", "overdue_share")
with right:
    often = by_slice(here.ask("frequency", by=("segment",)), "frequency", "segment", "Orders a year")
    cards.chart(here, often, "frequency", "frequency")

left, right = st.columns(2, gap="small")
with left:
    waits = by_slice(here.ask("itt_median", by=("family",)), "itt_median", "family", "Days between orders")
    cards.chart(here, waits, "waits", "itt_median")
with right:
    steady.card(here, "frequency", "Orders a year", "by month")

foot.draw(here, ["overdue_share", "repeat_rate", "frequency", "itt_median"], "tier")
