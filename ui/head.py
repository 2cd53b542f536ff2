"""The head of a card."""

from contextlib import contextmanager

import streamlit as st

from ui.escape import h


@contextmanager
def headed(title: str, qualifier: str = "", below: str = ""):
    """A card's title and grey words on the left, what the caller adds on the right. `below` is HTML, already safe."""
    with st.container(horizontal=True, gap="small", vertical_alignment="top", wrap=False):
        st.html(f'<div class="tl"><p class="tl-card-title">{h(title)} <span>{h(qualifier)}</span></p>{below}</div>')
        yield
