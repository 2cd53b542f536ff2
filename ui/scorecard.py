"""The suppliers as a table: total with how low and high it may be, score by criterion, what is at stake."""

import pandas as pd
import streamlit as st

from charts.from_reading import shown, undated
from charts.numbers import DASH
from ui import cards, columns, downloads, drill
from ui.head import headed
from ui.page import Page

DIM = "supplier"
BESIDE = ("otif", "ppm", "lead_time_mean", "impact")


def draw(page: Page, criteria: dict[str, str]) -> None:
    """The card. A click on a supplier narrows the rows behind the number."""
    doc = page.ask("total", "part_score", *BESIDE, by=(DIM,))
    found = sorted(undated(doc, "total", None, DIM), key=lambda row: (shown(row) is None, shown(row) or 0))
    made = [line(doc, row, criteria) for row in found]
    rated = sum(shown(row) is not None for row in found)
    with st.container(border=True, key="card-suppliers"):
        with headed("Every supplier", f"{rated} of {len(found)} rated, lowest score first"):
            downloads.buttons(
                "take-suppliers", f"{page.metric.id}-suppliers", lambda: made, lambda: cards.about(page, "Suppliers")
            )
        if not made:
            st.caption("No suppliers in this scope.")
            return
        names = [row["Supplier"] for row in made]
        picked = drill.picker(page, "suppliers", drill.Marks("total", [{DIM: name} for name in names], names))
        st.dataframe(
            columns.in_percent(pd.DataFrame(made), {"On time in full": "share"}),
            hide_index=True,
            placeholder=DASH,
            height="content" if len(made) <= 12 else 440,
            column_config=configured(doc, criteria),
            key="suppliers",
            on_select=picked,
            selection_mode="single-row",
        )
        st.caption(
            "A score is shown where enough was due and received; the range says how much hangs on the weights and on "
            "parts that are not known. Scores run from 0 to 100 between the published anchors."
        )


def line(doc: dict, row: dict, criteria: dict[str, str]) -> dict:
    """One supplier. Without a rating the reason stands in its place, and the parts that are known stay."""
    low, high = (cell(doc, row, "total", part) for part in ("lowest", "highest"))
    made = {"Supplier": str(row["slice"][DIM]), "Score": shown(row), "Rating": rating(row), "From": low, "To": high}
    made |= {title: cell(doc, row, "part_score", name) for name, title in criteria.items()}
    told = {name: cell(doc, row, name, None) for name in BESIDE}
    made |= {"On time in full": told["otif"], "Rejected per million": told["ppm"], "Lead time": told["lead_time_mean"]}
    return {**made, "Revenue at risk": told["impact"]}


def rating(row: dict) -> str:
    if shown(row) is not None:
        return "rated on few rows" if row["status"] == "low_n" else "rated"
    return str(row["reason"] or "not rated").removeprefix("not_available:").strip()


def cell(doc: dict, row: dict, measure: str, part: str | None) -> float | None:
    """The shown value of another measure or part of the same supplier."""
    others = undated(doc, measure, part, DIM)
    return shown(next((other for other in others if other["slice"] == row["slice"]), None))


def configured(doc: dict, criteria: dict[str, str]) -> dict:
    money = next((row["currency"] for row in doc["rows"] if row["currency"]), None)
    whole = {"format": "%.0f", "min_value": 0, "max_value": 100}
    bars = {title: st.column_config.ProgressColumn(**whole, width="small") for title in criteria.values()}
    return {
        "Score": st.column_config.ProgressColumn(**whole),
        "From": st.column_config.NumberColumn(format="%.0f", width="small"),
        "To": st.column_config.NumberColumn(format="%.0f", width="small"),
        **bars,
        "On time in full": columns.number("share"),
        "Rejected per million": columns.number("ppm"),
        "Lead time": columns.number("days"),
        "Revenue at risk": columns.number("currency", money),
        "Rating": st.column_config.TextColumn(width="medium", help="Why there is no score"),
    }
