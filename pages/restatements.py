"""What became of numbers we told before: months that a newer version of the data tells otherwise, and why."""

import streamlit as st

from ui import page, restatements

of = page.opened()
st.title("Restatements")
st.markdown("Complete months whose number changed from one version of the data to the next, and why.")
restatements.draw(of)
