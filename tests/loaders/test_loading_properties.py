"""What holds for any file: no row is lost, texts and decimals come through as they went in, both readers agree."""

import csv
import io
import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.profile import profiles
from loaders.source import exactly, open_source
from loaders.survey import TextFacts, survey
from tests.loaders.drawn import ORDERS, Ledger, accounted
from warehouse.home import Home

QUICK = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
PRINTABLE = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
PIECES = st.sampled_from([b"a\r", b"\nb", b"\r\n", b'" ', b' "', b",", b"\r"])
GARBAGE = st.text(st.sampled_from("abc019.,;\"'\n\r\t =-éЖ€"), max_size=30)


def drawn_ledger(folder: str) -> Ledger:
    ledger = Ledger(Home(Path(folder) / "home"), Path(folder) / "files")
    ledger.profile(ORDERS)
    return ledger


def written(rows: list[list[str]], header: str = "Line,Order,Qty") -> str:
    text = io.StringIO()
    csv.writer(text).writerows([header.split(","), *rows])
    return text.getvalue()


@QUICK
@given(st.lists(GARBAGE, max_size=12))
def test_whatever_stands_in_a_file_every_row_of_it_is_told(parts):
    with tempfile.TemporaryDirectory() as folder:
        ledger = drawn_ledger(folder)
        result = ledger.one("x.csv", "Line,Order,Qty\n" + "\n".join(parts))
        assert result.status in ("loaded", "partly")
        (entry,) = result.entries
        assert accounted(entry)
        rejected = len(ledger.rejects(result, "order_line")) - 1 if entry["rejected"] else 0
        assert rejected == entry["rejected"]
        assert len(ledger.rows(result, "order_line")) == entry["loaded"]


@QUICK
@given(st.lists(st.tuples(PRINTABLE, PRINTABLE), max_size=10, unique_by=lambda pair: pair[0]))
def test_ids_come_through_to_the_letter(pairs):
    filled = [(line, order) for line, order in pairs if line.strip() and order.strip() and "N/A" not in (line, order)]
    with tempfile.TemporaryDirectory() as folder:
        ledger = drawn_ledger(folder)
        result = ledger.one("x.csv", written([[line, order, "1"] for line, order in filled]))
        assert ledger.rows(result, "order_line", "order_line_id, order_id") == filled


@QUICK
@given(st.lists(st.decimals("-99999999999999.9999", "99999999999999.9999", places=4), min_size=1, max_size=10))
def test_decimals_come_through_to_the_last_digit(numbers):
    with tempfile.TemporaryDirectory() as folder:
        ledger = drawn_ledger(folder)
        rows = [[str(index), "A", f"{number:f}"] for index, number in enumerate(numbers)]
        result = ledger.one("x.csv", written(rows))
        assert [value for (value,) in ledger.rows(result, "order_line", "ordered_qty")] == numbers
        assert Decimal(result.entries[0]["control_totals"]["ordered_qty"]) == sum(numbers)


@QUICK
@given(
    st.lists(st.lists(st.text(st.sampled_from("ab 0\"',;\n\té"), max_size=6), min_size=3, max_size=3), max_size=8),
    st.sampled_from(["\r\n", "\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_the_fast_reader_agrees_with_the_exact_one_or_yields_to_it(rows, line_end, quoting):
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end, quoting=quoting).writerows([["Line", "Order", "Qty"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        ledger = drawn_ledger(folder)
        file = ledger.draw("x.csv", text.getvalue())
        work = Path(folder) / "work"
        work.mkdir()
        con = duckdb.connect()
        source = open_source(con, "x.csv", survey(file, work), profiles(ledger.home), work)
        cells = "line, coalesce(c0, ''), coalesce(c1, ''), coalesce(c2, '')"
        fast = con.execute(f"select {cells} from ({source.relation})").fetchall() if not source.exact else None
        exact = exactly(source)
        slow = con.execute(f"select {cells} from ({exact.relation})").fetchall()
        assert [row[1:] for row in slow] == [tuple(row) for row in rows]
        assert exact.ragged == []
        if fast is not None and len(fast) == source.rows:
            assert fast == slow


@QUICK
@given(
    st.lists(st.binary(max_size=5) | st.sampled_from([b"a\r", b"\nb", b"\r\n", b'" ', b' "', b",", b"\r"]), max_size=9)
)
def test_what_is_counted_in_a_text_does_not_hang_on_how_it_is_cut(pieces):
    whole, cut = TextFacts(), TextFacts()
    text = b"".join(pieces)
    whole.feed(text)
    for piece in pieces:
        cut.feed(piece)
    assert (cut.lf, cut.cr, cut.crlf) == (text.count(b"\n"), text.count(b"\r"), text.count(b"\r\n"))
    assert (cut.tail, cut.unclear_quotes) == (whole.tail, whole.unclear_quotes)
