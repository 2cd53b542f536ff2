"""For how many days can each customer segment be served from stock, and what capital stands behind it?"""

import streamlit as st

from charts.from_reading import grouped, range_by_slice
from charts.names import part_name
from ui import cards, foot, page, parts, steady

EFFECTS = [("days_effect", name, part_name(name)) for name in ("mix", "reservation")]
WARNING = (
    "Shared stock belongs to nobody until it is allocated. By demand share every segment gets **the same days of a "
    "product**: what differs between segments comes only from their product mix and from hard reservations."
)

here = page.begin("days_of_inventory_by_segment")
st.warning(WARNING, icon=":material/balance:")
cards.figures(here, ["days", "cover", "allocated_value"], "At the state date")

left, right = st.columns(2, gap="small")
with left:
    doc = here.ask("days", "days_by_policy", by=("segment",))
    days = range_by_slice(doc, "days", "days_by_policy", "segment", "Days of stock by segment")
    cards.chart(here, cards.qualified(days, "dot: by demand share; bar: all policies"), "days", "days")
with right:
    effects = grouped(
        here.ask("days_effect", by=("segment",)), EFFECTS, "segment", "Why a segment differs", horizontal=True
    )
    cards.chart(here, cards.qualified(effects, "days away from the whole"), "effects")

left, right = st.columns(2, gap="small")
with left:
    steady.card(here, "days", "Days of stock at month ends")
with right:
    cards.chart(here, parts.all_parts(here, "stock_value", "Where the stock stands"), "stock")

foot.draw(here, ["days", "cover", "allocated_value"], "segment", ["days", "allocated_value"])
