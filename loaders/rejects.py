"""Rejected rows: in the shape of the original file to be corrected there, and as issues to be told."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from loaders.numbers import literal
from loaders.rows import MOST_ISSUES, Part, raw_relation
from loaders.source import Source
from loaders.workbook import MARK

NUMBER = re.compile(r"[+-]?[\d.,]+")


def safe(text: str | None) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if not text:
        return ""
    text = text[2:] if text.startswith(MARK) else text
    return "'" + text if text[0] in "=+-@\t\r" and not NUMBER.fullmatch(text) else text


def write_rejects(con: duckdb.DuckDBPyConnection, source: Source, parts: list[Part], file: Path) -> None:
    """Write the rejected rows of one canonical table as CSV: the original columns, then line and reason.

    A row with too few or too many cells stands unsplit in the first column.
    """
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([*(safe(name.split("#")[0]) for name in source.header), "line", "reason"])
        for ragged in source.ragged:
            row = [ragged.text] + [""] * (source.width - 1)
            writer.writerow([*map(safe, row[: source.width]), ragged.line, ragged.reason])
        for part in parts:
            for line, reason, cells in _rows(con, source, part):
                writer.writerow([*map(safe, cells), line, reason])


def _rows(con, source: Source, part: Part) -> Iterator[tuple]:
    cells = ", ".join(f"c{index}" for index in range(source.width))
    listed = f"select line, [{cells}] as cells from ({raw_relation(source)}) semi join {part.rest} as rest using (line)"
    quote = literal("'")
    told = f"concat_ws(' ', item.column || ':', {quote} || item.value || {quote}, item.reason)"
    reasons = f"array_to_string(list_transform(failures, lambda item: {told}), '; ')"
    rejected = f"select line, cells, {reasons} as reason from {part.rest} where ignored is null"
    query = con.cursor().execute(f"""select line, reason, coalesce(rest.cells, raw.cells)
        from ({rejected}) as rest left join ({listed}) as raw using (line) order by line""")
    while rows := query.fetchmany(10_000):
        yield from rows


def issues(con: duckdb.DuckDBPyConnection, source: Source, part: Part) -> list[dict]:
    """The first thousand rejected cells as {line, column, value, reason}, in the order of the file."""
    query = f"""select line, failed.column, failed.value, failed.reason from
        (select line, unnest(failures) as failed from {part.rest} where ignored is null)
        order by line limit {MOST_ISSUES}"""
    rows = con.cursor().execute(query).fetchall() if part.rejected else []
    found = [dict(zip(("line", "column", "value", "reason"), row, strict=True)) for row in rows]
    found += [
        {"line": ragged.line, "column": None, "value": ragged.text[:200], "reason": ragged.reason}
        for ragged in source.ragged[:MOST_ISSUES]
    ]
    if part.rows_in == 0:
        found.append({"line": None, "column": None, "value": None, "reason": "the file holds a header and no rows"})
    return sorted(found, key=lambda issue: issue["line"] or 0)[:MOST_ISSUES]
