"""Columns that could be read in two ways: refused with examples, never guessed."""

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
SHOWN = 3


def refuse_doubtful(con: duckdb.DuckDBPyConnection, source: Source, part: Part) -> None:
    """LoadError where failed cells show that a whole column is written in a way the profile does not state."""
    if not part.rejected or not any(failure.doubt for failure in part.plan.failures):
        return
    rows = (
        con.cursor()
        .execute(f"""select failed.column, failed.doubt, any_value(failed.target)
        from (select line, unnest(failures) as failed from {part.rest} where ignored is null)
        where failed.doubt <> '' group by 1, 2 order by min(line), 1""")
        .fetchall()
    )
    for column, doubt, target in rows:
        if doubt == "torn":
            _refuse_torn(con, source, part, column)
        elif doubt == "date":
            _refuse_unstated_dates(con, source, part, column, target)
        else:
            _refuse_unstated_numbers(con, source, part, column, target)


def _refuse_torn(con, source: Source, part: Part, column: str) -> None:
    torn = f"""select failed.reason from (select line, unnest(failures) as failed from {part.rest})
        where failed.column = {literal(column)} and starts_with(failed.reason, 'fits several') order by line limit 1"""
    if found := con.cursor().execute(torn).fetchone():
        shown = _examples(con, part, column, f"failed.reason = {literal(found[0])}")
        stated = f"state the one that holds in {_place(source)}"
        raise LoadError(source.file, f"column {column!r} {found[0]}: {_told(shown)}; {stated}")


def _examples(con, part: Part, column: str, condition: str) -> list[tuple[str, int]]:
    """The first failed cells of a column with the line of each, every text once."""
    return (
        con.cursor()
        .execute(f"""select failed.value, min(line) as line
        from (select line, unnest(failures) as failed from {part.rest} where ignored is null)
        where failed.column = {literal(column)} and {condition} group by 1 order by 2 limit {SHOWN}""")
        .fetchall()
    )


def _told(examples: list[tuple[str, int]]) -> str:
    return ", ".join(f"{value!r} in line {line}" for value, line in examples)


def _place(source: Source) -> str:
    """Where a profile states how its columns are read."""
    return f"{source.profile.name}.toml, [object.{source.object.name}.table.columns]"


def _refuse_unstated_dates(con, source: Source, part: Part, column: str, target: str) -> None:
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
        shown = _told(_examples(con, part, column, "failed.doubt = 'date'"))
        stated = f"state format = {forms} for {target} in {_place(source)}"
        offer = "write dates as 2026-01-05" if source.object.closed else stated
        raise LoadError(source.file, f"column {column!r} holds no ISO dates ({shown}); {offer}")


def _refuse_unstated_numbers(con, source: Source, part: Part, column: str, target: str) -> None:
    like = f"failed.doubt = 'number' and regexp_full_match(trim(failed.value), {literal(LIKE_NUMBER)})"
    if shown := _examples(con, part, column, like):
        _refuse_numbers(source, column, target, shown)


def _refuse_numbers(source: Source, column: str, target: str, shown: list[tuple[str, int]]) -> None:
    stated = 'state decimal = "." or decimal = "," and, if there are any, thousands'
    offer = f"{stated} for {target} in {_place(source)}, or give a profile that does: --profile FILE.toml"
    message = f"column {column!r} holds numbers that can be read in two ways ({_told(shown)}); {offer}"
    raise LoadError(source.file, message)


def refuse_grouped(con: duckdb.DuckDBPyConnection, source: Source, part: Part) -> None:
    """LoadError where every number of an unstated column that has a point looks like '1.234': thousands or decimals?

    One cell that can only be a decimal point, or only an ungrouped number, settles the column.
    """
    doubted = {failure.column: failure.target for failure in part.plan.failures if failure.doubt == "number"}
    place = {column: f"trim(c{source.columns.index(column)})" for column in sorted(doubted) if column in source.columns}
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
            matching = f"where regexp_full_match({cell}, {literal(GROUPED)}) group by 1 order by 2 limit {SHOWN}"
            found = con.cursor().execute(f"select {cell}, min(line) from ({raw}) {matching}").fetchall()
            _refuse_numbers(source, column, doubted[column], found)
