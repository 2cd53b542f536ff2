"""What is taken away holds the same numbers and nothing that a spreadsheet would run."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ui.downloads import SHEET_ROWS, safe, to_csv, to_xlsx

EVIL = ["=cmd|'/c calc'!A0", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1"]


@example("=1")
@given(st.sampled_from(EVIL) | st.text(max_size=20))
def test_no_text_can_become_a_formula(text):
    cell = safe(text)
    assert cell == text or cell == "'" + text
    assert not str(cell).lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_stay_numbers_also_when_negative():
    assert safe(-12.5) == -12.5 and safe(0) == 0 and safe(True) is True and safe(None) is None
    assert safe(date(2026, 4, 30)) == "2026-04-30"


def test_a_csv_has_every_column_once_and_escapes_headers_too():
    raw = to_csv([{"=name": "=1+1", "value": -0.5}, {"value": 2, "more": "Ærø"}])
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows == [["'=name", "value", "more"], ["'=1+1", "-0.5", ""], ["", "2", "Ærø"]]


def test_a_workbook_holds_text_as_text_and_says_what_it_is_about():
    raw = to_xlsx([{"name": text, "value": -1.5} for text in EVIL[:4]], [("Metric", "=otif")])
    book = openpyxl.load_workbook(io.BytesIO(raw))
    cells = [cell for row in book["Data"].iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert book["Data"]["B2"].value == -1.5
    assert book["About"]["B1"].value == "'=otif"


def test_more_rows_than_a_sheet_holds_are_refused_by_name():
    class Many(list):
        def __len__(self):
            return SHEET_ROWS + 1

    with pytest.raises(ValueError, match="take the CSV"):
        to_xlsx(Many())


def test_a_column_is_as_wide_as_what_it_holds_within_reason():
    rows = [{"n": 1, "customer": "Entsorgungsbetriebe Stralsund", "text": "x" * 300}]
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(rows)))["Data"]
    narrow, name, long = (sheet.column_dimensions[letter].width for letter in "ABC")
    assert narrow < 11 and 30 < name < 34 and long < 50
    assert sheet.auto_filter.ref == "A1:C2"
