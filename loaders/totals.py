"""What a load proves about its amounts, and which texts it took for missing."""

from decimal import Decimal
from pathlib import Path

import duckdb

from loaders.cells import fits
from loaders.numbers import literal
from loaders.rows import Part, raw_relation
from loaders.source import Source, path_sql


def control_totals(con: duckdb.DuckDBPyConnection, relation: str, types: dict[str, str]) -> dict[str, str]:
    """The sum of every money column (to the cent) and quantity column over loaded rows, as decimal text."""
    summed = {name: kind for name, kind in types.items() if kind in ("money", "qty")}
    if not summed:
        return {}
    sums = ", ".join(f'sum("{name}")' for name in summed)
    row = con.cursor().execute(f"select {sums} from ({relation})").fetchone()
    return {
        name: _shown(total, kind) for (name, kind), total in zip(summed.items(), row, strict=True) if total is not None
    }


def _shown(total: Decimal, kind: str) -> str:
    if kind == "money":
        return f"{total:.2f}"
    text = f"{total:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sentinels(con: duckdb.DuckDBPyConnection, source: Source, part: Part) -> dict[str, dict[str, int]]:
    """How often each text that means missing stands in each column of the file: {column: {text or pattern: count}}."""
    null = _missing(source, part)
    if not null or part.loaded == source.rows and not _has_nulls(con, part.file):
        return {}
    named = {column: _named(_cell(source, column), *kinds) for column, kinds in null.items()}
    raw = raw_relation(source)
    counts = ", ".join(f"count({sql})" for sql in named.values())
    row = con.cursor().execute(f"select {counts} from ({raw})").fetchone()
    found: dict[str, dict[str, int]] = {}
    for (column, sql), count in zip(named.items(), row, strict=True):
        if count:
            each = f"select {sql} as x, count(*) from ({raw}) where x is not null group by 1"
            found[column] = dict(sorted(con.cursor().execute(each).fetchall()))
    return found


def _missing(source: Source, part: Part) -> dict[str, tuple[set[str], set[str]]]:
    """The texts and the patterns that mean missing, by column of the file."""
    null: dict[str, tuple[set[str], set[str]]] = {}
    for way in (way for mapping in part.table.columns.values() for way in mapping.ways):
        for column in way.columns:
            if (way.null or way.null_like) and column in source.columns:
                texts, patterns = null.setdefault(column, (set(), set()))
                texts.update(way.null)
                patterns.update(way.null_like)
    return null


def _named(cell: str, texts: set[str], patterns: set[str]) -> str:
    """The text or the pattern a cell is missing by, NULL where it is not."""
    cases = [f"when {cell} in ({', '.join(map(literal, sorted(texts)))}) then {cell}"] if texts else []
    cases += [f"when {fits(cell, pattern)} then {literal(pattern)}" for pattern in sorted(patterns)]
    return f"case {' '.join(cases)} end"


def _cell(source: Source, column: str) -> str:
    return f"trim(c{source.columns.index(column)})"


def _has_nulls(con, file: Path) -> bool:
    """Whether any column of a Parquet file has a NULL, by its own statistics."""
    any_null = "coalesce(bool_or(stats_null_count is null or stats_null_count > 0), false)"
    return con.cursor().execute(f"select {any_null} from parquet_metadata({path_sql(file)})").fetchone()[0]
