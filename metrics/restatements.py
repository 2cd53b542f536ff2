"""Restatements: complete months of which two versions tell another number, and why.

Both are read as of the older version's day, so that only knowledge that changed shows and not time that passed. What
was provisional then may change for no other reason than that; it is told as such.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from metrics.causes import causes
from metrics.published import Told, numbers_kept, published, told
from metrics.registry import Measure, Metric, catalogue, metric
from warehouse.home import Home
from warehouse.versions import NoVersion, Version, current, numbers

NUMBERS = ("value", "num", "den", "n")


def restatements(before: Told, after: Told, metrics: Iterable[str], all_measures: bool = False) -> dict:
    """{schema, from_version, to_version, metrics, restatements, not_comparable}: what `restatements --json` prints.

    A restatement is {metric, measure, part, period, as_of, provisional, currency, before, after (each value, num, den,
    n, status), difference (after - before, None where one has no value), causes}; months in which neither version has
    another value are left out. `not_comparable` are measures of which one version has no reading, with its reason.
    `after` must have its file. Raises UsageError for a metric that is not there.
    """
    found, not_comparable = [], []
    asked = [metric(name) for name in metrics]
    for one in asked:
        for row in _differences(before, after, one, all_measures):
            if "reason" in row:
                not_comparable.append(row)
                continue
            row["causes"] = causes(before, after, one, row)
            found.append({name: value for name, value in row.items() if not name.startswith("definition_")})
    return {
        "schema": 1,
        "from_version": before.number,
        "to_version": after.number,
        "metrics": [one.id for one in asked],
        "restatements": found,
        "not_comparable": not_comparable,
    }


def between(
    home: Home,
    start: int | None = None,
    end: int | None = None,
    metrics: Iterable[str] = (),
    all_measures: bool = False,
) -> dict:
    """The restatements between two versions of a home: by default the current one against the one before it.

    Without a former version the document has `reason` and no restatement. Raises NoVersion, UsageError."""
    end = current(home) if end is None else end
    if end is None:
        raise NoVersion("there is no version yet; load files first")
    names = [metric(name).id for name in metrics] or default_metrics()
    former = [number for number in {*numbers(home), *numbers_kept(home)} if number < end]
    if start is None and not former:
        empty = {"metrics": names, "restatements": [], "not_comparable": []}
        ends = {"schema": 1, "from_version": None, "to_version": end}
        return {**ends, **empty, "reason": f"there is no version before {end} to compare with"}
    before, after = published(home, max(former) if start is None else start, names), published(home, end, names)
    if after.version is None:
        raise NoVersion(f"version {end} is gone; the versions that are left can be compared with older ones")
    return restatements(before, after, names, all_measures)


def default_metrics() -> list[str]:
    """Every metric but the indices, which are read anew for each month; they can be asked for by name."""
    return [one.id for one in catalogue().values() if not one.components]


def _differences(before: Told, after: Told, one: Metric, all_measures: bool) -> Iterator[dict]:
    rows = before.published_reading.get(one.id)
    if all_measures and before.version is not None:
        rows = told(before.version, one, one.measures)
    if rows is None:
        reason = f"version {before.number} is gone, and nothing is kept of what it told of this metric"
        yield {"metric": one.id, "measure": one.headline.name, "reason": reason}
        return
    for name in dict.fromkeys(row["measure"] for row in rows):
        measure = next((found for found in one.measures if found.name == name), None)
        if measure is not None:
            yield from _of_measure(after.version, one, measure, [row for row in rows if row["measure"] == name])


def _of_measure(version: Version, one: Metric, measure: Measure, rows: list[dict]) -> Iterator[dict]:
    old = {_key(row): row for row in rows}
    new = {_key(row): row for row in told(version, one, [measure], date.fromisoformat(rows[0]["as_of"]))}
    faults = [_fault(side) for side in (old, new)]
    if any(faults):
        if faults[0] != faults[1]:
            yield {"metric": one.id, "measure": measure.name, "reason": next(filter(None, faults))}
        return
    for key in {**old, **new}:
        was, now = old.get(key), new.get(key)
        if not _is_same(was and was["value"], now and now["value"]):
            yield _restated(one, was, now)


def _fault(rows: Mapping[tuple, dict]) -> str | None:
    """Why a version has no reading of a measure at all."""
    if any(row["status"] != "not_available" for row in rows.values()) or not rows:
        return None
    return next(iter(rows.values()))["reason"]


def _key(row: dict) -> tuple:
    return row["part"], (row["period"] or {}).get("to"), (row["period"] or {}).get("label")


def _is_same(one: float | None, other: float | None) -> bool:
    """Equal, but for the last digits of sums that were added up in another order."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def _restated(one: Metric, was: dict | None, now: dict | None) -> dict:
    known = was or now
    sides = [{name: side.get(name) for name in (*NUMBERS, "status")} if side else None for side in (was, now)]
    values = [side and side["value"] for side in sides]
    return {
        "metric": one.id,
        **{name: known[name] for name in ("measure", "part", "period", "as_of", "currency")},
        "provisional": bool(was and was["provisional"]),
        "before": sides[0],
        "after": sides[1],
        "difference": None if None in values else values[1] - values[0],
        "definition_before": was and was["definition"],
        "definition_after": one.definition_version,
    }
