"""The rows of Parquet files as SQL, in canonical columns, with their ids namespaced and their sources beside them."""

import re
from collections.abc import Iterable

from warehouse.schema import Column, Table
from warehouse.steps.job import Job, Parquet, is_id, quoted


def all_rows(job: Job, table: Table, files: list[Parquet], columns: Iterable[str]) -> str:
    """SQL of every row of some Parquets of one table: the columns asked for, sources, `_seq` and `_day` of the export.

    Ids carry their system's name; local dates follow from the instants beside them.
    """
    held = frozenset.union(*(file.columns for file in files))
    cells = [f"{_cell(job, table, table.columns[c], held)} as {c}" for c in columns]
    line = "row.source_line" if "source_line" in held else "null::bigint"
    own = "row.source_id" if "source_id" in held else "null::varchar"
    cells += ["input.source_system as source_system", "input.source_object as source_object", f"{own} as source_id"]
    cells += ["input.load_id as load_id", f"{line} as source_line", "input.seq as _seq", "input.day as _day"]
    if len(files) == 1:
        reader = f"read_parquet({_paths(files)}, hive_partitioning = false)"
        return f"select {_constant(', '.join(cells), files[0])} from {reader} as row"
    reader = f"read_parquet({_paths(files)}, union_by_name = true, filename = true, hive_partitioning = false)"
    return f"select {', '.join(cells)} from {reader} as row join input on input.path = row.filename"


def _constant(cells: str, file: Parquet) -> str:
    # one file needs no join; what is known of it are constants
    known = {"source_system": quoted(file.load.namespace), "source_object": quoted(file.object),
             "load_id": quoted(file.load.load_id), "seq": str(file.order), "day": f"date '{file.day}'"}  # fmt: skip
    return re.sub(r"\binput\.(\w+)", lambda found: known[found[1]], cells)


def _paths(files: list[Parquet]) -> str:
    return "[" + ", ".join(quoted(file.path.as_posix()) for file in files) + "]"


def _cell(job: Job, table: Table, column: Column, held: frozenset[str]) -> str:
    given = f"row.{column.name}" if column.name in held else f"null::{column.sql_type}"
    instant = column.name.removesuffix("_date") + "_at"
    if column.type == "date" and instant in table.columns and instant in held:
        given = f"coalesce({local_date(f'row.{instant}', quoted(job.settings.tz), job.settings.tz)}, {given})"
    if column.name == "snapshot_date":
        given = f"coalesce({given}, input.day)"
    if is_id(table, column) and column.name in held:
        given = f"input.source_system || '/' || {given}"
    return f"cast({given} as {column.sql_type})"


def local_date(instant: str, zone: str, zone_name: str | None = None) -> str:
    """SQL of the calendar day of a UTC instant in a zone (an SQL text; `zone_name` where it is known beforehand)."""
    if zone_name == "UTC":
        return f"cast({instant} as date)"
    return f"cast(timezone({zone}, timezone('UTC', {instant})) as date)"


def key_hash(table: Table) -> str:
    """SQL of a number for the key, nearly always another one for another key; part by part, since hashes of long texts
    that are alike collide.
    """
    return "hash(" + ", ".join(f"coalesce({part}::varchar, '')" for part in table.key) + ")"


def key_text(table: Table, prefix: str, parts: tuple[str, ...] | None = None) -> str:
    """SQL of the key (or of other columns) as one comparable value; an empty part is a value like any other."""
    parts = parts or table.key
    if len(parts) == 1:
        return f"{prefix}{parts[0]}"
    return "(" + " || chr(31) || ".join(f"coalesce({prefix}{part}::varchar, '')" for part in parts) + ")"
