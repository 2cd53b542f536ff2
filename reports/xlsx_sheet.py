"""The sheet of one metric in a workbook: months with a line chart, slices with a bar chart."""

import re
from datetime import date, datetime

from charts.dates import day, span
from charts.targets import tone
from reports import words
from reports.model import Report, Section

FIRST = 5
INK = "#2459C4"
A4 = 9
HEADINGS = ("Value", "Numerator", "Denominator", "n", "Low", "High", "Status", "Against target")
WORDS = ("Status", "Against target")


def put_metric(book, section: Section, looks: dict) -> None:
    """Add the sheet of a section that has a headline."""
    sheet = book.add_worksheet(sheet_name(section))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 6, 13)
    sheet.set_column(7, 7, 24)
    sheet.set_column(8, 8, 26)
    sheet.write_string(0, 0, section.metric.title, looks["title"])
    sheet.write_string(1, 0, section.metric.question, looks["soft"])
    doc = section.readings["value"]
    told = [words.period(section), f"as of {day(doc['as_of'])}"]
    told = [section.metric.headline.title, *told, f"definition {doc['definition']}"]
    sheet.write_string(2, 0, "; ".join(told), looks["soft"])
    dated = [(span(row["period"]).removeprefix("at "), row) for row in section.periods]
    ends = _table(sheet, FIRST, "Period", dated, section, looks)
    if section.periods:
        sheet.insert_chart(3, 9, _chart(book, sheet, "line", FIRST + 1, ends, section))
    if section.slices:
        start = max(ends + 3, FIRST + 16)
        named = [(str(row["slice"][section.dim]), row) for row in section.slices]
        last = _table(sheet, start, section.dim.capitalize(), named, section, looks)
        sheet.insert_chart(start - 1, 9, _chart(book, sheet, "bar", start + 1, last, section))
    printed(sheet, None, None)


def sheet_name(section: Section) -> str:
    """The metric's title without what a sheet's name cannot hold, at most 31 characters."""
    return re.sub(r"[\[\]:*?/\\]", " ", section.metric.title)[:31]


def printed(sheet, report: Report | None, header: int | None) -> None:
    """Landscape A4, as wide as one page, the header line on every page, page numbers."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.5, 0.5, 0.6, 0.7)
    if header is not None:
        sheet.repeat_rows(header)
    left = f"&L{report.title}, data version {report.version}" if report else "&L&A"
    sheet.set_footer(f"{left}&RPage &P of &N")


def put_change(sheet, at: int, column: int, difference: float, unit: str, looks: dict) -> None:
    """A difference with its sign; of shares in percentage points."""
    sheet.write_number(at, column, difference * 100 if unit == "share" else difference, looks[f"{unit} change"])


def put_day(sheet, at: int, column: int, given: str | date | None, looks: dict) -> None:
    """A day (or a minute) as a date of the workbook; nothing where there is none."""
    if given:
        when = datetime.fromisoformat(str(given))
        sheet.write_datetime(at, column, when, looks["minute" if len(str(given)) > 10 else "day"])


def _table(sheet, start: int, first: str, named: list[tuple[str, dict]], section: Section, looks: dict) -> int:
    """Write rows below a header and return the last row's number."""
    sheet.write_string(start, 0, first, looks["head"])
    for column, name in enumerate(HEADINGS, start=1):
        sheet.write_string(start, column, name, looks["head" if name in WORDS else "head number"])
    for at, (name, row) in enumerate(named, start=start + 1):
        sheet.write_string(at, 0, name)
        low, high = row["ci"] or (None, None)
        shown = words.is_shown(row)
        values = [row["value"] if shown else None, row["num"], row["den"], row["n"]]
        values += [low if shown else None, high if shown else None]
        for column, number in enumerate(values, start=1):
            look = looks["count"] if column in (2, 3, 4) else looks[section.unit]
            if number is not None:
                sheet.write_number(at, column, number, look)
        sheet.write_string(at, 7, words.status(row) or "ok")
        sheet.write_string(at, 8, words.against_target(row, section.unit), looks.get(tone(row)))
    return start + len(named)


def _chart(book, sheet, kind: str, first: int, last: int, section: Section):
    chart = book.add_chart({"type": kind})
    series = {
        "name": section.metric.headline.title,
        "categories": [sheet.name, first, 0, last, 0],
        "values": [sheet.name, first, 1, last, 1],
        "line": {"color": INK, "width": 2} if kind == "line" else {"none": True},
    }
    chart.add_series(series if kind == "line" else {**series, "fill": {"color": INK}, "gap": 60})
    quiet = {"line": {"none": True}, "major_gridlines": {"visible": False}, "num_font": {"color": "#5B6678"}}
    grid = {**quiet, "major_gridlines": {"visible": True, "line": {"color": "#E6E9EF"}}}
    # the x axis of a bar chart is the vertical one
    chart.set_x_axis(quiet if kind == "line" else {**quiet, "reverse": True})
    chart.set_y_axis(grid)
    chart.set_title({"name": section.metric.headline.title, "name_font": {"size": 11, "bold": True}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 560, "height": 300})
    chart.show_blanks_as("gap")
    return chart
