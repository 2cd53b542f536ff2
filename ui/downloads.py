"""Tables to take away: CSV and XLSX in which no text can become a formula and every number stays a number."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime

import streamlit as st
import xlsxwriter

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
SHEET_ROWS = 1_048_575


def safe(value):
    """A cell as it may be written: text that a spreadsheet would run gets an apostrophe, numbers and dates stay."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    text = str(value)
    return "'" + text if text.lstrip(" \u00a0").startswith(STARTS) else text


def to_csv(rows: Sequence[dict]) -> bytes:
    """Rows as UTF-8 CSV with a byte-order mark, so that spreadsheets read accents; the first row is the header."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow([safe(name) for name in names(rows)])
    writer.writerows([safe(row.get(name)) for name in names(rows)] for row in rows)
    return sink.getvalue().encode("utf-8-sig")


def to_xlsx(rows: Sequence[dict], about: Sequence[tuple[str, str]] = ()) -> bytes:
    """Rows as a workbook: sheet Data, and sheet About with what was asked. Raises ValueError beyond a sheet's rows."""
    if len(rows) > SHEET_ROWS:
        raise ValueError(f"{len(rows)} rows do not fit on one sheet; take the CSV")
    sink = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(sink, {**options, "nan_inf_to_errors": True}) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        sheet = book.add_worksheet("Data")
        for column, name in enumerate(names(rows)):
            sheet.write_string(0, column, str(safe(name)), head)
            sheet.set_column(column, column, width(name, rows))
            for line, row in enumerate(rows, start=1):
                put(sheet, line, column, row.get(name))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(rows)), max(0, len(names(rows)) - 1))
        told = book.add_worksheet("About")
        for line, (name, text) in enumerate(about):
            told.write_string(line, 0, name, book.add_format({"bold": True}))
            told.write_string(line, 1, str(safe(text)))
        told.set_column(0, 0, 16)
        told.set_column(1, 1, 90)
    return sink.getvalue()


def width(name: str, rows: Sequence[dict]) -> int:
    """Characters that a column needs for the first of its rows, within reason; a long heading breaks its lines."""
    longest = max((len(str(row.get(name, ""))) for row in rows[:200]), default=0)
    return min(max(9, longest + 2, min(len(name) + 3, 16)), 48)


def put(sheet, line: int, column: int, value) -> None:
    value = safe(value)
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    else:
        sheet.write_string(line, column, value)


def names(rows: Sequence[dict]) -> list[str]:
    """Every column that some row has, in the order they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row))


def buttons(key: str, file: str, rows: Callable[[], Sequence[dict]], about: Callable[[], Sequence] = tuple) -> None:
    """CSV and XLSX buttons; the file is made when one is pressed, not before."""
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    shared = {"on_click": "ignore", "type": "tertiary"}
    with st.container(horizontal=True, horizontal_alignment="right", gap="xxsmall", width="content", key=f"down-{key}"):
        st.download_button("CSV", lambda: to_csv(rows()), f"{file}.csv", "text/csv", key=f"{key}-csv", **shared)
        st.download_button("XLSX", lambda: to_xlsx(rows(), about()), f"{file}.xlsx", xlsx, key=f"{key}-xlsx", **shared)
