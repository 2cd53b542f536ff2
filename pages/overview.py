"""The six questions at a glance: where each stands, which way it moved, where it is weakest, how old the data are."""

import streamlit as st

from ui import overview, page

of = page.opened()
st.title("Overview")
st.markdown("From the lead, over the promise, to the delivery and what the customer thought of it.")
overview.draw(overview.scoped(of))
