"""The members of a dimension, as a chart and as a table that can be sorted, clicked and taken away."""

import pandas as pd
import streamlit as st

from charts.from_reading import by_slice, ordered, rows, shown, undated
from charts.numbers import SYMBOLS
from ui import cards, downloads, drill
from ui.head import headed
from ui.page import Page

FORMATS = {"share": "percent", "days": "%.1f d", "score": "%.2f", "ratio": "%.2f", "per_year": "%.1f"}


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
    title = page.metric.dims[dim].title
    with st.container(border=True, height="stretch", key=f"card-table-{dim}"):
        key = f"table-{page.metric.id}-{dim}"
        with headed(f"Every {title.lower()}", f"{len(made)} in scope"):
            downloads.buttons(
                f"take-{key}", f"{page.metric.id}-by-{dim}", lambda: made, lambda: cards.about(page, f"By {dim}")
            )
        if not made:
            st.caption("No rows in this scope.")
            return
        names = [str(row["slice"][dim]) for row in found]
        picked = drill.picker(page, key, drill.Marks(main, [{dim: name} for name in names], names))
        st.dataframe(
            pd.DataFrame(drill.filled(made)),
            hide_index=True,
            placeholder="–",
            height="content" if len(made) <= 9 else 390,
            column_config=configured(doc, told, main, measures),
            key=key,
            on_select=picked,
            selection_mode="single-row",
        )


def line(doc: dict, row: dict, told: dict, main: str, measures: list[str], dim: str) -> dict:
    """One table row: member, main value with what stands behind it, then the other measures."""
    low, high = row["ci"] or (None, None)
    made = {
        dim: str(row["slice"][dim]),
        told[main]["title"]: shown(row),
        "n": row["n"],
        "low": low if shown(row) is not None else None,
        "high": high if shown(row) is not None else None,
        "status": row["status"] + (" (provisional)" if row["provisional"] else ""),
    }
    for name in measures:
        if name != main:
            others = rows(doc, name, None, dim)
            same = next((other for other in others if other["slice"] == row["slice"]), None)
            made[told[name]["title"]] = shown(same)
    return made


def configured(doc: dict, told: dict, main: str, measures: list[str]) -> dict:
    """How columns are written: shares as percent, days with their unit, money with its symbol."""
    columns = {told[name]["title"]: numeric(doc, told[name]) for name in measures}
    return columns | {end: numeric(doc, told[main]) for end in ("low", "high")}


def numeric(doc: dict, told: dict):
    money = next((row["currency"] for row in doc["rows"] if row["measure"] == told["measure"]), None)
    given = f"{SYMBOLS.get(money, '')}%,.0f" if told["unit"] == "currency" else FORMATS.get(told["unit"], "localized")
    return st.column_config.NumberColumn(format=given, help=told["measure"])
