"""Sign-in: on when [auth] stands in the secrets. Every page asks again, the shell alone is not trusted."""

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError


def configured() -> bool:
    """Whether people have to sign in here."""
    try:
        return bool(st.secrets.get("auth"))
    except (StreamlitSecretNotFoundError, FileNotFoundError):
        return False


def require() -> None:
    """Stop the script with a sign-in button unless the visitor is signed in or nobody has to be."""
    if not configured() or st.user.is_logged_in:
        return
    st.title("Throughline")
    st.write("These numbers are for people of the company. Sign in to see them.")
    st.button("Sign in", type="primary", on_click=st.login)
    st.stop()
