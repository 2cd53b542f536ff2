"""One file on its way into the ledger: surveyed, claimed, converted, proved, in a staging folder of its own."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import duckdb

from loaders import exported as exporting
from loaders.convert import plan
from loaders.doubts import refuse_doubtful, refuse_grouped
from loaders.errors import LoadError
from loaders.exported import Exported
from loaders.model import Profile, TableMap
from loaders.plan import Settings
from loaders.rejects import issues, write_rejects
from loaders.rows import Part, Unplain, prove, settle_duplicates, write_part
from loaders.source import Source, exactly, open_source
from loaders.survey import Survey, survey
from loaders.totals import control_totals, sentinels

UNREADABLE = (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException, duckdb.IOException)
Progress = Callable[[float, str], None]


@dataclass
class Staged:
    """A file that was opened; `tables` are the manifest's entries once it is converted."""

    path: Path
    folder: Path
    survey: Survey
    source: Source
    exported: Exported | None
    tables: list[dict] = field(default_factory=list)
    latest: str | None = None

    @property
    def profile(self) -> Profile:
        return self.source.profile

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def needs_date(self) -> bool:
        """Whether a column is filled with the export's own date, so that it must be known beforehand."""
        ways = (way for part in self.parts() for mapping in part.columns.values() for way in mapping.ways)
        return self.exported is None and any(way.exported_at for way in ways)

    def parts(self) -> list[TableMap]:
        """The [[table]] entries that apply to this header. LoadError where a required column cannot be filled."""
        header = set(self.source.columns)
        found = []
        for table in self.source.object.tables:
            lacking = [
                column.name
                for column in table.table.columns.values()
                if column.required
                and not (column.name in table.columns and table.columns[column.name].fillable(header))
            ]
            if table.optional and (lacking or any(when.column not in header for when in table.when)):
                continue
            if lacking:
                raise LoadError(self.path.name, _lacking(self.source, table, lacking))
            found.append(table)
        return found


def _lacking(source: Source, table: TableMap, lacking: list[str]) -> str:
    wanted = [
        f"{name} (from {' or '.join(table.columns[name].columns)})"
        if name in table.columns
        else f"{name} (not in the profile)"
        for name in lacking
    ]
    where = f"{source.profile.name} ({source.object.name})"
    return f"{where} fills {table.table.name}, but the header has no column for {', '.join(wanted)}, which is required"


def open_staged(
    con, path: Path, folder: Path, known: dict[str, Profile], command: Exported | None, zone: str, progress: Progress
) -> Staged:
    """Copy and survey a file, find its profile and, where stated, its date. LoadError where it is refused."""
    (folder / "raw").mkdir(parents=True)
    (folder / "work").mkdir()
    found = survey(path, folder / "raw", lambda share: progress(0.3 * share, "reading"))
    source = open_source(con, path.name, found, known, folder / "work")
    return Staged(path, folder, found, source, command or exporting.stated(con, source, path.name, zone))


def convert(con: duckdb.DuckDBPyConnection, staged: Staged, zone: str, progress: Progress) -> None:
    """Write the Parquet and reject files of every canonical table and fill in the entries of the manifest."""
    try:
        _convert(con, staged, zone, progress)
    except Unplain:
        progress(0.3, "reading record by record")
        staged.source = exactly(staged.source)
        _convert(con, staged, zone, progress)
    except UNREADABLE as error:
        raise LoadError(staged.path.name, f"cannot be converted: {str(error).splitlines()[0]}") from error
    shutil.rmtree(staged.work)


def _convert(con, staged: Staged, zone: str, progress: Progress) -> None:
    told = staged.exported or Exported(None, True, "inferred")
    settings = Settings(zone, told.at, told.is_date)
    maps = staged.parts()
    parts: list[Part] = []
    for index, table in enumerate(maps):
        progress(0.3 + 0.6 * index / len(maps), f"converting {table.table.name}")
        made = plan(table, staged.source.columns, settings, staged.source.typed)
        part = write_part(con, staged.source, table, made, staged.work / f"part{index}.parquet", f"rest{index}")
        refuse_doubtful(con, staged.source, part)
        refuse_grouped(con, staged.source, part)
        parts.append(part)
    staged.tables = []
    progress(0.9, "checking")
    for name, group in groupby(
        sorted(parts, key=lambda part: part.table.table.name), lambda part: part.table.table.name
    ):
        _settle(con, staged, name, list(group))
    order = {table.table.name: index for index, table in reversed(list(enumerate(maps)))}
    staged.tables.sort(key=lambda entry: order[entry["table"]])
    for entry in staged.tables[:1]:
        entry["issues"] = [_left_aside(sheet) for sheet in staged.source.aside] + entry["issues"]


def _left_aside(sheet: str) -> dict:
    return {"line": None, "column": None, "value": sheet, "reason": "is a sheet no profile knows; it was not read"}


def _settle(con, staged: Staged, name: str, parts: list[Part]) -> None:
    """Finish one canonical table: each key once, every row told, the totals of what was written."""
    target, table = staged.folder / f"{name}.parquet", parts[0].table.table
    settle_duplicates(con, parts, target, table.key)
    prove(con, parts, target)
    if any(part.rejected for part in parts):
        write_rejects(con, staged.source, parts, staged.folder / f"{name}.rejects.csv")
    columns = list(dict.fromkeys(column for part in parts for column in part.plan.columns))
    latest = exporting.latest_event(con, table, target, columns)
    staged.latest = max(filter(None, (staged.latest, latest)), default=None)
    for part in parts:
        staged.tables.append(
            {
                "table": name,
                "object": staged.source.object.name,
                "rows_in": part.rows_in,
                "loaded": part.loaded,
                "rejected": part.rejected,
                "ignored": part.ignored,
                "ignored_reasons": part.ignored_reasons,
                "control_totals": control_totals(con, part.kept, part.plan.types),
                "sentinels": sentinels(con, staged.source, part),
                "issues": issues(con, staged.source, part),
            }
        )
