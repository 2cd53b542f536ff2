"""Which open promises will we miss, why, for whom, and how much revenue is behind them?"""

import streamlit as st

from charts.from_reading import by_part
from ui import atrisk, cards, foot, page, parts, steady

FIGURES = ["revenue_at_risk", "lines", "customers", "value_touched", "late_value"]
CHANCES = ("P50", "P80", "P95")

here = page.begin("exceptions")
cards.figures(here, FIGURES, "Open promises")

atrisk.draw(here)

left, right = st.columns(2, gap="small")
with left:
    reasons = parts.by_member(here, "revenue_at_risk", "reason", "Why", left_out=(atrisk.FINE,))
    cards.chart(here, reasons, "reasons", "revenue_at_risk")
with right:
    weeks = parts.by_member(here, "revenue_at_risk", "week", "When it is due", nothing=False)
    cards.chart(here, parts.by_name(weeks, "by promised week"), "weeks", "revenue_at_risk")

left, right = st.columns(2, gap="small")
with left:
    chances = by_part(here.ask("revenue_at_risk"), "revenue_at_risk", CHANCES, "If suppliers are late", horizontal=True)
    cards.chart(here, cards.qualified(chances, "the same with purchases as late as they have been"), "chances")
with right:
    steady.card(here, "revenue_at_risk", "Revenue at risk at month ends")

foot.draw(here, ["revenue_at_risk", "value_touched", "late_value", "lines"], "customer")
