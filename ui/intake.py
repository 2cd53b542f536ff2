"""Files on their way in: kept aside, tried on a scratch ledger by the code that loads them, shown, then loaded."""

import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pandas as pd
import streamlit as st

from charts.dates import day
from charts.numbers import counted
from ui import data, downloads
from ui.escape import md_escape
from warehouse.home import Home
from warehouse.loads import Load, active_loads, all_loads
from warehouse.state import get_settings, set_settings

TYPES = ("csv", "tsv", "txt", "xlsx", "xls", "parquet")
STATUS = {
    "loaded": (":material/check_circle:", "ready"),
    "partly": (":material/rule:", "ready, with rejected rows"),
    "unchanged": (":material/sync_disabled:", "already loaded, changes nothing"),
    "blocked": (":material/pause_circle:", "waits: another file of this upload is refused"),
    "refused": (":material/cancel:", "refused"),
}
FIRST_ROWS = 8


@dataclass
class Tried:
    """What a dry run told of one file: its entries, its load (profile, object, dates) and the first rows as typed."""

    file: str
    status: str
    message: str | None
    entries: list[dict]
    load: Load | None = None
    first: dict[str, pd.DataFrame] = field(default_factory=dict)
    rejects: dict[str, bytes] = field(default_factory=dict)


def aside(uploads: Sequence) -> tuple[Path, list[Path]]:
    """The uploaded bytes as files in a private folder. A browser's file name is only a name: folders in it are cut."""
    folder = Path(tempfile.mkdtemp(prefix="throughline-upload-"))
    paths = []
    for place, upload in enumerate(uploads):
        inside = folder / str(place)
        inside.mkdir()
        paths.append(inside / plain_name(upload.name))
        paths[-1].write_bytes(upload.getvalue())
    return folder, paths


def plain_name(name: str) -> str:
    """The last part of a file name without what a file system or a shell could take for something else."""
    last = re.split(r"[\\/]", name)[-1]
    kept = re.sub(r"[^\w .()\-]", "_", last).strip(" .")
    return kept[-120:] or "upload"


def tried(load_files: Callable, paths: list[Path], exported_at: str | None, profile: str | None) -> list[Tried]:
    """Load the files into a scratch ledger with this home's settings and profiles, and tell what became of each.

    Files that only wait because another is refused are tried once more without it, so that they can be looked at."""
    real = data.home()
    with tempfile.TemporaryDirectory(prefix="throughline-preview-") as folder:
        scratch = Home(Path(folder))
        set_settings(scratch, **asdict(get_settings(real)))
        if real.profiles.is_dir():
            shutil.copytree(real.profiles, scratch.profiles)
        results = load_files(scratch, paths, profile=profile, exported_at=exported_at)
        waiting = [path for path, result in zip(paths, results, strict=True) if result.status == "blocked"]
        again = iter(load_files(scratch, waiting, profile=profile, exported_at=exported_at) if waiting else ())
        loads = {load.load_id: load for load in all_loads(scratch)}
        here = {load.load_id for load in active_loads(real)}
        told = [read_back(next(again) if one.status == "blocked" else one, loads, here) for one in results]
        for one, result in zip(told, results, strict=True):
            one.status = "blocked" if result.status == "blocked" else one.status
        return told


def read_back(result, loads: dict[str, Load], here: set[str]) -> Tried:
    """A result with what the scratch ledger holds of it, before that is thrown away."""
    load = loads.get(result.load_id)
    status = "unchanged" if result.load_id in here and result.status in ("loaded", "partly") else result.status
    told = Tried(result.file, status, result.message, result.entries, load)
    if load is not None:
        for path in sorted(load.folder.glob("*.parquet")):
            told.first[path.stem] = pd.read_parquet(path).head(FIRST_ROWS).dropna(axis=1, how="all")
        for path in sorted(load.folder.glob("*.rejects.csv")):
            told.rejects[path.name] = path.read_bytes()
    return told


def file_card(told: Tried) -> None:
    """One file: who claims it, what would be loaded, what is rejected and why, the first rows as they will stand."""
    icon, word = STATUS.get(told.status, (":material/help:", told.status))
    with st.container(border=True, key=f"card-file-{plain_name(told.file)}"):
        st.markdown(f"**{icon} {md_escape(told.file)}** — {word}")
        if told.message:
            st.error(md_escape(told.message))
        if told.load is not None:
            st.caption(claimed(told.load))
        if any(entry["table"] for entry in told.entries):
            st.dataframe([counts(entry) for entry in told.entries], hide_index=True)
        found_issues(told)
        for table, frame in told.first.items():
            with st.expander(f"First rows of {table}, as they will be loaded"):
                st.dataframe(frame, hide_index=True)
        for name, raw in told.rejects.items():
            st.download_button(
                f"Rejected rows: {name}",
                raw,
                f"{plain_name(told.file)}.{name}",
                "text/csv",
                key=f"rej-{told.file}-{name}",
            )


def claimed(load: Load) -> str:
    """Which profile recognised the file, and what date it speaks for."""
    said = {
        "command": "as you stated",
        "file_name": "from the file name",
        "field": "from a column",
        "profile": "from the profile",
    }
    basis = said.get(load.exported_basis, "inferred from the newest date inside")
    who = f"{md_escape(load.system)} {md_escape(load.object)} (profile {md_escape(load.profile)})"
    return f"{who} · exported {day(load.exported_at)}, {basis} · {load.scope} export"


def counts(entry: dict) -> dict:
    """One table of a file: rows in = loaded + rejected + ignored, and its control totals."""
    totals = ", ".join(f"{name} {value}" for name, value in (entry["control_totals"] or {}).items())
    named = {"Rows in": "rows_in", "Loaded": "loaded", "Rejected": "rejected", "Ignored": "ignored"}
    return {"Table": entry["table"], **{title: entry[name] for title, name in named.items()}, "Control totals": totals}


def found_issues(told: Tried) -> None:
    """The first faults of a file with line, column, value and reason, and all of them to take away."""
    issues = [
        {"table": entry["table"], **issue} for entry in told.entries for issue in entry["issues"] if issue.get("line")
    ]
    if not issues:
        return
    with st.expander(f"{counted(len(issues))} issues"):
        st.dataframe(issues[:200], hide_index=True)
        downloads.buttons(f"issues-{told.file}", "issues", lambda: issues)
