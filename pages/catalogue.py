"""What can be asked here: every metric with its definition, and which exports it waits for."""

import streamlit as st

from loaders.profile import profiles
from metrics.book import exports
from metrics.registry import catalogue
from ui import book, data, frame, signin

signin.require()
st.title("Catalogue")
st.markdown("Every metric of this house: what it asks, how it is computed, what it needs, what to beware of.")

known, version = profiles(data.home()), data.version(frame.chosen())
filled, here = book.filled(version), book.loaded(version, known)
book.summary(list(catalogue().values()), filled)
for metric in catalogue().values():
    book.entry(metric, exports(known), filled, here)
