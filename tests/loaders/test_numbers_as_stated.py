"""A number counts only where it is written as stated; what a parser would make do with is refused."""

from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.numbers import as_written, number


def read(text: str, kind: str = "money", decimal: str | None = None, thousands: str | None = None):
    sql = number("trim(x)", kind, decimal, thousands)
    with duckdb.connect() as con:
        return con.execute(f"select {sql} from (select $1::varchar as x)", [text]).fetchone()[0]


GERMAN = {
    "1.234,50": "1234.5", "1234,5": "1234.5", "1.234.567": "1234567", "-1.234,50": "-1234.5", "1.234,50-": "-1234.5",
    "100-": "-100", "12,5000000": "12.5", ",5": "0.5", "0": "0", "007": "7", "+5": "5", " 7 ": "7",
    "1.5": None, "12.34,5": None, "1.2.3,4": None, "12,345678": None, "1e3": None, "0.000": None, "10.00": None,
    "-5-": None, "1,2,3": None, "1.23,4": None, "1 234": None, "5,": None, "": None, "-": None, "EUR 5": None,
}  # fmt: skip
PLAIN = {
    "1.5": "1.5", "1234.50": "1234.5", "-5": "-5", "1e3": "1000", "1.5E-3": "0.0015", "0.00000000000000E+00": "0",
    "0.30000000000000004": "0.3", "1.10000000": "1.1",
    "1,5": None, "1,234.5": None, "5-": None, "1.12345": None, "1.23456E-3": None, "1_000": None, "0x10": None,
    "inf": None, "nan": None, "99999999999999999": None, "1.2.3": None, "٣": None,
}  # fmt: skip
POINT = {"1,234.50": "1234.5", "1,234": "1234", "1,23": None, "1.5": "1.5", "1,5": None, "1e3": None, "2.50-": "-2.5"}


@pytest.mark.parametrize("text, value", GERMAN.items())
def test_with_a_stated_comma_and_points_between_thousands(text, value):
    assert read(text, decimal=",", thousands=".") == (Decimal(value) if value else None)


@pytest.mark.parametrize("text, value", PLAIN.items())
def test_with_nothing_stated_only_plain_numbers_count(text, value):
    assert read(text) == (Decimal(value) if value else None)


@pytest.mark.parametrize("text, value", POINT.items())
def test_with_a_stated_point_and_commas_between_thousands(text, value):
    assert read(text, decimal=".", thousands=",") == (Decimal(value) if value else None)


@pytest.mark.parametrize("text, value", {"000010": 10, "5.0": 5, "5.5": None, "1E+05": None, "-3": -3}.items())
def test_whole_numbers_stay_whole(text, value):
    assert read(text, kind="integer") == value


def test_a_rate_keeps_eight_decimals_and_a_price_six():
    assert read("1.08345678", kind="rate") == Decimal("1.08345678")
    assert read("1.083456", kind="price") == Decimal("1.083456")
    assert read("1.0834567", kind="price") is None


CELLS = st.one_of(
    st.from_regex(r"[+-]?[0-9]{1,20}([.,][0-9]{1,12})?-?", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}([.,][0-9]{3}){0,2}([.,][0-9]{1,5})?", fullmatch=True),
    st.text(st.sampled_from("0123456789.,+-eE_ \t\n'"), max_size=8),
)
NOTATIONS = st.sampled_from([(None, None), (".", None), (".", ","), (",", "."), (",", None)])


@settings(max_examples=150, deadline=None)
@given(CELLS, st.sampled_from(["money", "qty", "price", "rate", "integer", "number"]), NOTATIONS)
def test_the_quick_reading_of_a_cell_is_the_full_one_or_none(text, kind, notation):
    quick, full = as_written("x", kind, *notation, str), number("trim(x, ' ')", kind, *notation)
    with duckdb.connect() as con:
        row = con.execute(f"select {quick}, {full} from (select $1::varchar as x)", [text]).fetchone()
    assert row[0] is None or row[0] == row[1]


@pytest.mark.parametrize(
    "text, kind, notation",
    [
        ("12", "integer", (None, None)),
        ("-3.25", "money", (".", None)),
        ("7", "qty", (".", ",")),
        ("1.234,5", "money", (",", ".")),
    ],
)
def test_the_quick_reading_knows_how_most_numbers_are_written(text, kind, notation):
    sql = as_written("x", kind, *notation, str)
    with duckdb.connect() as con:
        assert con.execute(f"select {sql} is not null from (select '{text}' as x)").fetchone()[0]
