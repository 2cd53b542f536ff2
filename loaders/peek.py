"""The header of a file and its first cells, whoever claims it."""

import io
from dataclasses import dataclass
from itertools import islice

from loaders import workbook
from loaders.encodings import encoding_of
from loaders.errors import LoadError
from loaders.records import records
from loaders.source import DELIMITERS, unique
from loaders.survey import Survey

ROWS = 200


@dataclass(frozen=True)
class Peek:
    """The first rows of a file as texts: {header text: cells}."""

    columns: dict[str, list[str]]

    def example(self, name: str) -> str:
        """A filled cell of a column, in quotes."""
        return repr(next((cell for cell in self.columns[name] if cell.strip()), ""))


def peek(file: str, found: Survey) -> Peek:
    """Header and first rows of a surveyed file. LoadError where there are none."""
    if found.kind == "parquet":
        import pyarrow.parquet as pq

        rows = pq.ParquetFile(found.copy)
        batch = next(rows.iter_batches(ROWS), None)
        table = batch.to_pydict() if batch else {name: [] for name in rows.schema_arrow.names}
        return Peek({name: ["" if cell is None else str(cell) for cell in cells] for name, cells in table.items()})
    if found.kind in ("xlsx", "xls"):
        sheet = max(workbook.sheets(file, found.copy).values(), key=len, default=None)
        if sheet is None:
            raise LoadError(file, "is a workbook without any filled cell")
        top = workbook.header_row(sheet)
        rows = [[workbook.plain(value) for value in row] for row in sheet[top : top + ROWS]]
        return _best("\n".join(row[0] for row in rows), "\n") if len(rows[0]) == 1 else _peek(rows)
    head = found.head.decode(encoding_of(file, found), "replace").lstrip("\ufeff")
    line_end = "\n" if "\n" in head else "\r"
    return _best(head, line_end)


def _best(head: str, line_end: str) -> Peek:
    """The reading under the delimiter that gives most columns."""
    return max(
        (_peek(_rows(head, line_end, delimiter)) for delimiter in DELIMITERS), key=lambda seen: len(seen.columns)
    )


def _rows(head: str, line_end: str, delimiter: str) -> list[list[str]]:
    lines = io.StringIO(head, newline=line_end)
    return [cells for _, cells, _, _ in islice(records(lines, delimiter), ROWS) if cells]


def _peek(rows: list[list[str]]) -> Peek:
    header, *others = rows or [[""]]
    whole = [row for row in others if len(row) == len(header)]
    return Peek({name: [row[index] for row in whole] for index, name in enumerate(unique(header))})
