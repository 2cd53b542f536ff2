"""The frame round every page: sign-in, navigation, the data version, and what is the matter with the data."""

import streamlit as st

from ui import frame, places, signin

st.set_page_config(page_title="Throughline", page_icon=frame.ICON, layout="wide")
frame.styled()
signin.require()


def listed(group: str) -> list:
    """The pages of a group's metrics."""
    return [
        st.Page(script, title=title, icon=f":material/{icon}:") for script, title, icon in places.GROUPS[group].values()
    ]


DATA = [
    st.Page("targets.py", title="Targets", icon=":material/flag:"),
    st.Page("restatements.py", title="Restatements", icon=":material/published_with_changes:"),
    st.Page("catalogue.py", title="Catalogue", icon=":material/menu_book:"),
    st.Page("upload.py", title="Upload", icon=":material/upload_file:"),
]
groups = {
    "": [st.Page("overview.py", title="Overview", icon=":material/space_dashboard:", default=True)],
    **{name: listed(name) for name in places.GROUPS},
}
page = st.navigation({**groups, "Trust": [*groups["Trust"], *DATA]}, expanded=True)
frame.sidebar()
frame.banners()
page.run()
