"""When a file was exported: as stated by the command, its name, a field or the profile; else its latest past event.

Never the file's own time, never the clock. A master that nothing dates stays undated: it is timeless.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from loaders import dates
from loaders.errors import LoadError
from loaders.model import Object
from loaders.rows import raw_relation
from loaders.source import Source, path_sql
from loaders.workbook import DAY
from warehouse.schema import Table

PLANNED = re.compile(
    r"requested|promised|expected|scheduled|due|valid_|period_|launch|expiry|(first|current)_confirmed"
)


@dataclass(frozen=True)
class Exported:
    """`at` is an ISO date where `is_date`, else an ISO instant in UTC without offset."""

    at: str | None
    is_date: bool
    basis: str


def by_command(text: str, zone: str) -> Exported:
    """The --exported-at of a load: a date, or an instant (of the company's zone where it names no offset)."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return Exported(date.fromisoformat(text).isoformat(), True, "command")
        return _instant(datetime.fromisoformat(text), zone, "command")
    except ValueError:
        raise LoadError("--exported-at", f"{text!r} is neither a date such as 2026-04-30 nor an ISO instant") from None


def stated(con: duckdb.DuckDBPyConnection, source: Source, name: str, zone: str) -> Exported | None:
    """What the profile says about this file: by its name, by a field, or as a constant."""
    thing: Object = source.object
    told = thing.exported_at
    zone = thing.timezone or zone
    if told is None:
        return None
    if isinstance(told, str):
        timed = len(told) > 10
        return _instant(datetime.fromisoformat(told), zone, "profile") if timed else Exported(told, True, "profile")
    if "file_name" in told:
        return _by_name(name, told, zone)
    return _by_field(con, source, told, zone)


def _by_name(name: str, told: dict, zone: str) -> Exported | None:
    found = re.search(told["file_name"], Path(name).name)
    if not found:
        return None
    try:
        moment = datetime.strptime(found.group(1), told["format"].replace("%-", "%"))
    except ValueError:
        raise LoadError(
            name, f"its name says {found.group(1)!r}, which is no date in the format {told['format']}"
        ) from None
    if re.search(r"%-?[HI]", told["format"]):
        return _instant(moment, zone, "file_name")
    return Exported(moment.date().isoformat(), True, "file_name")


def _by_field(con, source: Source, told: dict, zone: str) -> Exported | None:
    if told["field"] not in source.columns:
        return None
    cell = f"c{source.columns.index(told['field'])}"
    if source.typed:
        cell = f"(case when starts_with({cell}, '{DAY}') then substr({cell}, 3) else {cell} end)"
    said = dates.parse(cell, (told["format"],) if "format" in told else ())
    moment = dates.to_utc(said.local, said.utc, zone)
    latest = (
        f"select max({said.local}), max({moment}), coalesce(bool_or({said.timed}), false) from ({raw_relation(source)})"
    )
    local, utc, timed = con.cursor().execute(latest).fetchone()
    if local is None:
        return None
    return Exported(utc.isoformat(), False, "field") if timed else Exported(local.date().isoformat(), True, "field")


def _instant(moment: datetime, zone: str, basis: str) -> Exported:
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return Exported(moment.astimezone(UTC).replace(tzinfo=None).isoformat(), False, basis)


def is_event(table: Table, column: str) -> bool:
    """Whether a date column tells what has happened, so that the export cannot be older. Plans do not."""
    dated = table.columns[column].type == "date" and table.kind in ("transaction", "history")
    return dated and not PLANNED.search(column)


def latest_event(con: duckdb.DuckDBPyConnection, table: Table, file: Path, columns: list[str]) -> str | None:
    """The latest event in a written Parquet file as ISO date."""
    events = [column for column in columns if is_event(table, column)]
    if not events:
        return None
    latest = ", ".join(f'max("{column}")' for column in events)
    row = con.cursor().execute(f"select {latest} from read_parquet({path_sql(file)})").fetchone()
    return max((found.isoformat() for found in row if found), default=None)
