"""Counted from the moment we gave our word: how long do customers wait, where, and do we keep the first promise?"""

import streamlit as st

from charts.from_reading import grouped, lines, side_by_side, waterfall
from charts.survival import survival
from ui import cards, foot, page, steady

STAGES = ("C_E", "E_R", "R_S", "S_D")
WAITS = {
    "km_median": "Half wait at most",
    "delivered_median": "The same, delivered only",
    "km_p90": "Nine of ten at most",
}
PROMISES = [("adherence_first", None, "First promise kept"), ("adherence_last", None, "Last promise kept")]
UNSEEN = ["hidden_delay", "hidden_share", "dispatch_time", "slip", "notified_share", "unpromised_share"]
SLICED = ["km_median", "adherence_first", "adherence_last", "hidden_delay", "slip"]

here = page.begin("commitment_to_delivery")
cards.figures(here, [*WAITS, "adherence_first", "adherence_last", "repromise_gap"], "The wait and the word")
cards.figures(here, UNSEEN, "What a dispatch clock does not see")

left, right = st.columns(2, gap="small")
with left:
    steady.card(here, "km_median", "Days from commitment to delivery", "median, open lines counted")
with right:
    legs = waterfall(here.ask("stage_mean"), "stage_mean", STAGES, "Where the days go", "Commitment → delivery")
    cards.chart(here, cards.qualified(legs, "mean of completed lines"), "stages")

if here.offers("survival"):
    waiting = survival(
        here.ask("survival"), "survival", "How long customers wait", "share of lines still waiting, with its 95 % band"
    )
    cards.chart(here, waiting, "survival")

left, right = st.columns(2, gap="small")
with left:
    doc = here.trend("adherence_first", "adherence_last")
    kept = lines(doc, [(*one, {}) for one in PROMISES], "Promises kept", "by month due")
    steady.card(here, "adherence_first", "First promise kept", key="promises", drawn=kept)
with right:
    three = side_by_side(here.ask(*WAITS), WAITS, "The wait, three ways")
    cards.chart(here, cards.noted(three, "Delivered only leaves out the lines still open, so it flatters."), "waits")

if here.has("segment"):
    doc = here.ask("adherence_first", "adherence_last", by=("segment",))
    pairs = grouped(doc, PROMISES, "segment", "First and last promise", horizontal=True)
    cards.chart(here, cards.qualified(pairs, "the gap is what re-promising hides"), "gap", "adherence_first")

foot.draw(here, SLICED, "segment", ["km_median", "adherence_first", "hidden_delay"])
