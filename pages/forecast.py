"""Does the live pipeline predict demand better than history alone, how far ahead, and for whom?"""

import streamlit as st

from charts.from_reading import grouped, lines, trend
from ui import cards, drill, page, parts, tables

METHODS = [
    ("wape", None, "Pipeline"),
    ("wape", "seasonal_naive", "Same month last year"),
    ("wape", "ma3", "Mean of 3 months"),
    ("wape", "crm", "CRM's own number"),
]
MONTHS = [
    ("actual", None, "Booked", {"role": "axis", "as_bar": True}),
    ("forecast", None, "Pipeline", {}),
    ("forecast", "seasonal_naive", "Same month last year", {"dash": True}),
    ("forecast", "ma3", "Mean of 3 months", {"dash": True}),
]

here = page.begin("pipeline_forecast_accuracy")
cards.figures(here, ["wape", "bias", "fva", "beat_share", "mase", "relmae"], "All horizons together")

one = {"where": {**here.scope.request(here.metric)["where"], "horizon": ("1",)}}
cards.chart(
    here,
    lines(here.trend("actual", "forecast", **one), MONTHS, "Booked against forecast", "one month ahead"),
    "months",
    "wape",
    one,
)

left, right = st.columns(2, gap="small")
with left:
    errors = grouped(here.ask("wape", by=("horizon",)), METHODS, "horizon", "Error by months ahead")
    cards.chart(here, parts.by_number(errors, "WAPE, lower is better", "months ahead"), "horizons", "wape")
with right:
    value = parts.by_member(
        here, "fva", "horizon", "What the pipeline adds", "error taken off the best history-only method, with interval"
    )
    cards.chart(here, parts.by_number(value, value.qualifier, "months ahead"), "fva", "fva")

left, right = st.columns(2, gap="small")
with left:
    cards.chart(here, trend(here.trend("bias"), "bias", title="Bias, above zero is too high"), "bias", "bias")
with right:
    cards.chart(here, trend(here.trend("wape"), "wape", title="Error by target month"), "trend", "wape")

tables.slices(here, ["wape", "bias", "fva", "mase"], "segment")
drill.section(here, ["wape", "fva", "bias"])
page.caveats(here)
