"""What each member of a dimension adds to the change of a number against the period before."""

import pandas as pd
import streamlit as st

from charts.composition import added
from charts.from_reading import described, shown, undated
from charts.numbers import DASH, change
from ui import cards, columns, data, downloads, drill
from ui.head import headed
from ui.page import Page

SPLIT = (
    "Own change: what the member's own number did. Weight: what its share of the whole did. The two make what it adds."
)
LACKS = "This measure does not add up from its members, so what each adds cannot be told; the differences stand beside."


def draw(page: Page, measure: str, dim: str) -> None:
    """The chart of what each member adds, and the table with both numbers."""
    asked = {**page.scope.compared(page.metric), "measures": (measure,), "by": (dim,), "reading": "compare"}
    doc = data.reading(page.scope.version, page.metric.id, **asked, compare_to="prior")
    spec = added(doc, measure, dim)
    whole = next(iter(undated(doc, measure, None, None)), None)
    told = described(doc, measure)
    moved = change(whole["difference"], told["unit"], whole["currency"]) if whole else DASH
    left, right = st.columns([5, 6], gap="small")
    with left:
        note = SPLIT if len(spec.series) > 1 else LACKS if spec.empty else ""
        spec = cards.noted(spec, f"The whole moved by {moved} against the period before. {note}".strip())
        cards.chart(page, spec, f"added-{dim}-{measure}", measure)
    with right:
        table(page, doc, measure, dim)


def table(page: Page, doc: dict, measure: str, dim: str) -> None:
    """Every member: now, before, difference, what it adds, own change, weight."""
    told, found = described(doc, measure), undated(doc, measure, None, dim)
    made = [line(row, dim) for row in found]
    money = next((row["currency"] for row in doc["rows"] if row["currency"]), None)
    title = page.metric.dims[dim].title
    units = {name: told["unit"] for name in TITLES}
    with st.container(border=True, height="stretch", key=f"card-change-{dim}"):
        key = f"change-{page.metric.id}-{dim}"
        with headed(f"Every {title.lower()}", "now beside the period before"):
            about = lambda: cards.about(page, f"Change by {dim}")  # noqa: E731
            downloads.buttons(f"take-{key}", f"{page.metric.id}-change-by-{dim}", lambda: made, about)
        if not made:
            st.caption("No rows in this scope.")
            return
        config = {name: columns.number(told["unit"], money, label=label) for name, label in TITLES.items()}
        if told["unit"] == "share":
            config |= {name: points(TITLES[name]) for name in DIFFERENCES}
        st.dataframe(
            columns.in_percent(pd.DataFrame(drill.filled(made)), units),
            hide_index=True,
            placeholder=DASH,
            height="content" if len(made) <= 9 else 390,
            column_config={dim: title, **config},
            key=key,
        )


TITLES = {
    "now": "Now",
    "before": "Before",
    "difference": "Difference",
    "contribution": "Adds to the whole",
    "within": "Own change",
    "mix": "Weight",
}


DIFFERENCES = ("difference", "contribution", "within", "mix")


def points(label: str):
    """A column of differences of shares, in percentage points."""
    return st.column_config.NumberColumn(label, format="%.1f\u202fpp")


def line(row: dict, dim: str) -> dict:
    base = row["base"] or {}
    known = base.get("status") not in ("insufficient", "not_available")
    return {
        dim: str(row["slice"][dim]),
        "now": shown(row),
        "before": base.get("value") if known else None,
        "difference": row["difference"] if known and shown(row) is not None else None,
        **{name: row.get(name) for name in ("contribution", "within", "mix")},
    }
