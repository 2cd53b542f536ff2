"""How the columns of a table on a page are headed and written: plain titles, units, dates as dates."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from charts.names import column_name
from charts.numbers import SYMBOLS
from metrics.registry import Metric
from warehouse.schema import tables

SHARE = "%.1f\u202f%%"
FORMATS = {"share": SHARE, "days": "%.1f\u202fd", "score": "%.2f", "ratio": "%.2f", "per_year": "%.1f"}
DATE = "D MMM YYYY"


def number(unit: str, currency: str | None = None, **more):
    """A column of numbers of one unit. A share is written in percent: multiply it by 100 first."""
    money = f"{SYMBOLS.get(currency or '', '')}%,.0f"
    return st.column_config.NumberColumn(format=money if unit == "currency" else FORMATS.get(unit, "localized"), **more)


def in_percent(frame: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """The frame with its columns of shares in percent."""
    shares = [name for name in frame.columns if units.get(name) == "share"]
    return frame.assign(**{name: frame[name] * 100 for name in shares})


def of_rows(metric: Metric, frame: pd.DataFrame) -> dict:
    """Titles, units and meanings of the rows behind a number; the names stay those of the definition in a download."""
    known = {name: column for table in tables().values() for name, column in table.columns.items()}
    return {name: told(metric, name, frame[name], known.get(name)) for name in frame.columns}


def told(metric: Metric, name: str, values: pd.Series, canonical):
    """One column: a dimension has the metric's title, any other its words; what it means is told on hover."""
    plain = name.removeprefix("component ")
    title = metric.dims[name].title if name in metric.dims else column_name(plain)
    about = {"label": title, "help": f"{plain}: {canonical.meaning}" if canonical is not None else plain}
    if pd.api.types.is_datetime64_any_dtype(values):
        return st.column_config.DateColumn(format=DATE, **about)
    if pd.api.types.is_bool_dtype(values):
        return st.column_config.CheckboxColumn(**about)
    if pd.api.types.is_numeric_dtype(values):
        days = plain == "days" or plain.endswith("_days")
        return st.column_config.NumberColumn(format="%d\u202fd" if days else "localized", **about)
    return st.column_config.TextColumn(**about)


def readable(frame: pd.DataFrame, metric: Metric, dated: list[str]) -> pd.DataFrame:
    """The frame in the order a reader asks: when, how much, from where, whose, everything else, the key at the end.
    A dimension that is unknown in every row is left out."""
    first = [name for name in frame.columns if name in ("day", "reason") or name.startswith("component ")]
    unknown = [name for name, dim in metric.dims.items() if name in frame and (frame[name] == dim.empty).all()]
    frame = frame.drop(columns=unknown)
    whose = [name for name in metric.dims if name in frame.columns and name != "system"]
    where = [name for name in ("system", "file:line", "further sources") if name in frame.columns]
    rest = [name for name in frame.columns if name not in (*first, *whose, *where, "row_key")]
    made = frame[[*first, *where, *whose, *rest, "row_key"]].copy()
    for name in set(dated) & set(made.columns):
        made[name] = pd.to_datetime(made[name])
    if "reason" in made:
        made["reason"] = made["reason"].str.replace("_", " ")
    return made
