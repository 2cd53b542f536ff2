"""Text in any shape gives the same rows, each with the line of the file it stands on."""

import itertools

import duckdb
import pytest

from loaders.profile import profiles
from loaders.source import open_source
from loaders.survey import survey
from tests.loaders.drawn import ORDERS, Ledger, accounted
from warehouse.home import Home

ROWS = [("L1", "O1", "5"), ("L2", "Oslo æ", "7"), ("0003", "  padded ", "1.5")]


def drawn(encoding: str, delimiter: str, line_end: str) -> bytes:
    lines = [delimiter.join(row) for row in [("Line", "Order", "Qty"), *ROWS]]
    return (line_end.join(lines) + line_end).encode(encoding)


@pytest.mark.parametrize(
    "encoding, delimiter, line_end",
    list(
        itertools.product(
            ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"],
            [",", ";", "\t", "|"],
            ["\n", "\r\n", "\r"],
        )
    ),
)
def test_encoding_delimiter_and_line_end_change_nothing(shop, tmp_path, encoding, delimiter, line_end):
    file = shop.draw("x.csv", drawn(encoding, delimiter, line_end))
    (tmp_path / "work").mkdir()
    con = duckdb.connect()
    source = open_source(con, "x.csv", survey(file, tmp_path / "work"), profiles(shop.home), tmp_path / "work")
    rows = con.execute(f"select line, c0, c1, c2 from ({source.relation})").fetchall()
    assert rows == [(line, *row) for line, row in enumerate(ROWS, start=2)]
    assert source.rows == len(ROWS)


def test_a_stated_encoding_is_taken_at_its_word(ledger):
    ledger.profile(ORDERS.replace('side = "erp"', 'side = "erp"\nencoding = "cp1250"'))
    result = ledger.one("x.csv", "Line,Order,Qty\n1,Żółć,2\n".encode("cp1250"))
    assert ledger.rows(result, "order_line", "order_id") == [("Żółć",)]


def test_windows_quotes_and_euros_are_read_as_cp1252(shop):
    result = shop.one("x.csv", "Line,Order,Qty\n1,“5 €”,2\n".encode("cp1252"))
    assert shop.rows(result, "order_line", "order_id") == [("“5 €”",)]
    assert shop.manifest(result)["decisions"] == {"encoding": "cp1252"}


def test_a_row_with_a_cell_too_many_or_too_few_is_rejected_alone(shop):
    result = shop.one("x.csv", "Line,Order,Qty\n1,A,5\n2,B,extra,6\n3,C\n4,D,7\n")
    (entry,) = result.entries
    assert (entry["status"], entry["rows_in"], entry["loaded"], entry["rejected"]) == ("partly", 4, 2, 2)
    assert entry["issues"] == [
        {"line": 3, "column": None, "value": "2,B,extra,6", "reason": "4 cells where the header has 3"},
        {"line": 4, "column": None, "value": "3,C", "reason": "2 cells where the header has 3"},
    ]
    assert shop.rows(result, "order_line", "order_line_id, order_id, source_line") == [("1", "A", 2), ("4", "D", 5)]


def test_a_line_number_is_the_line_on_which_the_record_starts(shop):
    text = 'Line,Order,Qty\n1,"a\nb\nc",5\n\n2,"says ""hi"" , twice",6\n3,B,x\n'
    result = shop.one("x.csv", text)
    assert shop.rows(result, "order_line", "order_line_id, order_id, source_line") == [
        ("1", "a\nb\nc", 2),
        ("2", 'says "hi" , twice', 6),
    ]
    assert [issue["line"] for issue in result.entries[0]["issues"]] == [7]


def test_a_quote_that_is_never_closed_costs_its_own_line_only(shop):
    result = shop.one("x.csv", 'Line,Order,Qty\n1,"A,5\n2,B,6\n3,"C",7\n')
    (entry,) = result.entries
    assert [(issue["line"], issue["value"]) for issue in entry["issues"]] == [(2, '1,"A,5')]
    assert shop.rows(result, "order_line", "order_line_id") == [("2",), ("3",)]


def test_blank_lines_are_no_rows_and_a_missing_last_line_end_is_no_loss(shop):
    result = shop.one("x.csv", "\nLine,Order,Qty\n\n1,A,5\n\n2,B,6")
    assert result.entries[0]["rows_in"] == 2
    assert shop.rows(result, "order_line", "source_line") == [(4,), (6,)]


def test_a_lone_carriage_return_in_quotes_is_text(shop):
    result = shop.one("x.csv", b'Line,Order,Qty\r\n1,"a\rb",5\r\n2,B,6\r\n')
    assert shop.rows(result, "order_line", "order_id, source_line") == [("a\rb", 2), ("B", 3)]


def test_a_blank_beside_a_quote_is_read_the_same_whatever_else_the_file_holds(shop):
    clean = shop.one("x.csv", 'Line,Order,Qty\n1, "A",5\n2,B,6\n')
    broken = shop.one("y.csv", 'Line,Order,Qty\n1, "A",5\n2,B\n')
    assert shop.rows(clean, "order_line", "order_id")[0] == shop.rows(broken, "order_line", "order_id")[0] == (' "A"',)


def test_a_wide_cell_is_read_whole(shop):
    wide = "x" * 3_000_000
    result = shop.one("x.csv", f"Line,Order,Qty\n1,{wide},5\n")
    assert shop.rows(result, "order_line", "length(order_id)") == [(3_000_000,)]


def test_a_header_over_two_lines_is_one_header(shop):
    result = shop.one("x.csv", 'Line,Order,Qty,"a\nnote"\n1,A,5,x\n')
    assert shop.rows(result, "order_line", "source_line") == [(3,)]


REFUSED = {
    "an empty file": (b"", "is empty"),
    "nothing but blanks": (b"\n \n", "nothing but blanks"),
    "NUL bytes": (b"\x00\x01Line,Order,Qty\n", "NUL bytes"),
    "NUL bytes far inside": (b"Line,Order,Qty\n" + b"1,A,5\n" * 20_000 + b"\x00", "NUL"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "NUL"),
    "no line end": (b"x" * 100_000, "no line end"),
    "half a UTF-16 file": ("Line,Order,Qty\n1,A,5\n".encode("utf-16")[:-1], "is not utf-16"),
    "a broken workbook": (b"PK\x03\x04 broken", "no readable workbook"),
    "a broken Parquet file": (b"PAR1 broken", "no readable Parquet file"),
    "somebody else's header": (b"a,b,c\n1,2,3\n", "no profile knows this header"),
}


@pytest.mark.parametrize("content, told", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_the_reason(shop, content, told):
    result = shop.one("x.csv", content)
    assert result.status == "refused"
    assert told in result.message
    (entry,) = result.entries
    assert (entry["file"], entry["status"], entry["issues"][0]["reason"]) == ("x.csv", "refused", result.message)
    assert list(shop.home.loads.iterdir()) == []


def test_a_header_without_rows_is_loaded_and_told(shop):
    result = shop.one("x.csv", "Line,Order,Qty\n")
    (entry,) = result.entries
    assert (entry["status"], entry["rows_in"], entry["loaded"]) == ("loaded", 0, 0)
    assert "no rows" in entry["issues"][0]["reason"]
    assert shop.rows(result, "order_line") == []


@pytest.mark.parametrize("name", ["a[1]*?.csv", "it's.csv", "x.pdf", "..csv", "naïve name.csv"])
def test_the_name_of_a_file_decides_nothing(shop, name):
    result = shop.one(name, "Line,Order,Qty\n1,A,5\n2,B,x\n")
    assert accounted(result.entries[0])
    inside = sorted(path.name for path in (shop.home.loads / result.load_id).rglob("*") if path.is_file())
    assert inside == ["data.csv", "manifest.json", "order_line.parquet", "order_line.rejects.csv"]


def test_a_home_with_brackets_in_its_path_works(tmp_path):
    ledger = Ledger(Home(tmp_path / "home [1] it's *"), tmp_path / "files")
    ledger.profile(ORDERS)
    result = ledger.one("x.csv", "Line,Order,Qty\n1,A,5\n1,A,5\n2,B,x\n")
    assert (result.status, result.entries[0]["ignored"]) == ("partly", 1)
