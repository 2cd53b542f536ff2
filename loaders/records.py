"""The exact reading of delimited text: every record with the line it starts on, every bad one alone.

Slower than DuckDB's reader and taken only where that one cannot vouch for line numbers: embedded newlines, rows with
too few or too many cells, quotes gone wrong.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BATCH = 20_000
MOST_LINES = 10_000
LARGEST_CELL = 1 << 24


@dataclass
class Ragged:
    """A record that does not fit the header: its line, the text as it stands there, what is wrong."""

    line: int
    text: str
    reason: str


class _Lines:
    """Physical lines with their numbers; lines of a broken record can be given back."""

    def __init__(self, source: Iterator[str]):
        self.source, self.back, self.taken, self.number = source, [], [], 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise csv.Error("a quote is opened and not closed")
        line = self.back.pop() if self.back else next(self.source)
        self.taken.append(line)
        self.number += 1
        return line

    def give_back(self) -> str:
        """Keep only the first line of the record as taken; the others are read again."""
        first, *others = self.taken
        self.back.extend(reversed(others))
        self.number -= len(others)
        return first


def records(source: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str] | None, list[str], str]]:
    """Records as (line, cells, physical lines, fault); cells is None where the quotes of the record make no sense."""
    csv.field_size_limit(LARGEST_CELL)
    lines = _Lines(source)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken = []
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield start, None, [lines.give_back()], _fault(str(error))
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if cells:
            yield start, cells, lines.taken, ""


def _fault(error: str) -> str:
    if "new-line character" in error:
        return "a lone carriage return stands outside quotes"
    return "the quotes do not pair up" if "limit" not in error else "a cell is larger than 16 MB"


def read_records(text: Path, line_end: str) -> Iterator[str]:
    """Physical lines of a UTF-8 text file."""
    with text.open(encoding="utf-8-sig", newline=line_end) as source:
        yield from source


def write_rows(text: Path, line_end: str, delimiter: str, width: int, target: Path) -> tuple[int, list[Ragged]]:
    """Write the records after the header as texts c0.. with their line to a Parquet file.

    Returns how many were written, and the records that have not exactly `width` cells.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("line", pa.int64())] + [(f"c{index}", pa.string()) for index in range(width)])
    ragged: list[Ragged] = []
    batch: list[tuple] = []
    written = 0
    source = records(read_records(text, line_end), delimiter)
    next(source)
    with pq.ParquetWriter(target, schema, compression="snappy") as writer:
        for line, cells, physical, fault in source:
            if cells is not None and len(cells) == width:
                batch.append((line, *cells))
            else:
                fault = fault or f"{len(cells)} cells where the header has {width}"
                ragged.append(Ragged(line, "".join(physical).rstrip("\r\n"), fault))
            if len(batch) == BATCH:
                written += flush(writer, schema, batch)
        written += flush(writer, schema, batch)
    return written, ragged


def flush(writer, schema, batch: list[tuple]) -> int:
    """Write the collected rows by a ParquetWriter and empty the batch; returns how many there were."""
    import pyarrow as pa

    size = len(batch)
    if size:
        arrays = [pa.array(column, field.type) for column, field in zip(zip(*batch, strict=True), schema, strict=True)]
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        batch.clear()
    return size
