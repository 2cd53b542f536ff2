"""The list of promises that will be missed: which line, for whom, what binds it, what else the customer has open."""

import pandas as pd
import streamlit as st

from charts.from_reading import undated
from charts.numbers import counted
from ui import cards, columns, data, downloads
from ui.head import headed
from ui.page import Page

FINE = "In time"
MEASURE = "revenue_at_risk"
# rows are read in the order of their keys, so all are read to show the gravest first
MOST, SHOWN = 5000, 300
FIELDS = {
    "short_value": "At risk",
    "customer": "Customer",
    "tier": "Tier",
    "product": "Product",
    "order_no": "Order",
    "promise_date": "Promised",
    "projected_date": "Expected",
    "days_after": "Days after",
    "reason_1": "Why",
    "bound_by": "Waits for",
    "supplier": "Supplier",
    "late_chance": "Chance late",
    "open_value": "Line value",
    "open_opportunities": "Open deals",
    "open_opportunity_value": "Value of open deals",
    "open_cases": "Open cases",
    "site": "Site",
}
DATES = ("Promised", "Expected")


def draw(page: Page) -> None:
    """The card, the greatest value first."""
    made = lines(page)
    with st.container(border=True, key="card-at-risk"):
        with headed("Promises we shall miss", f"{counted(len(made))} lines, greatest value first"):
            if made:
                downloads.buttons(
                    "take-at-risk", f"{page.metric.id}-lines", lambda: made, lambda: cards.about(page, "Lines at risk")
                )
        if not made:
            st.caption("No open promise is at risk in this scope.")
            return
        shown = pd.DataFrame(made[:SHOWN])
        shown = shown.assign(**{name: pd.to_datetime(shown[name]) for name in DATES if name in shown})
        st.dataframe(
            columns.in_percent(shown, {"Chance late": "share"}),
            hide_index=True,
            placeholder="–",
            height="content" if len(made) <= 10 else 400,
            column_config=configured(page),
            key="at-risk",
        )
        if len(made) > SHOWN:
            st.caption(f"The first {SHOWN} are shown; the download has all {counted(len(made))}.")


def lines(page: Page) -> list[dict]:
    """Every line at risk as a table row; columns that no line fills are left out."""
    reasons = {row["slice"]["reason"] for row in undated(page.ask(MEASURE, by=("reason",)), MEASURE, None, "reason")}
    bad = tuple(sorted(reasons - {FINE}))
    if not bad:
        return []
    asked = page.scope.request(page.metric)
    where = {**asked["where"], "reason": bad}
    more = {**asked, "where": where, "measures": (MEASURE,), "reading": "rows", "limit": MOST}
    found = [row for row in data.reading(page.scope.version, page.metric.id, **more)["rows"] if row["short_value"]]
    found.sort(key=lambda row: (-row["short_value"], row["row_key"]))
    made = [line(row) for row in found]
    kept = [name for name in FIELDS.values() if any(row[name] is not None for row in made)]
    return [{name: row[name] for name in kept} for row in made]


def line(row: dict) -> dict:
    """One line: dates as dates, days after the promise, the supply event that binds it."""
    due, there = (row[name] for name in ("promise_date", "projected_date"))
    told = {
        **row,
        "promise_date": day(due),
        "projected_date": day(there),
        "days_after": (there - due).days if due is not None and there is not None else None,
        "bound_by": bound(row),
    }
    return {title: told.get(name) for name, title in FIELDS.items()}


def bound(row: dict) -> str | None:
    """The supply event that the line waits for."""
    if row["po_line_id"]:
        return f"Purchase {row['po_line_id']}"
    if row["production_order_id"]:
        return f"Production {row['production_order_id']}"
    return {"stock": "Stock at hand", "blocked": "Blocked stock"}.get(row["binding_kind"], row["binding_kind"])


def day(found) -> str | None:
    return None if found is None else found.date().isoformat()


def configured(page: Page) -> dict:
    doc = page.ask(MEASURE)
    money = next((row["currency"] for row in doc["rows"] if row["currency"]), None)
    numbers = {name: columns.number("currency", money) for name in ("At risk", "Line value", "Value of open deals")}
    dates = {name: st.column_config.DateColumn(format=columns.DATE) for name in DATES}
    counts = {name: st.column_config.NumberColumn(format="localized") for name in ("Open deals", "Open cases")}
    days = st.column_config.NumberColumn(format="%d\u202fd", help="Expected after promised")
    return {**numbers, **dates, **counts, "Days after": days, "Chance late": columns.number("share")}
