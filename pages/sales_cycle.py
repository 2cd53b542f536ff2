"""How long from opening an opportunity to the customer's decision, and how predictable is that?"""

import streamlit as st

from charts.from_reading import by_slice
from charts.survival import stairs
from ui import cards, foot, page, parts, steady

TIMES = ["km_median", "won_median", "won_iqr", "won_cv", "open_age", "stale_share"]
MONEY = ["win_rate", "velocity_per_day"]

here = page.begin("sales_cycle_days")
cards.figures(here, [*TIMES, *MONEY], "Opportunities opened in the period")

left, right = st.columns(2, gap="small")
with left:
    won = stairs(here.ask("won_incidence"), "won_incidence", "How fast deals are won", x_title="days since opened")
    cards.chart(here, cards.qualified(won, "share won by each age, lost ones kept in the base"), "won")
with right:
    steady.card(here, "km_median", "Days to a decision", "median, by month opened")

left, right = st.columns(2, gap="small")
with left:
    sizes = by_slice(here.ask("km_median", by=("size",)), "km_median", "size", "Days to a decision by deal size")
    cards.chart(here, sizes, "sizes", "km_median")
with right:
    stages = parts.in_order(here, "stage_conversion", "Passed each stage", "of those in a stage, who ever came further")
    cards.chart(here, stages, "stages")

foot.draw(here, ["km_median", "won_median", "win_rate", "open_age"], "segment")
