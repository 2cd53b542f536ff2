"""What numbers are to reach: set, change and take back targets, with who did it and when."""

import streamlit as st

from reports.target_csv import from_csv, to_csv
from ui import page, targets

of = page.opened()
st.title("Targets")
st.markdown(
    "A target judges a number by its own better side, from a day on: met, near or missed. "
    "Numbers on few or unfinished data are not judged."
)
targets.form(of)
targets.holding()
targets.past()
targets.files(of, to_csv, from_csv)
