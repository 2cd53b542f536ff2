"""The list of restatements: which versions, what they told, the causes, and the rows of a restated period."""

from datetime import date

import streamlit as st

from charts.restated import cause, sides
from metrics.registry import UsageError, catalogue
from metrics.restatements import between, default_metrics
from ui import data, downloads, drill
from ui.escape import md_escape
from ui.head import headed
from warehouse.versions import Version

SHOWN = 60


def draw(of: Version) -> None:
    """The choice of the older version and metrics, then the list; a chosen row opens the rows of its period."""
    older = [one["number"] for one in data.versions() if one["number"] < of.number]
    if not older:
        st.info(f"Version {of.number} has no older one to be held against; the next load makes one.")
        return
    with st.container(horizontal=True, key="restated-scope"):
        start = st.selectbox("Older version", older, key="restated-from", width=170)
        titles = {one.id: one.title for one in catalogue().values()}
        chosen = st.multiselect(
            "Metrics", list(titles), format_func=titles.get, key="restated-metrics", placeholder="All but the indices"
        )
    names = tuple(chosen) or tuple(default_metrics())
    with st.spinner("Reading both versions"):
        key = ("restatements", start, names)
        found = data.made(of, key, lambda: between(data.home(), start, of.number, names))
    listed(of, found)
    for one in found["not_comparable"]:
        st.caption(md_escape(f"Not comparable: {titles[one['metric']]}: {one['reason']}"))


def listed(of: Version, found: dict) -> None:
    """The restatements as a table with its downloads."""
    rows = found["restatements"]
    versions = f"version {found['from_version']} against version {found['to_version']}"
    with st.container(border=True, key="card-restatements"):
        with headed("Months that are told otherwise", f"{len(rows)}, {versions}"):
            if rows:
                downloads.buttons("take-restatements", "restatements", lambda: [told(row) for row in rows])
        if not rows:
            st.caption("No complete month has another number than before.")
            return
        picked = st.dataframe(
            [told(row) for row in rows],
            hide_index=True,
            placeholder="–",
            key="restatements",
            on_select="rerun",
            selection_mode="single-row",
            column_config={"Why": st.column_config.TextColumn(width="large")},
        )
        st.caption(
            "Both versions as of the older one's day, so passing time changes nothing. Choose a line for its rows."
        )
    place = drill.selected(picked.selection)
    if place is not None and place < len(rows):
        rows_of(of, rows[place])


def told(row: dict) -> dict:
    """A restatement as a line for people."""
    metric = catalogue()[row["metric"]]
    measure = metric.measure(row["measure"])
    before, after, by = sides(row, measure.unit)
    part = f", {row['part']}" if row["part"] not in (None, measure.name) else ""
    return {
        "Metric": metric.title,
        "Measure": f"{measure.title}{part}",
        "Period": row["period"]["label"],
        "Before": before,
        "After": after,
        "Difference": by,
        "Why": "; ".join(cause(one) for one in row["causes"]),
        "Then": "could still change" if row["provisional"] else None,
    }


def rows_of(of: Version, row: dict) -> None:
    """The rows of a restated period as the newer version tells them as of the older one's day."""
    start, end, as_of = (
        date.fromisoformat(text) for text in (row["period"]["from"], row["period"]["to"], row["as_of"])
    )
    asked = {"measures": (row["measure"],), "date_from": start, "date_to": end, "as_of": as_of, "reading": "rows"}
    with st.container(border=True, key="card-restated-rows"):
        with headed("The rows of the period", f"{catalogue()[row['metric']].title}, {row['period']['label']}"):
            pass
        try:
            doc = data.reading(of, row["metric"], **asked, limit=SHOWN)
        except UsageError as error:
            st.caption(md_escape(error))
            return
        files = {load["load_id"]: load["file"] for load in data.loads(of)}
        if not doc["rows"]:
            st.caption(md_escape(doc.get("reason") or "No rows here any more."))
            return
        st.dataframe(drill.filled(drill.table(doc, files)), hide_index=True, height=330, key="restated-rows")
        st.caption(f"{len(doc['rows'])} of {doc['total_rows']} rows.")
