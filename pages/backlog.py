"""Is the backlog growing, from what, and how old is it?"""

import streamlit as st

from charts.balance import balance
from charts.from_reading import by_part, trend
from ui import cards, foot, page, steady

AGES = ("not_due", "1_7", "8_30", "31_60", "61_90", "gt_90")
STANDS = ["closing", "past_due_share", "mean_age", "backlog_days", "half_life", "book_to_bill"]

here = page.begin("backlog_movement")
cards.figures(here, STANDS, "What is ordered and has not left us")

left, right = st.columns(2, gap="small")
with left:
    doc = here.ask("opening", "movement", "closing", "residual")
    moves = balance(doc, ("opening", "closing"), "movement", "residual", "What moved the backlog")
    cards.chart(here, cards.qualified(moves, "from opening to closing"), "balance")
with right:
    ages = by_part(here.ask("ageing"), "ageing", AGES, "How old it is", horizontal=True)
    cards.chart(here, cards.qualified(ages, "value by days past the first promise"), "ageing")

left, right = st.columns(2, gap="small")
with left:
    steady.card(here, "closing", "Backlog at month ends")
with right:
    booked = trend(here.trend("book_to_bill"), "book_to_bill", title="Book to bill")
    cards.chart(here, cards.qualified(booked, "above 1 the backlog grows"), "book_to_bill", "book_to_bill")

foot.draw(here, ["closing", "past_due_share", "mean_age"], "segment")
