"""Readings as flat rows, and text that no spreadsheet takes for a formula."""

import json

LEAD = ("=", "+", "-", "@", "\t", "\r", "\n")
FIELDS = ("value", "num", "den", "n", "ci_low", "ci_high", "ci_method", "status", "reason", "provisional", "currency")
SIDES = ("standing", "other")
TARGET = ("target", "alert", "band_low", "band_high", "outer_low", "outer_high", "verdict", "gap")
COMPARED = ["base", "base_num", "base_den", "base_n", "difference", "difference_low", "difference_high"]


def safe(cell):
    """Text that would start a formula gets an apostrophe before it; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(LEAD) else cell


def flat_rows(answer: dict) -> tuple[list[str], list[list]]:
    """Header and rows of a reading: one column per dimension, period and field; nested values as JSON text."""
    if "flips" in answer:
        return flipped(answer)
    if "columns" in answer:
        names = [column["name"] for column in answer["columns"]]
        cells = [[drilled(row, name) for name in names] + [row["sources"]] for row in answer["rows"]]
        return [*names, "sources"], [[_text(cell) for cell in row] for row in cells]
    dims = list(dict.fromkeys(name for row in answer["rows"] for name in row["slice"]))
    compared = any("difference" in row for row in answer["rows"])
    header = ["metric", "measure", "unit", "part", *dims, "period", "from", "to", *FIELDS]
    header += ["coverage", "excluded", *TARGET]
    header += COMPARED if compared else []
    units = {measure["measure"]: measure["unit"] for measure in answer["measures"]}
    return header, [_flat(answer["metric"], units, dims, row, compared) for row in answer["rows"]]


def flipped(answer: dict) -> tuple[list[str], list[list]]:
    """Header and rows of a reading of flips: components of both conventions side by side, empty where a row counts in
    one of them only."""
    names = [column["name"] for column in answer["columns"] if column["name"] not in SIDES]
    parts = list(dict.fromkeys(part for row in answer["rows"] for side in SIDES for part in row[side] or ()))
    header = [*names, *(f"{side}_{part}" for side in SIDES for part in parts)]
    sides = [[(row[side] or {}).get(part) for side in SIDES for part in parts] for row in answer["rows"]]
    return header, [[*(row[name] for name in names), *both] for row, both in zip(answer["rows"], sides, strict=True)]


def drilled(row: dict, name: str):
    """One cell of a drilled row; components lie in a dict of their own."""
    return row[name] if name in row else row["components"].get(name)


def _flat(metric: str, units: dict, dims: list[str], row: dict, compared: bool) -> list:
    period = row["period"] or {}
    low, high = row["ci"] or (None, None)
    values = {**row, "ci_low": low, "ci_high": high}
    unit = row.get("unit") or units[row["measure"]]
    found = [metric, row["measure"], unit, row["part"], *(row["slice"].get(name) for name in dims)]
    found += [period.get("label"), period.get("from"), period.get("to"), *(values.get(name) for name in FIELDS)]
    found += [_text(row["coverage"]), _text(row["excluded"]), *target_cells(row)]
    if compared:
        base, ends = row.get("base") or {}, row.get("difference_ci") or (None, None)
        found += [*(base.get(name) for name in ("value", "num", "den", "n")), row.get("difference"), *ends]
    return found


def target_cells(row: dict) -> list:
    """What a row is measured by and its verdict, in the order of TARGET; empty without a target."""
    found = row.get("target") or {}
    pairs = {name: found.get(name) or (None, None) for name in ("band", "outer")}
    ends = {f"{name}_{end}": pair[at] for name, pair in pairs.items() for at, end in enumerate(("low", "high"))}
    return [{**found, **ends}.get(name) for name in TARGET]


def _text(value):
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (dict, list, tuple)) else value
