"""Columns that could be read in two ways: refused with examples, never guessed."""

import re

import duckdb

from loaders import dates
from loaders.errors import LoadError
from loaders.numbers import literal
from loaders.rows import Part, raw_relation
from loaders.source import Source

SEPARATORS = ".,'\u2019 \u00a0\u202f"
LIKE_NUMBER = rf"[+-]?[0-9{SEPARATORS}]*[0-9][{SEPARATORS}][0-9{SEPARATORS}]*-?|[0-9.,]+-"
GROUPED = r"[+-]?[1-9]\d{0,2}\.\d{3}"
POINT = r"[+-]?(\d{4,}(\.\d+)?|0\.\d+|\d+\.(\d{1,2}|\d{4,}))"
SAMPLE = 2000


def refuse_doubtful(con: duckdb.DuckDBPyConnection, source: Source, part: Part) -> None:
    """LoadError where failed cells show that a whole column is written in a way the profile does not state."""
    if not part.rejected or not any(failure.doubt for failure in part.plan.failures):
        return
    rows = (
        con.cursor()
        .execute(f"""select failed.column, failed.doubt, list(distinct failed.value order by failed.value),
        min(line), any_value(failed.target)
        from (select line, unnest(failures) as failed from {part.rest} where ignored is null)
        where failed.doubt <> '' group by 1, 2""")
        .fetchall()
    )
    for column, doubt, values, line, target in rows:
        if doubt == "torn":
            _refuse_torn(con, source, part, column)
        elif doubt == "date":
            _refuse_unstated_dates(con, source, part, column, values, line, target)
        else:
            _refuse_unstated_numbers(con, source, column, values, line)


def _refuse_torn(con, source: Source, part: Part, column: str) -> None:
    found = (
        con.cursor()
        .execute(f"""select line, failed.value, failed.reason from
        (select line, unnest(failures) as failed from {part.rest}) where failed.column = {literal(column)}
        and starts_with(failed.reason, 'fits several') order by line limit 3""")
        .fetchall()
    )
    if found:
        examples = ", ".join(f"{value!r} in line {line}" for line, value, _ in found)
        raise LoadError(
            source.file, f"column {column!r} {found[0][2]}: {examples}; state the one that holds in {_place(source)}"
        )


def _place(source: Source) -> str:
    """Where a profile states how its columns are read."""
    return f"{source.profile.name}.toml, [object.{source.object.name}.table.columns]"


def _refuse_unstated_dates(
    con, source: Source, part: Part, column: str, values: list[str], line: int, target: str
) -> None:
    """Refused when more cells look like dates of another form than could be read."""
    con = con.cursor()
    cells = f"""(select trim(failed.value) as x from (select unnest(failures) as failed from {part.rest})
        where failed.column = {literal(column)} and failed.doubt = 'date')"""
    counts = ", ".join(f"count({dates.parse('x', (form,)).local})" for form in dates.CANDIDATES)
    fits = dict(zip(dates.CANDIDATES, con.execute(f"select {counts} from {cells}").fetchone(), strict=True))
    most = max(fits.values())
    read = (
        con.execute(f"select count({target}) from read_parquet({literal(str(part.file))})").fetchone()[0] if most else 0
    )
    if most and most >= read:
        forms = " or ".join(form for form, count in fits.items() if count == most)
        shown = ", ".join(map(repr, values[:3]))
        stated = f"state format = {forms} for {target} in {_place(source)}"
        offer = "write dates as 2026-01-05" if source.object.closed else stated
        raise LoadError(source.file, f"column {column!r} holds no ISO dates (line {line}: {shown}); {offer}")


def _refuse_unstated_numbers(con, source: Source, column: str, values: list[str], line: int) -> None:
    shown = [value for value in values if re.fullmatch(LIKE_NUMBER, value.strip(), re.ASCII)]
    if shown:
        _refuse_numbers(source.file, column, shown, line)


def _refuse_numbers(file: str, column: str, shown: list[str], line: int) -> None:
    examples = ", ".join(map(repr, shown[:3]))
    offer = 'state decimal = "." or decimal = "," and, if there are any, thousands'
    raise LoadError(
        file, f"column {column!r} holds numbers that can be read in two ways (line {line}: {examples}); {offer}"
    )


def refuse_grouped(con: duckdb.DuckDBPyConnection, source: Source, part: Part) -> None:
    """LoadError where every number of an unstated column that has a point looks like '1.234': thousands or decimals?

    One cell that can only be a decimal point, or only an ungrouped number, settles the column.
    """
    columns = sorted(
        {failure.column for failure in part.plan.failures if failure.doubt == "number"} & set(source.columns)
    )
    place = {column: f"trim(c{source.columns.index(column)})" for column in columns}
    raw = raw_relation(source)
    for relation in (f"select * from ({raw}) limit {SAMPLE}", raw):
        if not place:
            return
        counts = ", ".join(
            f"count(*) filter (where regexp_full_match({cell}, {literal(pattern)}))"
            for cell in place.values()
            for pattern in (POINT, GROUPED)
        )
        row = con.cursor().execute(f"select {counts} from ({relation})").fetchone()
        settled = dict(zip(place, zip(row[0::2], row[1::2], strict=True), strict=True))
        place = {column: cell for column, cell in place.items() if not settled[column][0]}
    for column, cell in place.items():
        if settled[column][1]:
            matching = f"where regexp_full_match({cell}, {literal(GROUPED)}) limit 3"
            found = con.cursor().execute(f"select line, {cell} from ({raw}) {matching}").fetchall()
            _refuse_numbers(source.file, column, [value for _, value in found], found[0][0])
