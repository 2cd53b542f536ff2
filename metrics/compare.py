"""A reading beside another: the prior period, the year before, other dates, or another member."""

import math
from dataclasses import replace

from metrics.cells import rows_of
from metrics.composed import composed
from metrics.document import document
from metrics.intervals import newcombe_of
from metrics.known import Facts
from metrics.question import Request
from metrics.registry import Measure, Metric
from metrics.scope import as_of_date, base_of, questions


def read_compare(facts: Facts, asked: Metric, measures, params: dict, request: Request) -> dict:
    """Standard rows, each with `base`, `difference` (value - base) and, for proportions, Newcombe's `difference_ci`.

    Sliced, a row of a slice also has `contribution`, what it adds to the difference of the whole, largest first; for a
    ratio of sums `within` and `mix` as well, whose sums over the slices are rows of the whole with these parts."""
    as_of = as_of_date(facts, asked, measures, params, request)
    plain = replace(request, reading="value", every=None, as_of=as_of)
    now = list(rows_of(facts, asked, measures, params, plain))
    rows = []
    for measure in measures:
        then = replace(plain, **_base(facts, asked, measure, params, plain, request.compare_to or "prior"))
        against = _dim(request.compare_to)
        base = {_key(row, against): row for row in rows_of(facts, asked, [measure], params, then)}
        own = [row for row in now if row["measure"] == measure.name]
        own += _vanished(own, base, against)
        own = [_beside(row, base.get(_key(row, against)), _way(row, measure, request, against)) for row in own]
        rows += composed(own, measure) if request.by and against not in request.by else own
    return document(facts, asked, measures, params, plain, rows)


def _way(row: dict, measure: Measure, request: Request, against: str | None) -> str | None:
    """How a difference gets its interval: "proportion" of shares of two members or periods, "index", or None."""
    if measure.of_components is not None:
        return "index"
    is_apart = against is None or against in row["slice"] or against in request.where
    return "proportion" if is_apart and measure.interval == "proportion" else None


def _vanished(own: list[dict], base: dict[tuple, dict], against: str | None) -> list[dict]:
    """Slices that only the base has, as rows with nothing in them."""
    here = {_key(row, against) for row in own}
    period = next((row["period"] for row in own), None)
    empty = {"value": None, "num": 0, "den": 0, "n": 0, "ci": None, "ci_method": None, "status": "insufficient"}
    empty |= {"reason": "no rows in scope", "period": period, "coverage": {}, "excluded": {}}
    return [{**row, **empty} for key, row in base.items() if row["slice"] and key not in here]


def _base(facts: Facts, asked: Metric, measure, params: dict, request: Request, wanted) -> dict:
    """What changes in the request to get the base of the comparison."""
    as_of = as_of_date(facts, asked, [measure], params, request)
    if as_of is None and _dim(wanted) is None:
        return {}
    base = base_of(questions(facts, asked, measure, params, request, as_of), wanted)
    if _dim(wanted):
        return {"where": base.where, "by": tuple(dim for dim in request.by if dim != _dim(wanted))}
    return {"date_from": base.start, "date_to": base.end}


def _dim(wanted) -> str | None:
    """The dimension of a comparison with one of its members."""
    return wanted.split("=", 1)[0] if isinstance(wanted, str) and "=" in wanted else None


def _key(row: dict, against: str | None) -> tuple:
    return row["measure"], row["part"], tuple(sorted(item for item in row["slice"].items() if item[0] != against))


def _beside(row: dict, base: dict | None, way: str | None) -> dict:
    """A row with its base. The whole holds the member it is compared with, so that pair has no interval; nor have two
    days of a state or two periods that overlap."""
    if base is None or base["value"] is None or row["value"] is None or not (base["n"] and row["n"]):
        return {**row, "base": _short(base), "difference": None, "difference_ci": None}
    difference, ci, told = row["value"] - base["value"], None, {}
    if row["ci"] and base["ci"] and way == "proportion" and _is_disjoint(row["period"], base["period"]):
        ci = list(newcombe_of((row["value"], row["ci"]), (base["value"], base["ci"])))
    if row["ci"] and base["ci"] and way == "index":
        half = math.hypot(*((side["ci"][1] - side["ci"][0]) / 2 for side in (row, base)))
        ci = [difference - half, difference + half]
        told = {"reason": f"no clear change; {row['reason']}"} if ci[0] <= 0 <= ci[1] else {}
    return {**row, **told, "base": _short(base), "difference": difference, "difference_ci": ci}


def _is_disjoint(now: dict, then: dict) -> bool:
    """Whether two readings share no row: members over one period, or periods without a day in common. The same rows
    may stand in a state on two days."""
    is_state = now["from"] == now["to"] and then["from"] == then["to"] and now != then
    return now == then or (not is_state and (now["to"] < then["from"] or then["to"] < now["from"]))


def _short(base: dict | None) -> dict | None:
    names = ("value", "num", "den", "n", "ci", "status", "period", "slice")
    return None if base is None else {name: base[name] for name in names}
