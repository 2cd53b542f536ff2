"""Can the systems be joined, and how much business stands on records that only one of them knows?"""

import streamlit as st

from charts.from_reading import by_slice
from ui import cards, foot, page, parts, steady

FIGURES = ["value_match", "match_rate", "duplicate_rate", "orphan_rate", "validity", "freshness", "queue_age"]

here = page.begin("master_data_consistency")
cards.figures(here, [*FIGURES, "match_precision", "match_recall"], "Records with business")

left, right = st.columns(2, gap="small")
with left:
    pairs = by_slice(here.ask("match_rate", by=("pair",)), "match_rate", "pair", "Found in the other system")
    cards.chart(here, cards.qualified(pairs, "each direction counts"), "pairs", "match_rate")
with right:
    cards.chart(here, parts.worst_parts(here, "agreement", "Do they say the same", "of matched records"), "agreement")

left, right = st.columns(2, gap="small")
with left:
    filled = parts.worst_parts(here, "completeness", "Filled attributes", "of the systems that keep it")
    cards.chart(here, filled, "completeness")
with right:
    cards.chart(here, parts.worst_parts(here, "coverage", "Links from deal to proof", "share that has it"), "links")

steady.card(here, "value_match", "Ordered value on matched records", "at month ends")
foot.draw(here, ["match_rate", "value_match", "duplicate_rate", "orphan_rate"], "entity", ["match_rate"])
