"""A date counts only where it fits what is stated; a day is never moved, an instant goes to UTC and its local day."""

from datetime import date, datetime

import duckdb
import pytest

from loaders.convert import plan
from loaders.dates import pattern
from loaders.model import Mapping, TableMap, Way
from loaders.plan import Settings
from warehouse.schema import tables

ORDER = tables()["sales_order"]


def read(text: str, column: str, zone: str = "UTC", company: str = "UTC", formats: tuple[str, ...] = ()):
    """What a cell gives in an instant column (instant, date) or in a date column."""
    target = ORDER.columns[column]
    mapping = Mapping(target, (Way(target.type, ("cell",), formats=formats, timezone=zone),))
    made = plan(TableMap(ORDER, {column: mapping}), ("cell",), Settings(company))
    made.failures.clear()
    with duckdb.connect() as con:
        con.execute("set timezone = 'America/Lima'")
        quoted = text.replace("'", "''")
        row = con.execute(made.good(f"select 1 as line, '{quoted}'::varchar as c0")).fetchone()
    return row[:2] if target.type == "instant" else row[0]


def day(text: str, *formats: str):
    return read(text, "header_requested_date", formats=formats)


@pytest.mark.parametrize(
    "text, form, value",
    [
        ("31.12.2024", "%d.%m.%Y", date(2024, 12, 31)),
        ("1.2.2024", "%d.%m.%Y", date(2024, 2, 1)),
        ("01.02.24", "%d.%m.%Y", None),
        ("31.02.2024", "%d.%m.%Y", None),
        ("31.12.2024 10:00", "%d.%m.%Y", None),
        ("31/12/2024", "%d.%m.%Y", None),
        ("4-Aug-09", "%d-%b-%y", date(2009, 8, 4)),
        ("4-Aug-2009", "%d-%b-%y", None),
        ("20240131", "%Y%m%d", date(2024, 1, 31)),
        ("2024131", "%Y%m%d", None),
        ("31.12.1899", "%d.%m.%Y", None),
        ("01.01.2200", "%d.%m.%Y", None),
        ("12/31/2024 4:01 PM", "%m/%d/%Y %I:%M %p", date(2024, 12, 31)),
    ],
)
def test_a_stated_format_is_kept_to_the_letter_but_for_leading_zeros(text, form, value):
    assert day(text, form) == value


@pytest.mark.parametrize(
    "text, value",
    [
        ("2024-01-31", date(2024, 1, 31)),
        ("20240131", date(2024, 1, 31)),
        ("2024-01-31 00:00:00", date(2024, 1, 31)),
        ("2024-01-31T00:00:00.000Z", date(2024, 1, 31)),
        ("2024-1-31", None),
        ("2024-02-30", None),
        ("31.01.2024", None),
        ("epoch", None),
        ("0024-01-01", None),
        ("2024-01-31 25:00:00", None),
        ("2024/01/31", None),
        ("2024-01-31\t", None),
        ("2024-01-3\t", None),
        ("infinity", None),
        ("2200-01-01", None),
        (" 2024-01-31 ", date(2024, 1, 31)),
    ],
)
def test_without_a_format_only_iso_counts(text, value):
    assert day(text) == value


def test_of_several_formats_a_cell_must_fit_one_only():
    forms = ("%d/%m/%Y", "%m/%d/%Y")
    assert day("13/05/2024", *forms) == date(2024, 5, 13)
    assert day("05/13/2024", *forms) == date(2024, 5, 13)
    assert day("05/05/2024", *forms) == date(2024, 5, 5)
    assert day("04/05/2024", *forms) is None


@pytest.mark.parametrize(
    "text, instant, local",
    [
        ("2024-07-01 23:30:00", datetime(2024, 7, 1, 23, 30), date(2024, 7, 2)),
        ("2024-07-01T23:30:00Z", datetime(2024, 7, 1, 23, 30), date(2024, 7, 2)),
        ("2024-07-01T23:30:00.000+0000", datetime(2024, 7, 1, 23, 30), date(2024, 7, 2)),
        ("2024-07-01 23:30:00 +0200", datetime(2024, 7, 1, 21, 30), date(2024, 7, 1)),
        ("2024-07-01 23:30:00 UTC", datetime(2024, 7, 1, 23, 30), date(2024, 7, 2)),
        ("2024-07-01T18:00-05:30", datetime(2024, 7, 1, 23, 30), date(2024, 7, 2)),
        ("2024-07-01", None, date(2024, 7, 1)),
    ],
)
def test_an_instant_of_utc_falls_on_the_day_of_the_company(text, instant, local):
    assert read(text, "ordered_at", zone="UTC", company="Europe/Berlin") == (instant, local)


def test_a_local_time_is_of_the_zone_of_the_file():
    assert read("2024-01-01 00:30:00", "ordered_at", zone="Europe/Berlin", company="Europe/Berlin") == (
        datetime(2023, 12, 31, 23, 30),
        date(2024, 1, 1),
    )


def test_a_date_column_keeps_midnight_and_moves_another_time_to_the_company():
    def local(text):
        return read(text, "header_requested_date", zone="UTC", company="Europe/Berlin")

    assert local("2024-07-01 00:00:00") == date(2024, 7, 1)
    assert local("2024-07-01 22:30:00") == date(2024, 7, 2)
    assert local("2024-07-01") == date(2024, 7, 1)


def test_pieces_of_a_format_that_touch_have_their_full_width():
    assert pattern("%Y%m%d") == r"\d{4}\d{2}\d{2}"
    assert pattern("%d.%m.%Y") == r"\d{1,2}\.\d{1,2}\.\d{4}"
