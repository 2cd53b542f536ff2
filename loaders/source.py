"""A file opened as a relation: `line` and the cells c0.. as texts, whatever it was before.

Text is read by DuckDB where every line is one record; where line numbers or cells are in doubt it is read again,
record by record (records.py).
"""

import io
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from loaders import workbook
from loaders.claims import Claim, choose, claim, labelled
from loaders.encodings import as_utf8, encoding_of
from loaders.errors import LoadError, Unclaimed
from loaders.model import Profile
from loaders.numbers import literal
from loaders.records import Ragged, records, write_rows
from loaders.survey import Survey, TextFacts

DELIMITERS = (",", ";", "\t", "|")
READ = "auto_detect=false, header=true, quote='\"', escape='\"', nullstr='', max_line_size=16777216"


@dataclass
class Source:
    """An opened file. `rows` counts its records without the ragged ones; `exact` says its lines are beyond doubt;
    `aside` are the filled sheets of a workbook that nobody knows."""

    file: str
    profile: Profile
    object: object
    header: tuple[str, ...]
    columns: tuple[str, ...]
    relation: str
    rows: int
    ragged: list[Ragged] = field(default_factory=list)
    typed: bool = False
    exact: bool = True
    encoding: str = ""
    text: tuple[Path, TextFacts, str] | None = None
    aside: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return len(self.header)


def unique(names: list[str]) -> tuple[str, ...]:
    """Header texts without outer blanks; the second of a name is name#2, and so on."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        name = " ".join(name.replace("\ufeff", "").replace("\u00a0", " ").split())
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(found)


def path_sql(path: Path) -> str:
    """A path for DuckDB's readers, which would take its brackets and stars for patterns."""
    return literal("".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path)))


def open_source(
    con: duckdb.DuckDBPyConnection, file: str, found: Survey, known: dict[str, Profile], work: Path
) -> Source:
    """Open a surveyed file and find the profile that claims it. LoadError where it cannot be read or claimed."""
    if found.kind == "parquet":
        return _parquet(con, file, found, known)
    if found.kind in ("xlsx", "xls"):
        return _workbook(con, file, found, known, work)
    return _text(file, found, known, work)


# ---------------------------------------------------------------------- text


def _text(file: str, found: Survey, known: dict[str, Profile], work: Path) -> Source:
    encoding = encoding_of(file, found)
    head = found.head.decode(encoding, "replace")
    delimiter, names, header_lines = _header(file, head, len(found.head) == found.size, known)
    claim = choose(file, names, known)
    encoding = encoding_of(file, found, claim[1].encoding)
    return _open_text(file, *as_utf8(file, found, encoding, work), delimiter, names, header_lines, claim, encoding)


def _header(file: str, head: str, whole: bool, known: dict[str, Profile]) -> tuple[str, tuple[str, ...], bool]:
    """(delimiter, names, whether the header is just line 1), by the delimiter under which somebody claims the file."""
    line_end = "\n" if "\n" in head else "\r"
    if not head.strip("\ufeff \t\r\n"):
        raise LoadError(file, "holds nothing but blanks: there is not even a header; export it again")
    if not whole and line_end not in head:
        raise LoadError(file, "has no line end in its first 64 kB: it is no delimited text file")
    found = []
    for delimiter in DELIMITERS:
        lines = iter(io.StringIO(head.lstrip("\ufeff"), newline=line_end))
        start, cells, physical, fault = next(records(lines, delimiter), (1, None, [], "no record"))
        if cells is not None:
            found.append((delimiter, unique(cells), start == 1 and len(physical) == 1))
    if not found:
        raise LoadError(file, f"has a header that cannot be read: {fault}")
    claimed = [entry for entry in found if claim(entry[1], known)]
    return claimed[0] if claimed else max(found, key=lambda entry: len(entry[1]))


def _open_text(
    file,
    text: Path,
    facts: TextFacts,
    delimiter: str,
    names: tuple[str, ...],
    one_line: bool,
    claim: Claim,
    encoding: str,
) -> Source:
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(names)))
    read = f"read_csv({path_sql(text)}, columns={{{columns}}}, delim={literal(delimiter)}, {READ})"
    source = Source(
        file=file,
        profile=claim[0],
        object=claim[1],
        header=names,
        columns=labelled(names, claim[1]),
        relation=f"select row_number() over () + 1 as line, * from {read}",
        rows=facts.lines - 1,
        exact=False,
        encoding=encoding,
        text=(text, facts, delimiter),
    )
    return source if facts.plain and one_line and len(names) > 1 else exactly(source)


def exactly(source: Source) -> Source:
    """The same text read record by record; nothing is in doubt any more."""
    text, facts, delimiter = source.text
    target = text.with_name("rows.parquet")
    rows, ragged = write_rows(text, facts.line_end, delimiter, source.width, target)
    return replace(
        source, relation=f"select * from read_parquet({path_sql(target)})", rows=rows, ragged=ragged, exact=True
    )


# ---------------------------------------------------------------------- workbooks and Parquet


def _workbook(con, file: str, found: Survey, known: dict[str, Profile], work: Path) -> Source:
    sheets = workbook.sheets(file, found.copy)
    if not sheets:
        raise LoadError(file, "is a workbook without any filled cell")
    headers = {name: rows[workbook.header_row(rows)] for name, rows in sheets.items()}
    names = {name: unique([workbook.plain(value) for value in _trimmed(row)]) for name, row in headers.items()}
    chosen = _one_of(file, [name for name, header in names.items() if claim(header, known)])
    if chosen is None:
        if (text := _as_text(file, sheets, known, work)) is not None:
            return text
        raise _unknown(file, names, known)
    claimed = choose(file, names[chosen], known)
    target = work / "rows.parquet"
    rows, ragged = workbook.write_sheet(sheets[chosen], len(names[chosen]), target)
    relation = f"select * from read_parquet({path_sql(target)})"
    columns = labelled(names[chosen], claimed[1])
    aside = _others(sheets, chosen)
    return Source(file, *claimed, names[chosen], columns, relation, rows, ragged, typed=True, aside=aside)


def _unknown(file: str, names: dict[str, tuple[str, ...]], known: dict[str, Profile]) -> Unclaimed:
    """Why no sheet is known, by the one that comes near, else by the widest."""
    missed = []
    for header in sorted(names.values(), key=len, reverse=True):
        try:
            choose(file, header, known)
        except Unclaimed as error:
            missed.append(error)
    told = next((error for error in missed if error.near), missed[0])
    return Unclaimed(file, f"none of its sheets ({', '.join(names)}) is known: {told.message}", told.near)


def _one_of(file: str, known: list[str]) -> str | None:
    """The one sheet that somebody knows. LoadError where there are several: a load is one table."""
    if len(known) > 1:
        raise LoadError(file, f"has several sheets that profiles know ({', '.join(known)}); save each as its own file")
    return known[0] if known else None


def _others(sheets: dict[str, list[list[object]]], chosen: str) -> tuple[str, ...]:
    return tuple(name for name in sheets if name != chosen)


def _trimmed(row: list[object]) -> list[object]:
    """A header without the empty cells at its right end."""
    last = max(index for index, value in enumerate(row) if value not in ("", None))
    return row[: last + 1]


def _as_text(file: str, sheets: dict[str, list[list[object]]], known: dict[str, Profile], work: Path) -> Source | None:
    """A sheet that holds a whole delimited text in its first column, line by line, opened as that text."""
    found = {}
    for name, rows in sheets.items():
        if any(any(row[1:]) for row in rows) or workbook.header_row(rows) > 0:
            continue
        body = "".join(workbook.plain(row[0]).replace("\n", " ") + "\n" for row in rows).encode()
        layout = _header("sheet", body[: 1 << 16].decode("utf-8", "replace"), True, known)
        if claim(layout[1], known):
            found[name] = body, layout
    chosen = _one_of(file, list(found))
    if chosen is None:
        return None
    body, (delimiter, names, one_line) = found[chosen]
    text, facts = work / "text.csv", TextFacts()
    facts.feed(body)
    text.write_bytes(body)
    source = _open_text(file, text, facts, delimiter, names, one_line, choose(file, names, known), "utf-8")
    return replace(source, aside=_others(sheets, chosen))


def _parquet(con, file: str, found: Survey, known: dict[str, Profile]) -> Source:
    read = f"read_parquet({path_sql(found.copy)}, file_row_number=true)"
    try:
        described = con.cursor().execute(f"describe select * from {read}").fetchall()
        rows = con.cursor().execute(f"select count(*) from {read}").fetchone()[0]
    except duckdb.Error as error:
        raise LoadError(file, f"is no readable Parquet file ({str(error).splitlines()[0]})") from error
    fields = [(name, kind) for name, kind, *_ in described if name != "file_row_number"]
    names = unique([name for name, _ in fields])
    claimed = choose(file, names, known)
    cells = ", ".join(f"{_parquet_cell(name, kind)} as c{index}" for index, (name, kind) in enumerate(fields))
    relation = f"select file_row_number + 2 as line, {cells} from {read}"
    return Source(file, *claimed, names, labelled(names, claimed[1]), relation, rows, typed=True)


def _parquet_cell(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    if kind == "VARCHAR":
        return column
    if kind == "BOOLEAN":
        return f"{literal(workbook.TRUTH)} || {column}::varchar"
    if kind.startswith(("DATE", "TIMESTAMP")):
        return f"{literal(workbook.DAY)} || {column}::varchar"
    if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")) or kind.endswith(("INT", "INTEGER")):
        return f"{literal(workbook.NUMBER)} || {column}::varchar"
    return f"{column}::varchar"
