"""A report as a workbook: a summary, a sheet a metric with native charts, the sources and the definitions."""

import io
from datetime import datetime

import xlsxwriter

from charts.dates import day
from charts.names import system_name
from charts.targets import aim, tone, verdict
from reports import words
from reports.model import Report, Section
from reports.xlsx_sheet import printed, put_change, put_day, put_metric

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NUMBERS = {
    "share": "0.0%",
    "days": '0.0" d"',
    "currency": "#,##0",
    "count": "#,##0",
    "ratio": "0.000",
    "score": "0.00",
    "ppm": '#,##0" ppm"',
    "per_year": '0.00" / year"',
}
# a difference of shares is in points, never in percent
POINTS = '0.0" pp"'
# heading, width, whether it is a number
SUMMARY = (
    ("Metric", 29, False),
    ("Number", 30, False),
    ("Value", 11, True),
    ("Unit", 8, False),
    ("Counted", 25, True),
    ("n", 9, True),
    ("Change to prior", 12, True),
    ("Change to last year", 12, True),
    ("Weakest", 23, False),
    ("Its value", 11, True),
    ("As of", 13, True),
    ("Status", 42, False),
    ("Target", 20, False),
    ("Verdict", 26, False),
)
SOURCES = (
    ("System", 16, False),
    ("Object", 28, False),
    ("Newest export", 18, True),
    ("Last full day", 14, True),
    ("Known from", 14, False),
    ("Files", 8, True),
)
DEFINITIONS = (("Metric", 34, False), ("Version", 9, False), ("Text", 110, False))


def render(report: Report) -> bytes:
    """The workbook's bytes; the same report gives the same bytes. Text never becomes a formula or a link."""
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, OPTIONS) as book:
        book.set_properties({"title": report.title, "created": datetime.fromisoformat(report.built_at)})
        looks = formats(book)
        _summary(book, report, looks)
        for section in report.sections:
            if section.headline:
                put_metric(book, section, looks)
        _sources(book, report, looks)
        _definitions(book, report, looks)
    return sink.getvalue()


def formats(book) -> dict:
    """Cell formats by name: headings, text, dates, and a number and a signed difference for each unit."""
    head = {"bold": True, "font_color": "#5B6678", "bottom": 1, "bottom_color": "#DFE3EA", "text_wrap": True}
    looks = {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format({**head, "valign": "bottom"}),
        "head number": book.add_format({**head, "valign": "bottom", "align": "right"}),
        "soft": book.add_format({"font_color": "#5B6678"}),
        "good": book.add_format({"font_color": "#1B7F4D"}),
        "near": book.add_format({"font_color": "#7A4D00"}),
        "bad": book.add_format({"font_color": "#B3261E"}),
        "warn": book.add_format({"font_color": "#B3261E"}),
        "right": book.add_format({"align": "right"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "day": book.add_format({"num_format": "d mmm yyyy", "align": "right"}),
        "minute": book.add_format({"num_format": "d mmm yyyy hh:mm", "align": "right"}),
    }
    for unit, text in NUMBERS.items():
        signed = POINTS if unit == "share" else text
        looks[unit] = book.add_format({"num_format": text, "align": "right"})
        looks[f"{unit} change"] = book.add_format({"num_format": f"+{signed};-{signed};{signed}", "align": "right"})
    return looks


def headed(sheet, line: int, columns: tuple, looks: dict) -> None:
    """Widths and headings; a heading stands over its numbers."""
    for at, (name, width, is_number) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(line, at, name, looks["head number" if is_number else "head"])


def _summary(book, report: Report, looks: dict) -> None:
    sheet = book.add_worksheet("Summary")
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, report.title, looks["title"])
    told = f"As of {day(report.as_of)}, data version {report.version}, built {report.built_at} UTC"
    sheet.write_string(1, 0, f"{told}; filters: {report.filters}", looks["soft"])
    for at, problem in enumerate(report.problems, start=2):
        sheet.write_string(at, 0, problem, looks["warn"])
    first = 4 + max(0, len(report.problems) - 1)
    headed(sheet, first, SUMMARY, looks)
    for at, section in enumerate(report.sections, start=first + 1):
        _summary_row(sheet, at, section, looks)
    sheet.freeze_panes(first + 1, 1)
    printed(sheet, report, first)


def _summary_row(sheet, at: int, section: Section, looks: dict) -> None:
    row, unit = section.headline, section.unit
    sheet.write_string(at, 0, section.metric.title)
    if row is None:
        sheet.write_string(at, 11, section.problem or "failed", looks["wrap"])
        return
    sheet.write_string(at, 1, section.metric.headline.title)
    if words.is_shown(row):
        sheet.write_number(at, 2, row["value"], looks[unit])
    sheet.write_string(at, 3, row["currency"] or unit)
    sheet.write_string(at, 4, words.counts(row, unit), looks["right"])
    sheet.write_number(at, 5, row["n"], looks["count"])
    for column, compared in ((6, section.prior), (7, section.prior_year)):
        if words.is_compared(compared):
            put_change(sheet, at, column, compared["difference"], unit, looks)
    if section.weakest:
        sheet.write_string(at, 8, words.member(section.weakest))
        sheet.write_number(at, 9, section.weakest["value"], looks[unit])
    put_day(sheet, at, 10, section.readings["value"]["as_of"], looks)
    sheet.write_string(at, 11, row["reason"] or section.problem or words.status(row) or "ok", looks["wrap"])
    if found := row.get("target"):
        sheet.write_string(at, 12, aim(found, unit, row["currency"]))
        sheet.write_string(at, 13, verdict(row, unit), looks.get(tone(row)))


def _sources(book, report: Report, looks: dict) -> None:
    sheet = book.add_worksheet("Sources")
    headed(sheet, 0, SOURCES, looks)
    for at, source in enumerate(report.sources, start=1):
        sheet.write_string(at, 0, system_name(source.system))
        sheet.write_string(at, 1, source.object)
        put_day(sheet, at, 2, source.exported_at, looks)
        put_day(sheet, at, 3, source.last_full_day, looks)
        sheet.write_string(at, 4, source.basis.replace("_", " "))
        sheet.write_number(at, 5, source.loads)
    sheet.autofilter(0, 0, max(1, len(report.sources)), len(SOURCES) - 1)
    sheet.freeze_panes(1, 0)
    printed(sheet, report, 0)


def _definitions(book, report: Report, looks: dict) -> None:
    sheet = book.add_worksheet("Definitions")
    headed(sheet, 0, DEFINITIONS, looks)
    for at, section in enumerate(report.sections, start=1):
        metric = section.metric
        sheet.write_string(at, 0, f"{metric.title}\n{metric.id}", looks["wrap"])
        sheet.write_string(at, 1, metric.definition_version, looks["wrap"])
        sheet.write_string(at, 2, "\n\n".join([metric.question, metric.definition, *metric.caveats]), looks["wrap"])
    sheet.write_string(len(report.sections) + 2, 0, f"Report definition {report.definition}", looks["soft"])
    sheet.freeze_panes(1, 0)
    printed(sheet, report, 0)
