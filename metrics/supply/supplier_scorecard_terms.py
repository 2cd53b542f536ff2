"""How a supplier's card is made out of summed rows: lead times, scores, the total. Finishers, they never see rows."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from metrics.finish import divide, number
from metrics.intervals import clopper_pearson, cluster_variance, squares
from metrics.registry import Answer
from metrics.survival import kaplan_meier

CRITERIA = ("quality", "delivery", "price", "lead_time")
MEASURED = {"quality": "ppm", "delivery": "otif", "price": "ppv", "lead_time": "cv"}
DUE_LINES, UNITS, AVAILABLE = 10, 500, 0.70
SHRINK_UNITS = 1000
NUDGE = 0.10


def distribution(frame: pd.DataFrame) -> tuple[float, float | None, int] | None:
    """(mean, standard deviation, completed lines) of waits of which some are not over: keys days, event, sum n.

    The curve's drops are the weights; what is left of it falls on the longest wait (Efron). With every wait over these
    are the plain mean and the sample standard deviation."""
    own = frame[frame["days"].notna()]
    done = int((own["n"] * own["event"]).sum()) if len(own) else 0
    if not done:
        return None
    curve = kaplan_meier(own)
    days, left = curve["days"].to_numpy(float), curve["s"].to_numpy(float)
    weights = -np.diff(np.concatenate([[1.0], left]))
    weights[-1] += left[-1]
    mean = float(weights @ days)
    spread = float(weights @ (days - mean) ** 2)
    return mean, (spread * done / (done - 1)) ** 0.5 if done > 1 else None, done


def lead_time_mean(frame, params) -> Answer:
    found, n = distribution(frame) if len(frame) else None, _count(frame)
    return Answer(found[0] if found else None, None, n, n)


def lead_time_cv(frame, params) -> Answer:
    found, n = distribution(frame) if len(frame) else None, _count(frame)
    return Answer(divide(found[1], found[0]) if found else None, found and found[1], found and found[0], n)


def _count(frame) -> int:
    return int(frame["n"].sum()) if len(frame) else 0


def of_one_unit(frame: pd.DataFrame) -> tuple[float, float] | None:
    """(rejected, received) in the only base unit of what was counted; None over several, which are never added."""
    table = frame[frame["received"].notna()].groupby("unit")[["rejected", "received"]].sum().astype(float)
    return tuple(table.iloc[0]) if len(table) == 1 else None


def ppm(frame, params) -> Answer:
    """Rejected per million received of one base unit, exact interval, not told for less than 500 units."""
    if frame.empty:
        return Answer(None, 0, 0, 0)
    counts = of_one_unit(frame)
    if counts is None:
        units = ", ".join(sorted(unit or "none" for unit in frame["unit"].unique()))
        return Answer(None, n=_count(frame), status="insufficient", reason=f"several units ({units}): see reject_share")
    rejected, received = counts
    few = None if received >= UNITS else f"{received:g} units received; {UNITS} are needed"
    share = divide(rejected, received)
    value = None if share is None else share * 1e6
    return Answer(value, rejected, received, int(received), status="insufficient" if few else None, reason=few)


def ppm_interval(frame, params):
    """Clopper-Pearson over units; over as many as the lots are worth where 20 purchase orders and a reject allow."""
    counts = of_one_unit(frame)
    if counts is None or not 0 <= counts[0] <= counts[1] or not counts[1]:
        return None
    rejected, received = counts
    by_order = frame.groupby("cluster")[["rejected", "received"]].sum().astype(float)
    found = squares(by_order["rejected"], by_order["received"])
    share, method = rejected / received, "clopper_pearson"
    if found["m"] >= 20 and 0 < share < 1:
        variance = cluster_variance(found["m"], found["kk"], found["kn"], found["nn"], share, received)
        received = min(received, share * (1 - share) / variance) if variance > 0 else received
        rejected, method = share * received, "clopper_pearson_n_eff"
    low, high = clopper_pearson(rejected, received)
    return low * 1e6, high * 1e6, method


def ppm_shrunk(frame, params) -> Answer:
    """Drawn to what all suppliers of the category deliver, as if 1,000 more units of that had come."""
    plain = ppm(frame, params)
    if plain.value is None:
        return plain
    known = frame[frame["category_ppm"].notna()]
    base = divide(
        (known["category_ppm"] * known["received"].astype(float)).sum(), known["received"].astype(float).sum()
    )
    if base is None:
        return replace(plain, value=None)
    num, den = plain.num + SHRINK_UNITS * base / 1e6, plain.den + SHRINK_UNITS
    return replace(plain, value=num / den * 1e6, num=num, den=den)


def criteria(frame: pd.DataFrame) -> dict[str, float | None]:
    """What each criterion measures of a slice: ppm (by value over several units), share, share, ratio."""
    of = {kind: frame[frame["kind"] == kind] for kind in ("receipt", "due", "lead")}
    counts = of_one_unit(of["receipt"]) if len(of["receipt"]) else None
    by_value = (number(of["receipt"][name].sum()) for name in ("value_rejected", "value_received"))
    share = divide(*counts) if counts else divide(*by_value)
    lead = distribution(of["lead"]) if len(of["lead"]) else None
    return {
        "quality": None if share is None else share * 1e6,
        "delivery": divide(of["due"]["kept"].sum(), of["due"]["n"].sum()),
        "price": divide(of["receipt"]["over"].sum(), of["receipt"]["agreed"].sum()),
        "lead_time": divide(lead[1], lead[0]) if lead else None,
    }


def score(criterion: str, value: float | None, params: Mapping) -> float | None:
    """100 * clip((value - floor) / (target - floor), 0, 1); a floor equal to its target tells nothing."""
    if value is None:
        return None
    name = MEASURED[criterion]
    floor, target = params[f"{name}_floor"], params[f"{name}_target"]
    return 100 * min(max((value - floor) / (target - floor), 0.0), 1.0) if target != floor else None


def weights_of(params: Mapping) -> dict[str, float]:
    return {name: max(float(params[f"weight_{name}"]), 0.0) for name in CRITERIA}


def weighted(scores: Mapping, weights: Mapping) -> float | None:
    """The mean of the scores there are, by their weights."""
    known = [name for name in scores if scores[name] is not None]
    return divide(sum(weights[name] * scores[name] for name in known), sum(weights[name] for name in known))


def nudged(weights: Mapping) -> list[dict[str, float]]:
    """The weights with each in turn .10 of the whole larger and smaller, the others making room in proportion."""
    whole, found = sum(weights.values()), []
    for name in weights:
        for step in (-NUDGE, NUDGE):
            share = min(max(weights[name] / whole + step, 0.0), 1.0)
            rest = whole - weights[name]
            scale = (1 - share) / rest if rest else 0.0
            found.append({other: share if other == name else weights[other] * scale for other in weights})
    return found


def total(frame, params) -> list[Answer]:
    """The card: the weighted score, and the lowest and highest under other weights."""
    if frame.empty:
        return [Answer(None, 0, 0, 0)]
    values, weights = criteria(frame), weights_of(params)
    scores = {name: score(name, value, params) for name, value in values.items()}
    whole = sum(weights.values())
    available = divide(sum(weights[name] for name, found in scores.items() if found is not None), whole) or 0.0
    coverage = {"weight_available": available, **{f"weight_{name}": divide(w, whole) for name, w in weights.items()}}
    n, why = _count(frame), unrated(frame)
    if available < AVAILABLE - 1e-9:
        lacking = ", ".join(name for name, found in scores.items() if found is None)
        reason = f"{available:.0%} of the weight is known, {AVAILABLE:.0%} is needed; missing: {lacking}"
        return [Answer(None, None, None, n, status="insufficient", reason=why or reason, coverage=coverage)]
    other = [weighted(scores, changed) for changed in nudged(weights)]
    bounds = {None: weighted(scores, weights), "lowest": _least(other), "highest": _least(other, max)}
    status = "insufficient" if why else None
    return [
        Answer(value, n=n, part=part, status=status, reason=why, coverage=coverage) for part, value in bounds.items()
    ]


def _least(values, pick=min) -> float | None:
    return pick((value for value in values if value is not None), default=None)


def unrated(frame: pd.DataFrame) -> str | None:
    """Why a supplier is not rated: fewer than 10 due lines or 500 units of its most received unit; None when it is."""
    due = _count(frame[frame["kind"] == "due"])
    received = frame[frame["kind"] == "receipt"].groupby("unit")["came"].sum().astype(float)
    most = float(received.max()) if len(received) else 0.0
    few = [f"{due} due lines, {DUE_LINES} are needed"] if due < DUE_LINES else []
    few += [f"{most:,.0f} units received, {UNITS} are needed"] if most < UNITS else []
    return f"not rated: {'; '.join(few)}" if few else None


def part_score(frame, params) -> list[Answer]:
    """One score a criterion; num is what it measures."""
    if frame.empty:
        return [Answer(None, 0, 0, 0)]
    why, status = unrated(frame), "insufficient" if unrated(frame) else None
    return [_part(frame, name, value, params, status, why) for name, value in criteria(frame).items()]


def _part(frame, name: str, value, params, status, why) -> Answer:
    kind = {"delivery": "due", "lead_time": "lead"}.get(name, "receipt")
    n, found = _count(frame[frame["kind"] == kind]), score(name, value, params)
    if found is None:
        status, why = "insufficient", f"no {MEASURED[name]} is known"
    return Answer(found, value, None, n, part=name, status=status, reason=why)
