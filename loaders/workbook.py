"""XLSX: rows of a sheet as texts, with a mark on cells that Excel itself holds as numbers, dates or booleans."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from loaders.errors import LoadError
from loaders.records import BATCH, Ragged, flush

MARK = "\x1f"
NUMBER, DAY, TRUTH = MARK + "n", MARK + "d", MARK + "b"


def sheets(file: str, copy: Path) -> dict[str, list[list[object]]]:
    """Every sheet's rows by name, empty sheets left out; row n of the list stands in row n + 1 of the sheet."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(copy))
        found = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise LoadError(file, f"is no readable workbook ({error}); save it again as XLSX or CSV") from error
    return {name: rows for name, rows in found.items() if any(map(any, rows))}


def cell(value: object) -> str:
    """A cell as text. Texts stay as they are; typed cells are marked so that no locale is applied to them."""
    if isinstance(value, str):
        return value.replace(MARK, "")
    if isinstance(value, bool):
        return TRUTH + ("true" if value else "false")
    if isinstance(value, int | float):
        return NUMBER + (str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value))
    if isinstance(value, datetime):
        return DAY + (value.date().isoformat() if value.time() == time() else value.isoformat(" ", "microseconds"))
    if isinstance(value, date):
        return DAY + value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def header_row(rows: list[list[object]]) -> int:
    """Index of the first row that holds anything."""
    return next(index for index, row in enumerate(rows) if any(value not in ("", None) for value in row))


def write_sheet(rows: list[list[object]], width: int, target: Path) -> tuple[int, list[Ragged]]:
    """Like records.write_rows for the rows below the header of a sheet. Empty rows are no records."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("line", pa.int64())] + [(f"c{index}", pa.string()) for index in range(width)])
    ragged: list[Ragged] = []
    batch: list[tuple] = []
    written = 0
    with pq.ParquetWriter(target, schema, compression="snappy") as writer:
        for line, cells in _below(rows):
            if any(cells[width:]):
                plain = "\t".join(text[2:] if text.startswith(MARK) else text for text in cells)
                ragged.append(Ragged(line, plain, f"a cell stands right of the {width} columns of the header"))
            else:
                batch.append((line, *(cells + [""] * width)[:width]))
            if len(batch) == BATCH:
                written += flush(writer, schema, batch)
        written += flush(writer, schema, batch)
    return written, ragged


def _below(rows: list[list[object]]) -> Iterator[tuple[int, list[str]]]:
    for index in range(header_row(rows) + 1, len(rows)):
        cells = [cell(value) for value in rows[index]]
        if any(cells):
            yield index + 1, cells


def plain(value: object) -> str:
    """A cell as text without its mark."""
    text = cell(value)
    return text[2:] if text.startswith(MARK) else text
