"""A workbook or a Parquet file gives what a text file gives; what it holds as number or date needs no notation."""

from datetime import date, datetime
from decimal import Decimal

import duckdb
import openpyxl

GERMAN = """
system = "Shop"
side = "erp"
[numbers]
decimal = ","
thousands = "."
[dates]
format = "%d.%m.%Y"
[object.lines]
recognise = ["Line", "Order", "Qty"]
[[object.lines.table]]
table = "order_line"
[object.lines.table.columns]
order_line_id = "Line"
order_id = "Order"
planner = "Planner"
ordered_qty = "Qty"
requested_date = "Wanted"
partial_allowed = "Partial"
"""


def workbook(ledger, name: str, **sheets) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = ledger.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def test_text_stays_text_and_typed_cells_need_no_notation(ledger):
    ledger.profile(GERMAN)
    header = ["Line", "Order", "Qty", "Wanted", "Partial", "Planner"]
    rows = [
        ["0001", 4711, 1234.5, date(2024, 1, 31), True, "007"],
        ["0002", "04711", "1.234,5", "31.01.2024", "x", 7],
        ["0003", "A", 3, datetime(2024, 1, 31, 0, 0), None, 7.25],
    ]
    workbook(ledger, "x.xlsx", Sheet1=[header, *rows])
    result = ledger.one("x.xlsx")
    assert result.status == "loaded", result
    columns = "order_line_id, order_id, ordered_qty, requested_date, partial_allowed, planner, source_line"
    assert ledger.rows(result, "order_line", columns) == [
        ("0001", "4711", Decimal("1234.5"), date(2024, 1, 31), True, "007", 2),
        ("0002", "04711", Decimal("1234.5"), date(2024, 1, 31), True, "7", 3),
        ("0003", "A", Decimal(3), date(2024, 1, 31), None, "7.25", 4),
    ]


def test_a_number_where_a_date_belongs_is_rejected_and_shown_as_it_stands(ledger):
    ledger.profile(GERMAN)
    workbook(ledger, "x.xlsx", A=[["Line", "Order", "Qty", "Wanted"], ["1", "A", 5, 45322], ["2", "A", "5.5", None]])
    result = ledger.one("x.xlsx")
    assert [(issue["line"], issue["column"], issue["value"]) for issue in result.entries[0]["issues"]] == [
        (2, "Wanted", "45322"),
        (3, "Qty", "5.5"),
    ]
    assert ledger.rejects(result, "order_line")[1][:4] == ["1", "A", "5", "45322"]


def test_the_sheet_that_is_claimed_is_read_from_its_first_filled_row(ledger):
    ledger.profile(GERMAN)
    rows = [[None], [None], ["Line", "Order", "Qty"], ["1", "A", 5], [None, None, None], ["2", "B", 6]]
    workbook(ledger, "x.xlsx", Notes=[["read me"], ["please"]], Data=rows)
    result = ledger.one("x.xlsx")
    assert ledger.rows(result, "order_line", "order_line_id, source_line") == [("1", 4), ("2", 6)]


def test_a_workbook_nobody_knows_names_its_sheets(ledger):
    ledger.profile(GERMAN)
    workbook(ledger, "x.xlsx", Notes=[["read me"]], Data=[["Line", "Order", "Quantity"], ["1", "A", 5]])
    result = ledger.one("x.xlsx")
    assert result.status == "refused"
    assert "none of its sheets (Notes, Data) is known" in result.message
    assert "shop (lines) lacks 'Qty'" in result.message


def test_a_cell_beside_the_table_rejects_its_row(ledger):
    ledger.profile(GERMAN)
    workbook(ledger, "x.xlsx", A=[["Line", "Order", "Qty"], ["1", "A", 5, "aside"], ["2", "B", 6]])
    result = ledger.one("x.xlsx")
    (issue,) = result.entries[0]["issues"]
    assert (issue["line"], issue["value"]) == (2, "1\tA\t5\taside")


def test_a_workbook_that_holds_a_text_file_in_one_column_is_read_as_that_text(ledger):
    ledger.profile(GERMAN)
    workbook(ledger, "x.xlsx", A=[["Line;Order;Qty"], ["1;A;1.234,5"], ["2;B"]])
    result = ledger.one("x.xlsx")
    assert ledger.rows(result, "order_line", "order_line_id, ordered_qty") == [("1", Decimal("1234.5"))]
    assert [issue["line"] for issue in result.entries[0]["issues"]] == [3]


def test_an_old_name_on_a_workbook_does_not_hide_what_it_is(ledger):
    ledger.profile(GERMAN)
    workbook(ledger, "x.xlsx", A=[["Line", "Order", "Qty"], ["1", "A", 5]])
    (ledger.folder / "x.xlsx").rename(ledger.folder / "x.csv")
    assert ledger.one("x.csv").status == "loaded"


def test_parquet_is_read_by_its_own_types(ledger):
    ledger.profile(GERMAN)
    ledger.folder.mkdir()
    with duckdb.connect() as con:
        con.execute(f"""copy (select '01' as "Line", 7 as "Order", 2.5::double as "Qty", date '2024-01-31' as "Wanted",
            true as "Partial" union all select '02', 8, null, null, false) to '{ledger.folder}/x.parquet'""")
    result = ledger.one("x.parquet")
    columns = "order_line_id, order_id, ordered_qty, requested_date, partial_allowed, source_line"
    assert ledger.rows(result, "order_line", columns) == [
        ("01", "7", Decimal("2.5"), date(2024, 1, 31), True, 2),
        ("02", "8", None, None, False, 3),
    ]


def test_a_workbook_with_two_known_sheets_is_refused_and_names_them(ledger):
    ledger.profile(GERMAN)
    lines = [["Line", "Order", "Qty"], ["1", "A", 5]]
    workbook(ledger, "x.xlsx", January=lines, February=[lines[0], ["2", "A", 6]], Notes=[["read me"]])
    result = ledger.one("x.xlsx")
    assert result.status == "refused"
    assert "(January, February); save each as its own file" in result.message


def test_two_sheets_that_hold_texts_are_refused_like_any_two(ledger):
    ledger.profile(GERMAN)
    workbook(ledger, "x.xlsx", A=[["Line;Order;Qty"], ["1;A;1,5"]], B=[["Line;Order;Qty"], ["2;A;1,5"]])
    assert "(A, B); save each as its own file" in ledger.one("x.xlsx").message


def test_a_filled_sheet_nobody_knows_is_told_beside_the_one_that_was_read(ledger):
    ledger.profile(GERMAN)
    workbook(ledger, "x.xlsx", Notes=[["read me"]], Data=[["Line", "Order", "Qty"], ["1", "A", 5]], Empty=[])
    (entry,) = ledger.one("x.xlsx").entries
    assert (entry["status"], entry["loaded"]) == ("loaded", 1)
    assert [(issue["line"], issue["value"]) for issue in entry["issues"]] == [(None, "Notes")]
    assert "not read" in entry["issues"][0]["reason"]
