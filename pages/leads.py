"""Of the leads we create, what share turn into orders, and can that share be relied on?"""

import streamlit as st

from charts.from_reading import trend
from ui import cards, drill, page, parts, tables

here = page.begin("lead_to_order_rate")
cards.figures(here, ["rate", "won_rate", "net_rate", "orders_without_lead"], "Cohorts that had their whole window")
cards.figures(here, ["phi", "p_value"], "Does the share itself move, beyond chance?")

left, right = st.columns(2, gap="small")
with left:
    cohorts = trend(here.trend("rate"), "rate", title="Lead to order by month of creation")
    cards.chart(here, cohorts, "trend", "rate")
with right:
    ages = parts.curve(here, "conversion_curve", "How fast leads turn into orders", "days since created")
    cards.chart(here, ages, "curve")

tables.slices(here, ["rate", "won_rate", "net_rate"], "segment")
drill.section(here, ["rate", "won_rate", "net_rate"])
page.caveats(here)
