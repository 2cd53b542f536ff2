"""What people set and decide, in one SQLite file that many processes may write."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from warehouse.home import Home

SCHEMA = """
create table if not exists setting (name text primary key, value text);
create table if not exists match_decision (
    decision_id integer primary key, entity text not null, left_id text not null, right_id text not null,
    decision text not null check (decision in ('accept', 'reject')), decided_by text, decided_at text not null,
    undone_at text);
create table if not exists target (
    target_id integer primary key, metric text not null, measure text not null, part text, slice text not null,
    target real, alert real, band_low real, band_high real, outer_low real, outer_high real,
    valid_from text not null, valid_to text, set_by text, set_at text not null, removed_by text, removed_at text,
    cut_from integer);
"""


FISCAL = ("calendar", "4-4-5", "4-5-4", "5-4-4")


class WrongSetting(ValueError):
    """A setting that does not exist or cannot have that value; the message says what is allowed."""


@dataclass(frozen=True)
class Settings:
    """What holds for the whole company.

    `reporting_currency` None means the one currency the data has. `fiscal_start` is MM-DD; `week_start` 1 is Monday;
    `fiscal_calendar` says whether fiscal months are months or weeks in a pattern such as 4-4-5.
    """

    tz: str = "UTC"
    reporting_currency: str | None = None
    fiscal_start: str = "01-01"
    week_start: int = 1
    fiscal_calendar: str = "calendar"


@contextmanager
def connect(home: Home) -> Iterator[sqlite3.Connection]:
    """A connection to the state file, which is created on first use; commits at the end, closes always."""
    home.path.mkdir(parents=True, exist_ok=True)
    con = sqlite3.connect(home.state, timeout=30)
    try:
        con.execute("pragma journal_mode=wal")
        con.executescript(SCHEMA)
        with con:
            yield con
    finally:
        con.close()


def get_settings(home: Home) -> Settings:
    """The company settings; defaults where nothing was set."""
    if not home.state.exists():
        return Settings()
    with connect(home) as con:
        stored = dict(con.execute("select name, value from setting"))
    return Settings(**{name: json.loads(value) for name, value in stored.items() if name in Settings.__annotations__})


def set_settings(home: Home, **given) -> Settings:
    """Change company settings by name and return them all. Raises WrongSetting; then nothing is changed."""
    for name, value in given.items():
        _check(name, value)
    with connect(home) as con:
        rows = [(name, json.dumps(value)) for name, value in given.items()]
        con.executemany("insert or replace into setting (name, value) values (?, ?)", rows)
    return get_settings(home)


def _check(name: str, value) -> None:
    if name not in Settings.__annotations__:
        raise WrongSetting(f"no setting {name!r}; there are {', '.join(asdict(Settings()))}")
    allowed = {
        "tz": (_is_zone, "a time zone such as Europe/Oslo"),
        "reporting_currency": (lambda v: v is None or (isinstance(v, str) and v.strip() != ""), "a currency code"),
        "fiscal_start": (_is_month_day, "MM-DD"),
        "fiscal_calendar": (FISCAL.__contains__, ", ".join(FISCAL)),
        "week_start": (lambda v: isinstance(v, int) and 1 <= v <= 7, "1 (Monday) to 7"),
    }
    holds, offer = allowed[name]
    if not holds(value):
        raise WrongSetting(f"{name} cannot be {value!r}; it takes {offer}")


def _is_zone(value) -> bool:
    try:
        return bool(ZoneInfo(value))
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return False


def _is_month_day(value) -> bool:
    try:
        return datetime.strptime(f"2001-{value}", "%Y-%m-%d").strftime("%m-%d") == value
    except ValueError:
        return False
