"""How variable is the time from order entry to delivery, and which stage causes it?"""

import streamlit as st

from charts.composition import by_parts
from charts.from_reading import by_part, trend
from ui import cards, foot, page, steady

STAGES = ("C_E", "E_R", "R_P", "P_S", "R_S", "S_D", "E_S", "E_D", "R_D", "wish")
SHARES = {"mean_share": "Of the length", "variance_share": "Of the spread"}
GROUPS = ("site", "family", "carrier")
SPREAD = ["cv", "sd", "spread", "iqr", "mad"]

here = page.begin("fulfilment_cycle_variance")
cards.figures(here, [*SPREAD, "mean", "median", "p90", "km_median", "km_p90"], "From order entry to delivery")

left, right = st.columns(2, gap="small")
with left:
    stages = by_parts(here.ask(*SHARES), SHARES, STAGES, "Which stage causes it", horizontal=True)
    cards.chart(here, cards.qualified(stages, "the slowest stage is often not the variable one"), "stages")
with right:
    steady.card(here, "cv", "Variability of the cycle", "standard deviation over mean, by month")

left, right = st.columns(2, gap="small")
with left:
    groups = by_part(here.ask("eta2"), "eta2", GROUPS, "Spread between groups", horizontal=True)
    cards.chart(here, cards.qualified(groups, "share of the spread that lies between them"), "groups")
with right:
    days = trend(here.trend("median"), "median", title="Median days")
    cards.chart(here, cards.qualified(days, "by month delivered"), "median", "median")

foot.draw(here, ["cv", "median", "p90", "spread"], "site")
