"""Are customers less satisfied when deliveries fail, and is it the delivery or the silence about it?"""

import streamlit as st

from charts.from_reading import by_part
from ui import cards, foot, page, parts, steady

BUCKETS = ("early", "on_time", "1_2", "3_7", "gt_7", "not_delivered")
CAUSES = ("execution", "communication", "both", "neither", "notice_unknown")
ANSWERED = ("on_time", "late", "not_delivered")
LINKED = ["rho", "tau_b", "superiority", "dissatisfied_share", "notice_difference"]
SLICED = ["rho", "superiority", "dissatisfied_share", "mean_score"]

here = page.begin("satisfaction_vs_delivery")
parts.response_banner(here)
cards.figures(here, LINKED, "Lateness and scores go together: associated, not proved to cause")

left, right = st.columns(2, gap="small")
with left:
    scores = by_part(here.ask("bucket_score"), "bucket_score", BUCKETS, "Mean score by lateness")
    cards.chart(here, cards.qualified(scores, "against the first promise"), "scores")
with right:
    doc = here.ask("dissatisfied_share")
    unhappy = by_part(doc, "dissatisfied_share", BUCKETS, "Dissatisfied by lateness", "interval")
    cards.chart(here, cards.qualified(unhappy, "share of answers, with interval"), "unhappy")

left, right = st.columns(2, gap="small")
with left:
    causes = by_part(here.ask("cause"), "cause", CAUSES, "Behind dissatisfied answers", "interval", horizontal=True)
    cards.chart(here, cards.qualified(causes, "what went wrong, share of them"), "causes")
with right:
    answered = by_part(here.ask("response_rate"), "response_rate", ANSWERED, "Who answers", "interval", horizontal=True)
    cards.chart(here, cards.qualified(answered, "response rate by delivery"), "answered")

steady.card(here, "mean_score", "Mean score by month of answer")
foot.draw(here, SLICED, "segment", ["rho", "mean_score", "dissatisfied_share", "cause"])
