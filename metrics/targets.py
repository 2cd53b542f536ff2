"""What a number is measured by: the targets people set, put beside the rows of a reading by one rule for everyone."""

from collections.abc import Iterable, Mapping
from datetime import date
from math import isclose

from metrics.registry import catalogue
from warehouse.targets import Target

UNJUDGED = ("insufficient", "not_available")
# a sum depends on how much is in scope, so a target for the whole says nothing about a slice
SUMS = ("currency", "count")
# how an interval is made changes no value
SAME_VALUE = ("interval",)


def judged(doc: dict, targets: Iterable[Target]) -> dict:
    """The document of a reading with `target` on every row, and `targets`, those that stand on one of them.

    A row's target is null or {id, target, alert, band, outer, better, valid_from, valid_to, slice, verdict, gap, clear,
    reason}. verdict is met, near (not met, but not beyond `alert` or `outer`) or missed; null with a reason for a row
    that is insufficient, not available or provisional, and for a reading of another convention than the standing one.
    `gap` is value - target, of a band the distance to it (0 inside). `clear` says whether the row's interval lies on
    one side of the target (of both ends of the band), null without one. A target holds for a row of its part whose
    slice and filters it names a part of (of a sum: exactly), and whose period ends within its validity; of several the
    one that names most dimensions, then the one set last. Drilled rows and flips are handed back as they came.
    """
    if "columns" in doc:
        return doc
    own = [one for one in targets if one.metric == doc["metric"]]
    measures = {told["measure"]: told for told in doc["measures"]}
    changed = _changed(doc)
    used: dict[int | None, Target] = {}
    rows = []
    for row in doc["rows"]:
        told = measures[row["measure"]]
        one = _closest(own, doc, row, told["unit"])
        used |= {one.id: one} if one else {}
        rows.append({**row, "target": one and _said(one, row, told["better"], changed)})
    kept = [one.as_json() for _, one in sorted(used.items(), key=lambda pair: pair[0] or 0)]
    return {**doc, "rows": rows, "targets": kept}


def _closest(targets: list[Target], doc: dict, row: dict, unit: str) -> Target | None:
    where = {**doc["scope"]["where"], **{dim: [member] for dim, member in row["slice"].items()}}
    day = _end(doc, row)
    fit = [one for one in targets if (one.measure, one.part) == (row["measure"], row["part"])]
    fit = [one for one in fit if day and one.valid_from <= day <= (one.valid_to or date.max)]
    fit = [one for one in fit if _covers(one, where, unit in SUMS)]
    return max(fit, key=lambda one: (len(one.slice), one.id or 0), default=None)


def _covers(one: Target, where: Mapping, exactly: bool) -> bool:
    held = all([member] == list(where.get(dim, ())) for dim, member in one.slice)
    return held and (not exactly or len(one.slice) == len(where))


def _end(doc: dict, row: dict) -> date | None:
    """The day that decides: the last of the row's period, else of the reading's."""
    found = (row["period"] or {}).get("to") or doc["scope"].get("to") or doc["as_of"]
    return date.fromisoformat(found) if found else None


def _changed(doc: dict) -> str | None:
    """The conventions of a reading that are not the standing ones, in words."""
    metric = catalogue().get(doc["metric"])
    params = {} if metric is None else metric.params
    other = [f"{name}={value}" for name, value in doc["params"].items() if _differs(params, name, value)]
    return f"set for the standing convention, not {', '.join(other)}" if other else None


def _differs(params: Mapping, name: str, value) -> bool:
    return name in params and name not in SAME_VALUE and params[name].default != value


def _said(one: Target, row: dict, better: str | None, changed: str | None) -> dict:
    plain = one.as_json()
    names = ("id", "target", "alert", "band", "outer", "valid_from", "valid_to", "slice")
    found = {name: plain[name] for name in names} | {"better": better, "verdict": None, "gap": None, "clear": None}
    if (one.band is not None) != (better == "band") or better is None:
        return found | {"reason": "set for another direction of the measure"}
    unjudged = row["value"] is None or row["status"] in UNJUDGED
    if unjudged or row["provisional"] or changed:
        return found | {"reason": row["status"] if unjudged else "provisional" if row["provisional"] else changed}
    value, limits = row["value"], _limits(one, better)
    verdict = _verdict(value, limits)
    return found | {"verdict": verdict, "gap": _gap(one, value), "clear": _clear(row["ci"], one), "reason": None}


def _limits(one: Target, better: str) -> list[tuple[str, float | None, float | None]]:
    """(verdict, low, high), the narrowest first; None is no end on that side."""
    pairs = [("met", one.target, one.band), ("near", one.alert, one.outer)]
    found = []
    for name, value, band in pairs:
        if better == "band" and band is not None:
            found.append((name, *band))
        elif value is not None:
            found.append((name, value, None) if better == "up" else (name, None, value))
    return found


def _verdict(value: float, limits: list) -> str:
    return next((name for name, low, high in limits if _at_least(value, low) and _at_most(value, high)), "missed")


def _at_least(value: float, low: float | None) -> bool:
    return low is None or value >= low or isclose(value, low, rel_tol=1e-9)


def _at_most(value: float, high: float | None) -> bool:
    return high is None or value <= high or isclose(value, high, rel_tol=1e-9)


def _gap(one: Target, value: float) -> float:
    if one.band is None:
        return value - one.target
    low, high = one.band
    return value - low if value < low else value - high if value > high else 0.0


def _clear(ci, one: Target) -> bool | None:
    """Whether neither the target nor an end of the band lies within the interval."""
    if not ci or None in ci:
        return None
    return not any(ci[0] < end < ci[1] for end in one.band or (one.target,))
