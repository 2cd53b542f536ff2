"""Targets in words and lines: what a number is to reach, whether it did, and the line in a trend that says so."""

from collections.abc import Sequence
from dataclasses import replace

from charts.numbers import change, written
from charts.spec import ChartSpec, Reference, Series

# the tone is a colour, the mark and the word say the same without one
TONES = {"met": "good", "near": "near", "missed": "bad", None: "flat"}
MARKS = {"met": "✓", "near": "!", "missed": "✕"}
WHY = {
    "insufficient": "too few rows to judge",
    "not_available": "not available",
    "provisional": "not judged yet: may still change",
}


def aim(found: dict, unit: str, currency: str | None = None) -> str:
    """What is to be reached: at least 95.0 %, at most 5.0 d, 75.0 % to 90.0 %; of a slice its members too."""
    said = [written(end, unit, currency) for end in found["band"] or (found["target"],)]
    words = {"up": "at least ", "down": "at most "}.get(found["better"], "") + " to ".join(said)
    members = ", ".join(found["slice"].values())
    return f"{words} ({members})" if members else words


def verdict(row: dict, unit: str) -> str:
    """met, near or missed with the distance and whether that may be chance; why there is none; empty without target."""
    found = row.get("target")
    if not found:
        return ""
    if not found["verdict"]:
        return WHY.get(found["reason"], found["reason"])
    off = "" if found["verdict"] == "met" else f", {change(found['gap'], unit, row['currency'])}"
    chance = ", within chance" if found["clear"] is False else ""
    return f"{found['verdict']}{off}{chance}"


def word(row: dict) -> str:
    """The verdict alone, as it stands beside a point: target missed. Empty where there is none."""
    found = (row.get("target") or {}).get("verdict")
    return f"target {found}" if found else ""


def tone(row: dict | None) -> str:
    """good, near, bad or flat: the colour that goes with the verdict's word."""
    found = (row or {}).get("target")
    return TONES[found["verdict"] if found else None]


def sentence(row: dict | None, unit: str) -> str:
    """Verdict and target in one line: ✕ missed, −2.3 pp, target at least 95.0 %. Empty without a target."""
    found = (row or {}).get("target")
    if not found:
        return ""
    mark = MARKS.get(found["verdict"])
    word = " ".join(filter(None, (mark, verdict(row, unit))))
    return f"{word}, target {aim(found, unit, row['currency'])}"


def drawn(spec: ChartSpec, rows: Sequence[dict | None]) -> ChartSpec:
    """A trend with its targets: one line each where they are the same in every period, else a dashed series, and a
    sentence with how often they were met. `rows` are those of the first series, in the order of the periods."""
    found = [(row or {}).get("target") for row in rows]
    here = [one for one in found if one]
    if not here:
        return spec
    ends = [_ends(one) for one in found]
    told = [*spec.notes, _counted(here, spec)]
    if len({pair for pair in ends if pair}) > 1:
        return replace(spec, series=(*spec.series, *_series(ends)), notes=tuple(told))
    names = ("target",) if here[0]["band"] is None else ("target, low", "target, high")
    lines = [Reference(value, name) for value, name in zip(_ends(here[0]), names, strict=True)]
    return replace(spec, references=(*spec.references, *lines), notes=tuple(told))


def _ends(one: dict | None) -> tuple[float, ...]:
    return () if one is None else tuple(one["band"] or (one["target"],))


def _series(ends: list[tuple[float, ...]]) -> list[Series]:
    count = max(map(len, ends))
    names = ("Target",) if count == 1 else ("Target, low", "Target, high")
    lines = [tuple(pair[at] if pair else None for pair in ends) for at in range(count)]
    return [Series(name, line, dash=True, role="axis") for name, line in zip(names, lines, strict=True)]


def _counted(here: list[dict], spec: ChartSpec) -> str:
    """How the judged periods stand against the newest target."""
    given = [one["verdict"] for one in here if one["verdict"]]
    counts = [f"{name} in {given.count(name)}" for name in MARKS if name in given]
    words = f"{', '.join(counts)} of {len(given)} judged periods" if given else "no period can be judged yet"
    return f"Target {aim(here[-1], spec.unit, spec.currency)}: {words}."
