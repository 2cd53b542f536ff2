"""Another convention beside the standing one: the number under both, and the rows whose verdict it changes."""

import pandas as pd
import streamlit as st

from charts.from_reading import shown
from charts.names import column_name
from charts.numbers import DASH, counted, written
from metrics.registry import Measure, Metric, Param, UsageError
from ui import cards, data, downloads
from ui.escape import md_escape
from ui.formats import counts, lacking
from ui.head import headed
from ui.page import Page

# how an interval is made changes no row; a weight or an anchor changes scores, not rows
UNASKED = ("interval",)
SHOWN = 200
SIDES = ("standing", "other")
KINDS = {
    "gained": "now counted for it",
    "lost": "now counted against it",
    "entered": "counted only in the other",
    "left": "counted only in the standing one",
    "changed": "counted with another amount",
}


def panel(page: Page, first: str | None = None) -> None:
    """The card, where the metric has a convention to change; `first` opens it on a parameter's first alternative."""
    offered = conventions(page.metric)
    if offered:
        with st.container(border=True, key="card-whatif"):
            tried(page, offered, first)


def conventions(metric: Metric) -> dict[str, Param]:
    """The parameters that may change which rows count and how."""
    return {
        name: param
        for name, param in metric.params.items()
        if name not in UNASKED and (param.allowed is None or len(param.allowed) > 1)
    }


@st.fragment
def tried(page: Page, offered: dict[str, Param], first: str | None) -> None:
    with headed("What if we counted otherwise?", "another convention beside the standing one"):
        taking = st.container(width="content")
    names = list(offered)
    key = f"whatif-{page.metric.id}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = names.index(first) if first in names else None
        name = st.selectbox("Convention", names, place, key=key, format_func=worded, placeholder="Choose", width=260)
        value = other(name, offered[name], f"{key}-{name}") if name else None
        titles = {one.name: one.title for one in page.metric.measures}
        default = list(titles).index(page.metric.headline.name)
        measure = st.selectbox(
            "Measure", list(titles), default, key=f"{key}-measure", format_func=titles.get, width=260
        )
    if name is None:
        st.caption("The numbers above follow the standing conventions. Choose one to see what another would change.")
        return
    st.caption(f"{md_escape(offered[name].meaning)} Standing: {worded(offered[name].default)}.")
    if value is None:
        return
    beside(page, page.metric.measure(measure), {name: value}, taking)


def worded(value) -> str:
    return "none" if value is None else str(value).replace("_", " ")


def other(name: str, param: Param, key: str):
    """Another value than the standing one: of a list, or a number."""
    if param.allowed is not None:
        rest = [one for one in param.allowed if one != param.default]
        return st.selectbox("Counted by", rest, key=key, format_func=worded, width=220)
    value = st.number_input("Counted by", value=None, key=key, placeholder=worded(param.default), width=220)
    return None if value is None or value == param.default else value


def beside(page: Page, measure: Measure, params: dict, taking) -> None:
    """Both numbers of a measure, how many rows flip and which."""
    asked = {**page.scope.request(page.metric), "measures": (measure.name,), "params": params, "reading": "flips"}
    try:
        doc = data.reading(page.scope.version, page.metric.id, **asked, limit=SHOWN)
    except UsageError as error:
        st.caption(md_escape(f"{str(error)[0].upper()}{str(error)[1:]}."))
        return
    if doc.get("status") == "not_available":
        st.caption(md_escape(f"Not available: {lacking(doc['reason'])}."))
        return
    st.markdown(f"Standing: {told(doc['standing'], measure)}  \nOther: {told(doc['other'], measure)}")
    if not doc["total_rows"]:
        st.caption("No row of this measure counts otherwise.")
        return
    kinds = "; ".join(f"{counted(count)} {KINDS[kind]}" for kind, count in doc["flips"].items())
    st.caption(f"{counted(doc['total_rows'])} rows flip: {kinds}. The first {counted(len(doc['rows']))} are below.")
    st.dataframe(pd.DataFrame(flat(page, doc)), hide_index=True, height=260, placeholder=DASH)
    every = lambda: flat(page, data.reading_uncached(page.scope.version, page.metric.id, **asked))  # noqa: E731
    with taking:
        downloads.buttons(f"whatif-{page.metric.id}", f"{page.metric.id}-flips", every, lambda: about(page, params))


def told(rows: list[dict], measure: Measure) -> str:
    """The measure on one side with what stands behind it."""
    row = next((row for row in rows if row["part"] is None), None)
    if row is None or shown(row) is None:
        return f"{DASH} ({'too few rows' if row else 'no whole, only parts'})"
    return f"**{md_escape(written(row['value'], measure.unit, row['currency']))}** ({counts(row, measure.unit)})"


def about(page: Page, params: dict) -> list[tuple[str, str]]:
    convention = "; ".join(f"{name} = {value}" for name, value in params.items())
    return [*cards.about(page, "Rows that flip"), ("Other convention", convention)]


def titled(page: Page, dims: dict) -> dict:
    return {page.metric.dims[name].title: value for name, value in dims.items()}


def flat(page: Page, doc: dict) -> list[dict]:
    """The rows that flip: what happened, what each side counts, whose they are. Unknown dimensions are left out."""
    made = []
    for row in doc["rows"]:
        dims = {name: value for name, value in row.items() if name not in ("row_key", "kind", *SIDES)}
        sides = {
            f"{side}: {column_name(name).lower()}": value for side in SIDES for name, value in counted_in(row, side)
        }
        made.append({"What happens": KINDS[row["kind"]], "Row": row["row_key"], **sides, **titled(page, dims)})
    names = dict.fromkeys(name for row in made for name in row)
    kept = [name for name in names if any(row.get(name) not in (None, "Unknown") for row in made)]
    return [{name: row.get(name) for name in kept} for row in made]


def counted_in(row: dict, side: str):
    return ((name, value) for name, value in (row[side] or {"reason": "not in it"}).items() if name != "n")
