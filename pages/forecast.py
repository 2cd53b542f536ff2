"""Does the live pipeline predict demand better than history alone, how far ahead, and for whom?"""

import streamlit as st

from charts.from_reading import grouped, lines, trend
from ui import cards, foot, page, parts, steady

METHODS = [
    ("wape", None, "Pipeline"),
    ("wape", "seasonal_naive", "Same month last year"),
    ("wape", "ma3", "Mean of 3 months"),
    ("wape", "crm", "CRM's own number"),
]
MONTHS = [
    ("forecast", None, "Pipeline", {}),
    ("forecast", "seasonal_naive", "Same month last year", {"dash": True}),
    ("forecast", "ma3", "Mean of 3 months", {"dash": True}),
    ("actual", None, "Booked", {"role": "axis", "as_bar": True}),
]

here = page.begin("pipeline_forecast_accuracy")
cards.figures(here, ["wape", "bias", "fva", "beat_share", "mase", "relmae"], "All months ahead together")

ahead = parts.within(here, "horizon", "1")
months = lines(here.trend("actual", "forecast", **ahead), MONTHS, "Booked against forecast", "one month ahead")
cards.chart(here, months, "months", "forecast", ahead)

left, right = st.columns(2, gap="small")
with left:
    errors = grouped(here.ask("wape", by=("horizon",)), METHODS, "horizon", "Error by months ahead")
    cards.chart(here, parts.by_number(errors, "WAPE, lower is better", "months ahead"), "horizons", "wape")
with right:
    gained = parts.by_member(here, "fva", "horizon", "What the pipeline adds")
    cards.chart(here, parts.by_number(gained, "error taken off history alone", "months ahead"), "fva", "fva")

quarters = here.trend("bias", "wape", every="quarter")
left, right = st.columns(2, gap="small")
with left:
    bias = cards.qualified(trend(quarters, "bias", title="Bias by quarter"), "above zero it was too high")
    steady.card(here, "bias", "Bias by quarter", key="bias", drawn=bias)
with right:
    steady.card(here, "wape", "Error by quarter", drawn=trend(quarters, "wape", title="Error by quarter"))

foot.draw(here, ["wape", "bias", "fva", "mase"], "segment", ["wape", "fva", "bias", "visible_forecast"])
