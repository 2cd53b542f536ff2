"""A report as a workbook: a summary, a sheet a metric with native charts, the sources and the definitions."""

import io
from datetime import datetime

import xlsxwriter

from reports import words
from reports.model import Report, Section
from reports.xlsx_sheet import put_metric

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
    """Cell formats by name: head, title, soft, wrap, and a number and a signed difference for each unit."""
    looks = {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format({"bold": True, "font_color": "#5B6678", "bottom": 1, "bottom_color": "#DFE3EA"}),
        "soft": book.add_format({"font_color": "#5B6678"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    for unit, text in NUMBERS.items():
        looks[unit] = book.add_format({"num_format": text, "align": "right"})
        looks[f"{unit} change"] = book.add_format({"num_format": f"+{text};-{text};{text}", "align": "right"})
    return looks


def _summary(book, report: Report, looks: dict) -> None:
    sheet = book.add_worksheet("Summary")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 10, 15)
    sheet.write_string(0, 0, report.title, looks["title"])
    told = f"As of {report.as_of or 'no date'}, data version {report.version}, built {report.built_at} UTC"
    sheet.write_string(1, 0, f"{told}; filters: {report.filters}", looks["soft"])
    for at, problem in enumerate(report.problems):
        sheet.write_string(2, at, problem)
    header = [
        "Metric",
        "Value",
        "Unit",
        "Counted",
        "n",
        "Change to prior",
        "Change to last year",
        "Weakest",
        "Its value",
    ]
    sheet.write_row(4, 0, [*header, "As of", "Status"], looks["head"])
    for at, section in enumerate(report.sections, start=5):
        _summary_row(sheet, at, section, looks)
    sheet.freeze_panes(5, 1)


def _summary_row(sheet, at: int, section: Section, looks: dict) -> None:
    row, unit = section.headline, section.unit
    sheet.write_string(at, 0, section.metric.title)
    if row is None:
        sheet.write_string(at, 10, section.problem or "failed")
        return
    if words.is_shown(row):
        sheet.write_number(at, 1, row["value"], looks[unit])
    sheet.write_string(at, 2, row["currency"] or unit)
    sheet.write_string(at, 3, words.counts(row, section.unit))
    sheet.write_number(at, 4, row["n"], looks["count"])
    for column, compared in ((5, section.prior), (6, section.prior_year)):
        if words.is_compared(compared):
            sheet.write_number(at, column, compared["difference"], looks[f"{unit} change"])
    if section.weakest:
        sheet.write_string(at, 7, words.member(section.weakest))
        sheet.write_number(at, 8, section.weakest["value"], looks[unit])
    sheet.write_string(at, 9, section.readings["value"]["as_of"] or "")
    sheet.write_string(at, 10, row["reason"] or section.problem or words.status(row) or "ok")


def _sources(book, report: Report, looks: dict) -> None:
    sheet = book.add_worksheet("Sources")
    sheet.set_column(0, 5, 20)
    sheet.write_row(0, 0, ["System", "Object", "Newest export", "Last full day", "Known from", "Files"], looks["head"])
    for at, source in enumerate(report.sources, start=1):
        texts = (source.system, source.object, source.exported_at, str(source.last_full_day or ""), source.basis)
        for column, text in enumerate(texts):
            sheet.write_string(at, column, text)
        sheet.write_number(at, 5, source.loads)


def _definitions(book, report: Report, looks: dict) -> None:
    sheet = book.add_worksheet("Definitions")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 2, 110)
    sheet.write_row(0, 0, ["Metric", "Definition", "Text"], looks["head"])
    for at, section in enumerate(report.sections, start=1):
        metric = section.metric
        sheet.write_string(at, 0, metric.id, looks["wrap"])
        sheet.write_string(at, 1, metric.definition_version, looks["wrap"])
        sheet.write_string(at, 2, "\n\n".join([metric.question, metric.definition, *metric.caveats]), looks["wrap"])
    sheet.write_string(len(report.sections) + 2, 0, f"Report definition {report.definition}", looks["soft"])
