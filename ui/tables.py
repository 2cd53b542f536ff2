"""The members of a dimension, as a chart and as a table that can be sorted, clicked and taken away."""

import pandas as pd
import streamlit as st

from charts.from_reading import by_slice, ordered, shown, undated
from charts.targets import word
from ui import cards, columns, contributors, downloads, drill
from ui.head import headed
from ui.page import Page
from ui.tile_face import BADGES

VIEWS = ("Level", "Change")
HELP = "Level: where each member stands. Change: what each adds to the change against the period before."


def slices(page: Page, measures: list[str], first: str | None = None) -> None:
    """A chooser of dimensions, the members' intervals worst first, and the table of all of them."""
    dims = [name for name in page.metric.dims]
    offered = [name for name in measures if page.offers(name)]
    titles = {name: dim.title for name, dim in page.metric.dims.items()}
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"slicing-{page.metric.id}"):
        dim = st.selectbox(
            "Slice by",
            dims,
            index=dims.index(first) if first in dims else 0,
            format_func=titles.get,
            key=f"by-{page.metric.id}",
            persist_state="session",
            width=210,
        )
        names = {found.name: found.title for found in page.metric.measures}
        name = st.selectbox("Measure", offered, format_func=names.get, key=f"slice-{page.metric.id}", width=260)
        shown_as = st.segmented_control(
            "Show", VIEWS, default=VIEWS[0], required=True, key=f"view-{page.metric.id}", help=HELP
        )
    if shown_as == VIEWS[1]:
        contributors.draw(page, name, dim)
        return
    doc = page.ask(*offered, by=(dim,))
    left, right = st.columns([5, 6], gap="small")
    with left:
        cards.chart(page, by_slice(doc, name, dim), f"slices-{dim}-{name}", name)
    with right:
        table(page, doc, offered, name, dim)


def table(page: Page, doc: dict, measures: list[str], main: str, dim: str) -> None:
    """Every member with its value, what stands behind it and the other measures. A click shows its rows."""
    told = {found["measure"]: found for found in doc["measures"]}
    found = ordered(undated(doc, main, None, dim), told[main]["better"])
    made = [line(doc, row, told, main, measures, dim) for row in found]
    units = {name: told[name]["unit"] for name in measures}
    units |= {"low": units[main], "high": units[main]}
    title = page.metric.dims[dim].title
    with st.container(border=True, height="stretch", key=f"card-table-{dim}"):
        key = f"table-{page.metric.id}-{dim}"
        with headed(f"Every {title.lower()}", f"{len(made)} in scope"):
            rows, about = (lambda: titled(made, told)), (lambda: cards.about(page, f"By {dim}"))
            downloads.buttons(f"take-{key}", f"{page.metric.id}-by-{dim}", rows, about)
        if not made:
            st.caption("No rows in this scope.")
            return
        names = [str(row["slice"][dim]) for row in found]
        picked = drill.picker(page, key, drill.Marks(main, [{dim: name} for name in names], names))
        st.dataframe(
            columns.in_percent(pd.DataFrame(drill.filled(made)), units),
            hide_index=True,
            placeholder="–",
            height="content" if len(made) <= 9 else 390,
            column_config=configured(page, doc, told, main, measures, dim),
            key=key,
            on_select=picked,
            selection_mode="single-row",
        )


def line(doc: dict, row: dict, told: dict, main: str, measures: list[str], dim: str) -> dict:
    """One table row: member, main value with its interval and what stands behind it, the other measures, its status."""
    low, high = row["ci"] if row["ci"] and shown(row) is not None else (None, None)
    made = {dim: str(row["slice"][dim]), main: shown(row), "low": low, "high": high, "n": row["n"]}
    for name in measures:
        if name != main:
            others = undated(doc, name, None, dim)
            made[name] = shown(next((other for other in others if other["slice"] == row["slice"]), None))
    said = BADGES.get(row["status"], ""), "may still change" if row["provisional"] else "", word(row)
    return {**made, "status": ", ".join(word for word in said if word) or None}


def titled(made: list[dict], told: dict) -> list[dict]:
    """The rows to take away, headed by the measures' titles."""
    return [{told[name]["title"] if name in told else name: value for name, value in row.items()} for row in made]


def configured(page: Page, doc: dict, told: dict, main: str, measures: list[str], dim: str) -> dict:
    """How columns are headed and written: shares in percent, days with their unit, money with its symbol."""
    money = {row["measure"]: row["currency"] for row in doc["rows"]}

    def number(name: str, title: str):
        return columns.number(told[name]["unit"], money.get(name), label=title, help=name)

    made = {name: number(name, told[name]["title"]) for name in measures}
    made |= {"low": number(main, "95\u202f% from"), "high": number(main, "95\u202f% to")}
    counted = st.column_config.NumberColumn("Rows", format="localized", help="n")
    return {**made, dim: page.metric.dims[dim].title, "n": counted, "status": "Read with care"}
