"""Which suppliers reliably deliver good parts on time at the agreed price, and what do they endanger?"""

import streamlit as st

from charts.composition import by_parts
from ui import cards, foot, page, scorecard, steady

CRITERIA = {"quality": "Quality", "delivery": "Delivery", "price": "Price", "lead_time": "Steady lead times"}
FIGURES = ["otif", "perfect_order", "ppm", "ppv", "lead_time_mean", "lead_time_p90", "lead_time_cv", "acknowledgement"]
RISKS = ["single_source_share", "compliance", "impact"]

here = page.begin("supplier_scorecard")
cards.figures(here, ["total", *FIGURES, *RISKS], "All suppliers together")

scorecard.draw(here, CRITERIA)

left, right = st.columns(2, gap="small")
with left:
    scores = by_parts(here.ask("part_score"), {"part_score": "Score"}, CRITERIA, "Score by criterion", horizontal=True)
    cards.chart(here, cards.qualified(scores, "0 to 100 between published anchors"), "criteria")
with right:
    steady.card(here, "otif", "Purchases on time in full", "by month due")

foot.draw(here, ["total", "otif", "ppm", "lead_time_mean", "impact"], "supplier", ["total", "otif", "ppm", "impact"])
