"""Bring exports in: what each file would become, then load and rebuild, and what that changed."""

import shutil

import streamlit as st

from loaders.errors import LoadError
from loaders.load import load_files
from loaders.profile import profiles
from metrics.materialise import materialise
from ui import data, intake, ledger, signin
from ui.escape import md_escape
from warehouse.build import build

signin.require()


def rebuild() -> None:
    """Build the next version with its steps told, then show the page anew."""
    with st.status("Building the next version", expanded=True) as told:
        try:
            number = build(data.home(), materialise=materialise, progress=st.write)
        except Exception as error:
            told.update(label="The build failed; the version before it stays", state="error")
            st.error(md_escape(error))
            return
        told.update(label=f"Version {number} is current", state="complete")
    st.rerun()


def load(paths: list, exported: str | None, profile: str | None) -> None:
    bar = st.progress(0.0, "Loading")
    results = load_files(
        data.home(), paths, profile=profile, exported_at=exported,
        progress=lambda file, share, what: bar.progress(min(share, 1.0), f"{md_escape(file)}: {md_escape(what)}"),
    )  # fmt: skip
    if any(result.status in ("loaded", "partly") for result in results):
        st.session_state["upload-round"] = st.session_state.get("upload-round", 0) + 1
        rebuild()


st.title("Upload")
st.markdown(
    "Exports as they come out of the system: several at once, CSV, XLSX or Parquet. Nothing is kept before you say so."
)

with st.container(border=True, key="card-upload"):
    uploads = st.file_uploader(
        "Files", intake.TYPES, accept_multiple_files=True, key=f"files-{st.session_state.get('upload-round', 0)}"
    )
    left, right = st.columns(2)
    names = [None, *sorted(profiles(data.home()))]
    profile = left.selectbox("Profile", names, format_func=lambda name: name or "recognised by its header")
    exported = right.text_input("Exported on", placeholder="only if the files do not tell: 2026-04-30").strip() or None

if uploads:
    folder, paths = intake.aside(uploads)
    try:
        tried = intake.tried(load_files, paths, exported, profile)
        for told in tried:
            intake.file_card(told)
        ready = [told for told in tried if told.status in ("loaded", "partly")]
        refused = [told for told in tried if told.status == "refused"]
        if st.button("Load and rebuild", type="primary", disabled=bool(refused) or not ready, key="load"):
            load(paths, exported, profile)
    except LoadError as error:
        st.error(md_escape(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)

ledger.unbuilt(rebuild)
ledger.what_changed()
ledger.loads_table(rebuild)
ledger.versions_table(rebuild)
ledger.settings_form(rebuild)
