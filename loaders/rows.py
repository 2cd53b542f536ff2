"""Every row of a file to its place: Parquet, rejects or ignored, and the proof that none is missing."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np

from loaders.plan import Plan
from loaders.source import Source, path_sql

MOST_ISSUES = 1000
MOST_HASHES = 20_000_000
# the second version of the format stores runs of numbers and texts smaller, and is quicker to write
PARQUET = "(format parquet, compression zstd, parquet_version v2)"


class Unplain(Exception):
    """DuckDB's reader and the count of lines disagree: the text has to be read record by record."""


@dataclass
class Part:
    """The outcome of one [[table]] of an object: counts, where its good rows lie, and the relation of all others."""

    table: object
    plan: Plan
    file: Path
    rest: str
    rows_in: int
    loaded: int = 0
    rejected: int = 0
    ignored: int = 0
    ignored_reasons: dict[str, int] = field(default_factory=dict)
    kept: str = ""


def write_part(
    con: duckdb.DuckDBPyConnection, source: Source, table: object, plan: Plan, file: Path, rest: str
) -> Part:
    """Write the good rows of `source` to `file` and keep the others in the table `rest`.

    Unplain where the records DuckDB saw are not the lines of the file.
    """
    raw = raw_relation(source)
    try:
        loaded = con.cursor().execute(f"copy ({plan.good(raw)}) to {_target(file)} {PARQUET}").fetchone()[0]
        if loaded == source.rows:
            con.cursor().execute(f"create or replace table {rest} ({REST_COLUMNS})").fetchall()
        else:
            con.cursor().execute(f"create or replace table {rest} as {plan.rest(raw, source.width)}").fetchall()
    except duckdb.InvalidInputException as error:
        if source.exact:
            raise
        raise Unplain from error
    part = Part(table, plan, file, rest, source.rows + len(source.ragged), loaded)
    if loaded != source.rows:
        _count_rest(con, part)
    if part.loaded + part.rejected + part.ignored != source.rows and not source.exact:
        raise Unplain
    part.rejected += len(source.ragged)
    return part


def _count_rest(con: duckdb.DuckDBPyConnection, part: Part) -> None:
    counted = con.cursor().execute(f"select ignored, count(*) from {part.rest} group by 1 order by 1").fetchall()
    part.ignored_reasons = {reason: count for reason, count in counted if reason is not None}
    part.ignored = sum(part.ignored_reasons.values())
    part.rejected = sum(count for _, count in counted) - part.ignored


REST_COLUMNS = """line bigint, ignored varchar,
    failures struct("column" varchar, value varchar, reason varchar, doubt varchar, target varchar)[],
    cells varchar[]"""


def raw_relation(source: Source) -> str:
    """The relation of a source with its columns filled down where the profile says so.

    The first column to fill names the document; the others are filled only within it.
    """
    fill = [f"c{source.columns.index(name)}" for name in source.object.forward_fill if name in source.columns]
    if not fill:
        return source.relation
    first, *others = fill
    down = f"last_value(nullif(trim({first}), '') ignore nulls) over (order by line)"
    filled = f"select * replace ({down} as {first}) from ({source.relation})"
    if not others:
        return filled
    within = f"over (partition by {first} order by line)"
    replaced = ", ".join(
        f"coalesce(nullif({column}, ''), last_value(nullif({column}, '') ignore nulls) {within}) as {column}"
        for column in others
    )
    return f"select * replace ({replaced}) from ({filled})"


def _target(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"


def settle_duplicates(con: duckdb.DuckDBPyConnection, parts: list[Part], target: Path, key: tuple[str, ...]) -> None:
    """Write the rows of all parts of one canonical table to `target`, each key once.

    A row like an earlier one of its key is ignored; one with other content is rejected, naming the line of the first.
    In a table read as distinct every later row of a key is ignored.
    """
    for part in parts:
        part.kept = f"select * from read_parquet({path_sql(part.file)})"
    own = [name for name in key if any(name in part.plan.columns for part in parts)]
    union = " union all by name ".join(
        f"select *, {index} as part from read_parquet({path_sql(part.file)})" for index, part in enumerate(parts)
    )
    if not own or not _has_duplicates(con, union, own, parts):
        if len(parts) > 1:
            return _union(con, parts, target)
        parts[0].file = parts[0].file.rename(target)
        parts[0].kept = f"select * from read_parquet({path_sql(target)})"
        return
    keys = ", ".join(f'"{name}"' for name in own)
    twice_keys, first_keys = (
        " and ".join(f'{left}."{name}" is not distinct from {right}."{name}"' for name in own)
        for left, right in (("loaded", "twice"), ("row", "first"))
    )
    columns = [name for name in {name: None for part in parts for name in part.plan.columns}]
    same = " and ".join(f'row."{name}" is not distinct from first."{name}"' for name in columns)
    con.cursor().execute(f"""create or replace table twice as
        with twice as (select {keys} from ({union}) group by all having count(*) > 1),
        row as (select loaded.*, row_number() over (partition by {keys} order by source_line, part) as nth
            from ({union}) as loaded semi join twice on {twice_keys})
        select row.part, row.source_line as line, first.source_line as first_line,
            {same} as same
        from row join (select * from row where nth = 1) as first
        on {first_keys} where row.nth > 1""").fetchall()
    for index, part in enumerate(parts):
        _move_duplicates(con, index, part, own)
    for index, part in enumerate(parts):
        part.kept = (
            f"select * from ({part.kept}) where source_line not in (select line from twice where part = {index})"
        )
    _union(con, parts, target)


def _has_duplicates(con, union: str, own: list[str], parts: list[Part]) -> bool:
    """Whether two rows have one hash of their key, a share of the hashes at a time; sorting them is the quick way."""
    keys = ", ".join(f'"{name}"' for name in own)
    shares = 1 + sum(part.loaded for part in parts) // MOST_HASHES
    for share in range(shares):
        hashes = f"select hash({keys}) as x from ({union}) where hash({keys}) % {shares} = {share}"
        found = np.sort(con.cursor().execute(hashes).fetchnumpy()["x"])
        if (found[1:] == found[:-1]).any():
            return True
    return False


def _union(con, parts: list[Part], target: Path) -> None:
    kept = " union all by name ".join(f"({part.kept})" for part in parts)
    con.cursor().execute(f"copy ({kept}) to {_target(target)} {PARQUET}").fetchall()


def _move_duplicates(con, index: int, part: Part, own: list[str]) -> None:
    """Tell the duplicates of one part apart and count them."""
    distinct = str(part.table.distinct).lower()
    same = "repeats an earlier row of its key" if part.table.distinct else "the same row again"
    other = f"same {' and '.join(own)} as line ' || first_line || ', other content"
    ignored = f"(same or {distinct})"
    failure = f"{{'column': '{own[0]}', 'value': null::varchar, 'reason': '{other}', 'doubt': '', 'target': ''}}"
    con.cursor().execute(f"""insert into {part.rest}
        select line, case when {ignored} then '{same}' end, case when not {ignored} then [{failure}] end, null
        from twice where part = {index}""").fetchall()
    counts = f"select count(*), count(*) filter (where {ignored}) from twice where part = {index}"
    gone, repeated = con.cursor().execute(counts).fetchone()
    part.loaded -= gone
    part.rejected += gone - repeated
    part.ignored += repeated
    if repeated:
        part.ignored_reasons[same] = part.ignored_reasons.get(same, 0) + repeated


def prove(con: duckdb.DuckDBPyConnection, parts: list[Part], target: Path) -> None:
    """Rows in = loaded + rejected + ignored for each part, and the Parquet holds what is counted as loaded."""
    for part in parts:
        if part.rows_in != part.loaded + part.rejected + part.ignored:
            raise AssertionError(
                f"{target.name}: {part.rows_in} rows in, {part.loaded} + {part.rejected} + {part.ignored} out"
            )
    written = con.cursor().execute(f"select count(*) from read_parquet({path_sql(target)})").fetchone()[0]
    if written != sum(part.loaded for part in parts):
        raise AssertionError(f"{target.name}: {written} rows written, {sum(part.loaded for part in parts)} counted")
