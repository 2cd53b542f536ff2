"""The parts of the shell: style, the choice of data version, banners above every page."""

from pathlib import Path

import streamlit as st

from charts.dates import day
from charts.names import system_name
from ui import data, states
from ui.escape import md_escape

HERE = Path(__file__).parent
ICON = str(HERE / "icon.png")
CURRENT = "current"
STYLE = (HERE / "style.css").read_text("utf-8")


def styled() -> None:
    """The few rules that the theme has no name for."""
    st.html(f"<style>{STYLE}</style>")
    st.logo(str(HERE / "logo.svg"), size="large", icon_image=ICON)


def sidebar() -> None:
    """Which version of the data is shown, when it was built, how far each system reaches."""
    kept = data.versions()
    if not kept:
        return
    with st.sidebar:
        st.space("small")
        offered = [CURRENT, *(str(one["number"]) for one in kept)]
        asked = st.query_params.get("version")
        if asked and asked not in offered:
            st.warning(f"Version {md_escape(asked)} is no longer kept; you see the current one.")
        st.selectbox("Data version", offered, key="version", bind="query-params")
        shown = data.version(chosen())
        if shown is not None:
            reach = sorted(states.system_reach(shown).items())
            lines = [f"{md_escape(system_name(name))} to {day(to)}" for name, to in reach]
            built = f"Version {shown.number}, built {day(shown.facts.get('built_at'))}"
            st.caption("  \n".join([built, *lines]))


def chosen() -> int | None:
    """The pinned version of this visitor, None for the current one."""
    number = str(st.session_state.get("version") or CURRENT)
    return int(number) if number.isdigit() else None


def banners() -> None:
    """What is the matter with the data, if anything is."""
    states.failed_build()
    shown = data.version(chosen())
    if shown is not None:
        states.pinned(shown)
        states.one_sided(shown)
        states.stale(shown)
