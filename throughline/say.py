"""What a command prints: results to stdout, everything else to stderr."""

import json
import sys
from collections.abc import Iterable, Sequence


def document(value) -> None:
    """One JSON document on stdout. NaN and infinity are refused, dates become ISO text."""
    print(json.dumps(value, ensure_ascii=False, allow_nan=False, default=str, indent=1))


def either(json: bool, value, text: str) -> None:
    """The result of a command: a JSON document where that was asked for, else a line."""
    if json:
        document(value)
    else:
        line(text)


def line(text: str = "") -> None:
    """One line of the result."""
    print(text)


def note(text: str) -> None:
    """Progress, warnings and errors: stderr."""
    print(text, file=sys.stderr, flush=True)


def progress(file: str, share: float, what: str) -> None:
    """How far a file is: one line that rewrites itself on a terminal, else one line when the file is done."""
    if sys.stderr.isatty():
        print(f"\r\033[K{file}: {what} {share:.0%}", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
    elif share >= 1:
        note(f"{file}: {what}")


def table(header: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[str] = ()) -> None:
    """Columns aligned by the widest cell; those named in `right` are set flush right."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max([len(name)] + [len(row[at]) for row in cells]) for at, name in enumerate(header)]
    flush = {at for at, name in enumerate(header) if name in set(right)}
    for row in [list(header), *cells]:
        places = enumerate(zip(row, widths, strict=True))
        padded = [cell.rjust(width) if at in flush else cell.ljust(width) for at, (cell, width) in places]
        print("  ".join(padded).rstrip())
