"""Compared rows with what each slice adds to the difference of the whole."""

import math

from metrics import composition
from metrics.composition import Part
from metrics.registry import Measure

SUMS = ("currency", "count")


def composed(rows: list[dict], measure: Measure) -> list[dict]:
    """Compared rows of one measure: the whole with its parts within and mix, then slices by what they add. Rows whose
    slices do not add up to the whole (or cannot) stay as they are, with the reason on the whole."""
    whole = next((row for row in rows if not row["slice"] and row["part"] is None), None)
    slices = [row for row in rows if row["slice"] and row["part"] is None]
    if whole is None or whole["difference"] is None or not slices:
        return rows
    parts = _parts(slices, measure)
    if not parts:
        return rows
    if not math.isclose(
        sum(part.contribution for part in parts.values()), whole["difference"], abs_tol=1e-9, rel_tol=1e-9
    ):
        told = {**whole, "reason": whole["reason"] or "slices overlap: no split of the difference"}
        return [told if row is whole else row for row in rows]
    others = [row for row in rows if row not in slices and row is not whole]
    sliced = [{**row, **_told(parts[_slice(row)])} for row in slices]
    sliced.sort(key=lambda row: -abs(row["contribution"]))
    return [whole, *_effects(whole, parts), *others, *sliced]


def _parts(slices: list[dict], measure: Measure) -> dict[object, Part]:
    sides = [{_slice(row): row for row in slices}, {_slice(row): row["base"] for row in slices if row["base"]}]
    if measure.finish is None and measure.unit not in SUMS:
        counts = [{key: (row["num"] or 0, row["den"] or 0) for key, row in side.items()} for side in sides]
        return composition.of_ratio(*counts)
    if measure.additive and measure.unit in SUMS:
        return composition.of_sum(*({key: row["value"] or 0.0 for key, row in side.items()} for side in sides))
    return {}


def _slice(row: dict) -> tuple:
    return tuple(sorted(row["slice"].items()))


def _told(part: Part) -> dict:
    split = {} if part.within is None else {"within": part.within, "mix": part.mix}
    return {"contribution": part.contribution, **split}


def _effects(whole: dict, parts: dict[object, Part]) -> list[dict]:
    """The whole's difference in two rows: what slices did themselves, and what their weights did."""
    if any(part.within is None for part in parts.values()):
        return []
    plain = {"num": None, "den": None, "ci": None, "ci_method": None, "base": None, "difference_ci": None}
    found = []
    for name in ("within", "mix"):
        value = sum(getattr(part, name) for part in parts.values())
        found.append({**whole, **plain, "part": name, "value": value, "difference": value})
    return found
