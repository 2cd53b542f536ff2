"""From a number to its rows: what was clicked, the rows behind it with file and line, and all of them to take away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
import streamlit as st

from charts.names import system_name
from charts.numbers import counted
from metrics.registry import UsageError
from ui import columns, data, downloads
from ui.escape import md_escape
from ui.head import headed
from ui.page import Page

SHOWN = 60
KEY = "drilled"


@dataclass(frozen=True)
class Marks:
    """The marks of a chart or rows of a table that can be clicked: whose rows, narrowed by what, called what."""

    measure: str
    at: Sequence[dict]
    names: Sequence[str]
    more: dict = field(default_factory=dict)


def picker(page: Page, key: str, marks: Marks) -> Callable:
    """A callback for a chart's or table's selection that remembers which rows were asked for, and in which scope."""
    asked = data.frozen(page.scope.request(page.metric))

    def picked() -> None:
        found = st.session_state.get(key)
        place = selected(found.selection if found else None)
        if place is None or place >= len(marks.at):
            st.session_state.pop(KEY, None)
            return
        at, name = marks.at[place], marks.names[place]
        st.session_state[KEY] = {"measure": marks.measure, "at": at, "name": name, "more": marks.more, "scope": asked}

    return picked


def clicked_in(page: Page) -> dict:
    """What was clicked on this page in this scope, {} when nothing was: another scope has other rows."""
    found = st.session_state.get(KEY) or {}
    same = found.get("scope") == data.frozen(page.scope.request(page.metric))
    return found if same and any(found["measure"] == one.name for one in page.metric.measures) else {}


def selected(selection) -> int | None:
    """The place of the first selected point of a chart or row of a table."""
    if not selection:
        return None
    points, chosen = selection.get("points") or [], selection.get("rows") or []
    return points[0].get("point_index", points[0].get("point_number")) if points else chosen[0] if chosen else None


def narrowed(page: Page, at: dict, more: dict) -> dict:
    """The page's request narrowed to a clicked member or period."""
    asked = page.scope.request(page.metric)
    where = {**asked["where"], **{name: (member,) for name, member in at.items() if name in page.metric.dims}}
    dates = {}
    if "from" in at:
        dates = {"date_from": date.fromisoformat(at["from"]), "date_to": date.fromisoformat(at["to"])}
    return {**asked, **more, "where": {**where, **more.get("where", {})}, **dates}


def section(page: Page, measures: Sequence[str]) -> None:
    """The rows behind a number: the clicked one, else the page's headline. Each row names its file and line."""
    with st.container(border=True, key="card-rows"):
        rows_behind(page, [name for name in measures if page.offers(name)])


@st.fragment
def rows_behind(page: Page, measures: list[str]) -> None:
    clicked = clicked_in(page)
    with headed("The rows behind the number", "click a mark or a table row above to narrow them"):
        taking = st.container(width="content")
    name = chooser(page, measures, clicked)
    asked = {**narrowed(page, clicked.get("at", {}), clicked.get("more", {})), "measures": (name,), "reading": "rows"}
    try:
        doc = data.reading(page.scope.version, page.metric.id, **asked, limit=SHOWN)
    except UsageError as error:
        st.caption(md_escape(error))
        return
    files = {load["load_id"]: load["file"] for load in data.loads(page.scope.version)}
    shown(page, doc, files, data.frozen(asked))
    with taking:
        take(page, asked, name, files)


def chooser(page: Page, measures: list[str], clicked: dict) -> str:
    """Which measure's rows: the clicked one first. Beside it what was clicked, and the way back to all rows."""
    titles = {measure.name: measure.title for measure in page.metric.measures}
    offered = list(dict.fromkeys([*([clicked["measure"]] if clicked else []), *measures]))
    key = f"rows-measure-{page.metric.id}-{clicked.get('measure', '')}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Measure", offered, format_func=titles.get, key=key, width=260)
        if clicked:
            st.markdown(f"**{md_escape(named(clicked))}**", width="content")
            st.button(
                "Show all rows", key="rows-all", type="tertiary", on_click=lambda: st.session_state.pop(KEY, None)
            )
    return name


def named(clicked: dict) -> str:
    """What was clicked, in words."""
    hidden = ("from", "to", "part")
    dims = [f"{name.replace('_', ' ')} {member}" for name, member in clicked["at"].items() if name not in hidden]
    return " · ".join(dims) or clicked["name"]


def shown(page: Page, doc: dict, files: dict[str, str], asked: tuple) -> None:
    """The first rows as a table, and how many there are."""
    if not doc["rows"]:
        st.caption(md_escape(doc.get("reason") or "No rows here."))
        return
    key = ("rows", page.metric.id, asked)
    made = data.made(page.scope.version, key, lambda: framed(page, doc, files))
    named = columns.of_rows(page.metric, made)
    st.dataframe(made, hide_index=True, height=330, key=f"rows-{page.metric.id}", placeholder="–", column_config=named)
    said = f"{counted(len(made))} of {counted(doc['total_rows'])} rows"
    said += ", each with the file and line it came from." if "file:line" in made else "."
    st.caption(f"{said} Taking the metric's own steps over all of them gives the number.")


def framed(page: Page, doc: dict, files: dict[str, str]) -> pd.DataFrame:
    """The rows as they are shown."""
    dated = [column["name"] for column in doc["columns"] if column["type"].startswith("datetime")]
    return columns.readable(pd.DataFrame(filled(table(doc, files))), page.metric, dated)


def take(page: Page, asked: dict, measure: str, files: dict[str, str]) -> None:
    """A download of every row, read only when it is pressed."""

    def every() -> list[dict]:
        return table(data.reading_uncached(page.scope.version, page.metric.id, **asked), files)

    file = f"{page.metric.id}-{measure}-rows"
    downloads.buttons(f"rows-{page.metric.id}", file, every, lambda: [("Measure", measure)])


def filled(rows: list[dict]) -> list[dict]:
    """The rows without the columns that none of them fills."""
    kept = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    return [{name: row[name] for name in kept} for row in rows]


def table(doc: dict, files: dict[str, str]) -> list[dict]:
    """Rows of a drill flattened: key, day, components, source with file and line, then every other column."""
    parts = list(doc["rows"][0]["components"]) if doc["rows"] else []
    first = [column["name"] for column in doc["columns"] if column["name"] not in parts]
    made = []
    for row in doc["rows"]:
        plain = {name: plainly(row.get(name)) for name in first}
        head = {name: plain.pop(name) for name in ("row_key", "day", "reason") if name in plain}
        found = {f"component {name}": plainly(value) for name, value in row["components"].items()}
        made.append({**head, **found, **source(row["sources"], files), **plain})
    return made


def source(sources: list[dict], files: dict[str, str]) -> dict:
    """Where a row comes from: system, file and line of its main record, and of the further ones in one text."""
    known = [one for one in sources if one["load_id"]]
    told = [f"{files.get(one['load_id'], one['load_id'])}:{one['line']}" for one in known]
    system = system_name(str(known[0]["system"])) if known else None
    return {"system": system, "file:line": told[0] if told else None, "further sources": "; ".join(told[1:]) or None}


def plainly(value):
    """A cell that a table and a file can hold."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat()[:10] if hasattr(value, "isoformat") else str(value)
