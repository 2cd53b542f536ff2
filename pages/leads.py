"""Of the leads we create, what share turn into orders, from where and how fast, and can that share be relied on?"""

import streamlit as st

from charts.from_reading import by_slice
from charts.survival import stairs
from ui import cards, foot, page, parts, steady

here = page.begin("lead_to_order_rate")
cards.figures(
    here, ["rate", "won_rate", "net_rate", "lag_median", "orders_without_lead"], "Cohorts that had their whole window"
)
cards.figures(here, ["phi", "p_value"], "Does the share itself move, beyond chance?")

left, right = st.columns(2, gap="small")
with left:
    steady.card(here, "rate", "Lead to order by month of creation")
with right:
    ages = parts.curve(here, "conversion_curve", "How fast leads turn into orders", "days since created")
    cards.chart(here, ages, "curve")

left, right = st.columns(2, gap="small")
with left:
    doc = here.ask("rate", by=("channel",))
    cards.chart(here, by_slice(doc, "rate", "channel", "Which channel's leads become orders"), "channels", "rate")
with right:
    lags = stairs(here.ask("conversion_curve", by=("channel",)), "conversion_curve", "How fast, by channel")
    cards.chart(here, cards.qualified(lags, "share converted by days since created"), "lags")

campaigns = by_slice(here.ask("rate", by=("campaign",)), "rate", "campaign", "Which campaign's leads become orders")
cards.chart(here, campaigns, "campaigns", "rate")

foot.draw(here, ["rate", "won_rate", "net_rate", "lag_median"], "channel")
