"""Targets as a CSV that a spreadsheet can edit: a row each, a column `where <dimension>` for every dimension named."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from metrics.registry import UsageError
from reports.flat import LEAD, safe
from warehouse.targets import Target

NUMBERS = ("target", "alert", "band_low", "band_high", "outer_low", "outer_high")
DAYS = ("valid_from", "valid_to")
FIRST = ("metric", "measure", "part")
WHO = ("set_by", "set_at", "removed_by", "removed_at")
SLICE = "where "


def to_csv(targets: Iterable[Target]) -> str:
    """The targets as text with a header. Who set and removed them, and when, stands in the last columns and is
    not read back."""
    kept = [one.as_json() for one in targets]
    dims = sorted({dim for one in kept for dim in one["slice"]})
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow([*FIRST, *(SLICE + dim for dim in dims), *NUMBERS, *DAYS, *WHO])
    writer.writerows([safe(cell) for cell in _cells(one, dims)] for one in kept)
    return sink.getvalue()


def _cells(one: dict, dims: list[str]) -> list:
    pairs = [end for name in ("band", "outer") for end in (one[name] or (None, None))]
    numbers = [one["target"], one["alert"], *pairs]
    slices = [one["slice"].get(dim) for dim in dims]
    return [*(one[name] for name in FIRST), *slices, *numbers, *(one[name] for name in (*DAYS, *WHO))]


def from_csv(text: str) -> list[Target]:
    """The targets of such a text, not yet checked against metrics and data. A row with `removed_at` is history and
    passed over. Raises UsageError naming line and column."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    header = reader.fieldnames or []
    known = {*FIRST, *NUMBERS, *DAYS, *WHO}
    wrong = [name for name in header if name not in known and not name.startswith(SLICE)]
    lacking = [name for name in ("metric", "measure", "valid_from") if name not in header]
    if wrong or lacking:
        told = f"does not know the column {wrong[0]!r}" if wrong else f"needs the column {lacking[0]!r}"
        raise UsageError(f"a file of targets {told}; {', '.join([*FIRST, SLICE + 'DIM', *NUMBERS, *DAYS])}")
    rows = [(reader.line_num, {name: _plain(row[name]) for name in header}) for row in reader]
    return [_target(line, row) for line, row in rows if any(row.values()) and not row.get("removed_at")]


def _plain(cell: str | None) -> str:
    """The text that stood there before it was made safe to open."""
    text = (cell or "").strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(LEAD) else text


def _target(line: int, row: dict[str, str]) -> Target:
    numbers = {name: _read(line, name, row.get(name), float, "a number") for name in NUMBERS}
    days = {name: _read(line, name, row.get(name), date.fromisoformat, "a date as YYYY-MM-DD") for name in DAYS}
    if days["valid_from"] is None:
        raise UsageError(f"line {line}: valid_from is empty; a target needs the day from which it holds")
    slices = {name.removeprefix(SLICE): text for name, text in row.items() if name.startswith(SLICE) and text}
    return Target(
        metric=row["metric"],
        measure=row["measure"],
        part=row.get("part") or None,
        slice=tuple(sorted(slices.items())),
        target=numbers["target"],
        alert=numbers["alert"],
        band=_pair(line, "band", numbers),
        outer=_pair(line, "outer", numbers),
        **days,
    )


def _read(line: int, name: str, text: str | None, kind, what: str):
    try:
        return kind(text) if text else None
    except ValueError:
        raise UsageError(f"line {line}, {name}: {text!r} is not {what}") from None


def _pair(line: int, name: str, numbers: dict) -> tuple[float, float] | None:
    low, high = numbers[f"{name}_low"], numbers[f"{name}_high"]
    if (low is None) != (high is None):
        raise UsageError(f"line {line}: {name}_low and {name}_high stand together or not at all")
    return None if low is None else (low, high)
