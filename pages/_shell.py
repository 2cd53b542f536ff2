"""The frame round every page: sign-in, navigation, the data version, and what is the matter with the data."""

import streamlit as st

from ui import frame, signin

st.set_page_config(page_title="Throughline", page_icon=frame.ICON, layout="wide")
frame.styled()
signin.require()

page = st.navigation(
    {
        "": [st.Page("overview.py", title="Overview", icon=":material/space_dashboard:", default=True)],
        "Joined questions": [
            st.Page("forecast.py", title="Pipeline forecast", icon=":material/query_stats:"),
            st.Page("inventory.py", title="Stock by segment", icon=":material/inventory_2:"),
            st.Page("commitment.py", title="Commitment to delivery", icon=":material/timeline:"),
            st.Page("satisfaction.py", title="Satisfaction and delivery", icon=":material/sentiment_satisfied:"),
        ],
        "Each side": [
            st.Page("delivery.py", title="On time in full", icon=":material/local_shipping:"),
            st.Page("leads.py", title="Leads to orders", icon=":material/filter_alt:"),
        ],
        "Data": [
            st.Page("upload.py", title="Upload", icon=":material/upload_file:"),
            st.Page("catalogue.py", title="Catalogue", icon=":material/menu_book:"),
            st.Page("targets.py", title="Targets", icon=":material/flag:"),
        ],
    }
)
frame.sidebar()
frame.banners()
page.run()
