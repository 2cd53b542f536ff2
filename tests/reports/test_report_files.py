"""The three files of a report: what is in them, and that nothing in them can act."""

import csv
import io
import re
from dataclasses import replace
from datetime import date, datetime

import openpyxl
import pytest

from charts.from_reading import trend
from metrics.targets import judged
from reports import csv_out, html, xlsx
from reports.flat import safe
from reports.html import paragraphs
from reports.model import Section
from tests.reports.handmade import make_report
from warehouse.targets import Target

FORMULA = "=cmd|'/c calc'!A0"


@pytest.fixture(scope="module")
def page():
    return html.render(make_report()).decode()


@pytest.fixture(scope="module")
def book():
    return openpyxl.load_workbook(io.BytesIO(xlsx.render(make_report())))


def test_the_page_has_no_script_and_fetches_nothing(page):
    assert not re.search(r"<script|javascript:|\son\w+=|<link|<img|@import|url\((?!#)", page)
    outside = set(re.findall(r"""(?:src|href)=["'](?!#)([^"']+)""", page))
    assert not outside


def test_names_of_the_data_are_text_in_the_page(page):
    assert "Key &lt;b&gt;accounts&lt;/b&gt;" in page
    assert "<b>accounts" not in page


def test_the_page_says_date_version_filters_sources_and_definitions(page):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for wanted in (
        "As of 30 Apr 2026",
        "Period May 2025 – Apr 2026, as of 30 Apr 2026 (Salesforce to 30 Apr 2026, SAP",
        "Data version 7",
        "Filters: none (the whole company)",
        "VBAP 2026-04-30 23:30 2026-04-30 file name",
        "On time in full (otif), definition 1",
        "report definition abc123",
        "Weakest: segment =cmd|",
    ):
        assert wanted in text


def test_too_few_rows_have_no_value_in_the_page(page):
    row = page[page.index("<td>Small</td>") :].split("</tr>")[0]
    assert "75.0" not in row and "3 of 4" in row and "too few rows" in row


def test_a_failed_section_is_announced_and_the_others_stay(report):
    first, second = report.sections
    broken = Section(first.metric, {}, problem="failed: no such column")
    page = html.render(replace(report, sections=(broken, second))).decode()
    assert 'role="alert"' in page and "otif: failed: no such column" in page
    assert "21.0\u202fd" in page


def test_indented_blocks_of_a_definition_keep_their_lines():
    assert paragraphs("One.\nTwo.\n\n    a = b\n    c = d\n\nThree.") == [
        ("p", "One.\nTwo."),
        ("pre", "    a = b\n    c = d"),
        ("p", "Three."),
    ]


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(book):
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert FORMULA in [cell.value for cell in cells]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_the_workbook_has_a_summary_a_sheet_per_metric_with_two_charts_sources_and_definitions(book):
    assert book.sheetnames == ["Summary", "On time in full", "Commitment to delivery", "Sources", "Definitions"]
    assert [len(book[name]._charts) for name in ("On time in full", "Commitment to delivery")] == [2, 2]


def test_numbers_of_the_workbook_are_numbers_in_the_format_of_their_unit(book):
    summary = {line[0].value: line for line in book["Summary"].iter_rows(min_row=6, max_row=7)}
    share, days = summary["On time in full"], summary["Commitment to delivery"]
    assert (share[2].value, share[2].number_format) == (0.8, "0.0%")
    assert (days[2].value, days[2].number_format) == (21.0, '0.0" d"')


def test_a_change_of_a_share_is_in_points_in_the_workbook(book):
    share = next(line for line in book["Summary"].iter_rows(min_row=6) if line[0].value == "On time in full")
    assert share[6].value == pytest.approx(8.0) and share[6].number_format == '+0.0" pp";-0.0" pp";0.0" pp"'


def test_dates_of_the_workbook_are_dates(book):
    newest = book["Sources"][2]
    assert newest[2].value == datetime(2026, 4, 30, 23, 30) and newest[3].value == datetime(2026, 4, 30)
    assert book["Summary"]["K6"].value == datetime(2026, 4, 30) and book["Summary"]["K6"].number_format == "d mmm yyyy"
    assert book["On time in full"]["A7"].value == "1 Nov 2025 – 28 Nov 2025"


def test_every_sheet_prints_on_a4_as_wide_as_one_page(book):
    for sheet in book:
        setup = sheet.page_setup
        assert (setup.orientation, setup.paperSize, setup.fitToHeight) == ("landscape", 9, 0), sheet.title
        assert sheet.oddFooter.right.text == "Page &P of &N"


def test_too_few_rows_leave_the_value_cell_empty(book):
    few = next(line for line in book["On time in full"].iter_rows() if line[0].value == "Small")
    assert few[1].value is None
    assert (few[2].value, few[3].value, few[7].value) == (3, 4, "too few rows")


def test_the_same_report_gives_the_same_bytes(report):
    for render in (html.render, xlsx.render, csv_out.render):
        assert render(report) == render(report)


def test_the_csv_holds_every_row_of_every_reading(report):
    rows = list(csv.DictReader(io.StringIO(csv_out.render(report).decode("utf-8-sig"))))
    docs = [doc for section in report.sections for doc in section.readings.values()]
    assert len(rows) == sum(len(doc["rows"]) for doc in docs)
    assert {row["reading"] for row in rows} == {"value", "prior", "prior_year", "trend"}
    assert {(row["dimension"], row["member"]) for row in rows} >= {("segment", "Small"), ("", "")}


def test_exported_text_cannot_become_a_formula_and_numbers_stay_numbers(report):
    rows = list(csv.reader(io.StringIO(csv_out.render(report).decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t"))]
    assert "'" + FORMULA in {cell for row in rows for cell in row}
    assert [safe(cell) for cell in (-1.5, "-1.5", "+x", "@x", "plain", None)] == [
        -1.5,
        "'-1.5",
        "'+x",
        "'@x",
        "plain",
        None,
    ]


def test_too_few_rows_have_no_value_in_the_csv(report):
    rows = csv.DictReader(io.StringIO(csv_out.render(report).decode("utf-8-sig")))
    few = next(row for row in rows if row["member"] == "Small" and row["metric"] == "otif")
    assert (few["value"], few["num"], few["den"], few["status"]) == ("", "3.0", "4", "insufficient")


def test_a_metric_without_any_dated_data_has_no_period_in_page_and_workbook(report):
    section = report.sections[0]
    value = section.readings["value"]
    empty = {**value, "as_of": None, "scope": {**value["scope"], "label": "", "from": "", "to": ""}}
    bare = replace(report, sections=(replace(section, readings={**section.readings, "value": empty}),))
    text = html.render(bare).decode()
    assert "Period ," not in text and re.search(r"No period, as of\s+no date", text)
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.render(bare)))[section.metric.title]
    assert "; no period; as of no date;" in sheet["A3"].value


def test_a_state_is_told_under_the_day_of_its_count_and_not_the_day_asked_for(report):
    counted = {"label": "2026-04-09", "from": "2026-04-09", "to": "2026-04-09"}
    headline = {**report.sections[0].headline, "period": counted}
    state = replace(report.sections[0], headline=headline, prior=None, prior_year=None)
    bare = replace(report, sections=(state,))
    assert re.search(r"Period 9 Apr 2026, as of\s+30 Apr 2026", html.render(bare).decode())
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.render(bare)))[state.metric.title]
    assert "; period 9 Apr 2026; as of" in sheet["A3"].value


def judged_report():
    """The report with a target of 0.9 that its headline of 0.8 misses, and one that a slice of 0.91 meets."""
    report = make_report()
    first, *rest = report.sections
    targets = (Target("otif", "rate", date(2020, 1, 1), target=0.9, id=1),)
    docs = {name: judged(found, targets) for name, found in first.readings.items()}
    rows = docs["value"]["rows"]
    charts = (trend(docs["trend"], "rate", title="By month"),)
    slices = tuple(row for row in rows if row["slice"])
    told = replace(
        first, readings=docs, headline=rows[0], periods=tuple(docs["trend"]["rows"]), slices=slices, charts=charts
    )
    return replace(report, sections=(told, *rest))


def test_the_page_tells_target_and_verdict_in_words_and_colour():
    page = html.render(judged_report()).decode()
    assert '<div class="change bad"><b>✕ missed, −10.0\u202fpp, target at least 90.0\u202f%</b></div>' in page
    assert "of 6 judged periods." in page
    row = page[page.index("Key &lt;b&gt;accounts") :].split("</tr>")[0]
    assert '<td class="good">target met</td>' in row
    assert "target" not in page[page.index("<td>Small</td>") :].split("</tr>")[0]


def test_the_workbook_tells_target_and_verdict():
    book = openpyxl.load_workbook(io.BytesIO(xlsx.render(judged_report())))
    head, line, other = [[cell.value for cell in row] for row in book["Summary"].iter_rows(min_row=5, max_row=7)]
    told = dict(zip(head, line, strict=True))
    assert told["Target"] == "at least 90.0\u202f%" and told["Verdict"].startswith("missed, −10.0")
    assert dict(zip(head, other, strict=True))["Target"] is None
    cells = [cell.value for row in book["On time in full"].iter_rows() for cell in row]
    assert "Against target" in cells and "met" in cells


def test_the_csv_tells_what_each_row_is_judged_by():
    text = csv_out.render(judged_report()).decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["metric"] == "otif" and row["reading"] == "value"]
    assert [(row["target"], row["verdict"]) for row in rows] == [
        ("0.9", "missed"),
        ("0.9", "missed"),
        ("0.9", "met"),
        ("0.9", ""),
    ]
    assert float(rows[0]["gap"]) == pytest.approx(-0.1)
