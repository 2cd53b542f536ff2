"""Terms of the cycle from entry to delivery of one order line, and what sums of it make: shares, groups, intervals.

The relations number the days (calendar days, or business days of the site), so every term is a difference of numbers.
$days and $dwell are bound.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from scipy import special

from metrics import commitment_terms as way
from metrics import line_terms as term
from metrics.finish import divide, number
from metrics.registry import Answer

PROOF = {"evidence": "proof"}
DONE, ANY_DONE = term.complete(PROOF), term.complete({"evidence": "any"})
DAY = f"coalesce({DONE}, {ANY_DONE})"
RELEASE = "(case when released_date <= $as_of then release_no end)"
REACHED_R = f"greatest(entry_no, {RELEASE})"
REACHED_P = f"greatest({REACHED_R}, pick_no)"
REACHED_S = f"greatest({REACHED_P}, ship_no)"
DWELL = "(case when $dwell = 'net' then greatest(0, wish_no - entry_no) else 0 end)"
# done_no is empty where business days are counted: that number ends where the goods leave
TOTAL = f"(greatest({REACHED_S}, done_no) - entry_no - {DWELL})"
MILESTONES = {"R": RELEASE, "P": "pick_no", "S": "ship_no", "D": "done_no"}
OUT_OF_ORDER = f"""coalesce({RELEASE} < entry_no or pick_no < {REACHED_R} or ship_no < {REACHED_P}
    or done_no < {REACHED_S}, false)"""
LACKING = " or ".join(f"({way.CHOSEN} like '%{one}%' and {MILESTONES[one]} is null)" for one in "RPS")
GROUPS = {"site": "order_line.site_id", "family": "product.family", "carrier": "shipment.carrier"}


def legs() -> tuple[dict[str, str], str]:
    """Days of each stage by the letter it ends with, dwell (W) as a stage that is taken off, and all of them."""
    found, before = {}, "entry_no"
    for letter, day in MILESTONES.items():
        counted = day if letter == "D" else f"case when {way.CHOSEN} like '%{letter}%' then {day} end"
        here = f"greatest({before}, {counted})"
        found[letter], before = f"({here} - {before})", here
    return {**found, "W": f"(-{DWELL})"}, f"({before} - entry_no - {DWELL})"


LEGS, ALL_LEGS = legs()


def stage_sums() -> dict[str, str]:
    """Sums, squares and products with the whole: enough for means and shares of the variance."""
    found = {"n": "1", "t": ALL_LEGS, "tt": f"{ALL_LEGS} * {ALL_LEGS}"}
    for letter, days in LEGS.items():
        found |= {f"sum_{letter.lower()}": days, f"cross_{letter.lower()}": f"{days} * {ALL_LEGS}"}
    return found


def stages(milestones: str, params: Mapping) -> dict[str, str]:
    """Part and letter of the stages between the milestones of the set, such as E_R: r."""
    way_of = milestones if params["days"] == "calendar" else milestones.rstrip("S") + "S"
    letters = f"E{way_of}D" if params["days"] == "calendar" else f"E{way_of}"
    found = {f"{a}_{b}": b.lower() for a, b in zip(letters, letters[1:], strict=False)}
    return {**found, "dwell": "w"} if params["dwell"] == "net" else found


def moments(frame) -> tuple[float, float, float]:
    return tuple(float(number(frame[name].sum()) or 0) for name in ("n", "t", "tt"))


def spread_of(n: float, t: float, tt: float) -> tuple[float | None, float | None]:
    """Mean and sample standard deviation; none of fewer than two."""
    mean = t / n if n else None
    return mean, math.sqrt(max(tt - t * t / n, 0) / (n - 1)) if n > 1 else None


def moment(value: Callable) -> Callable:
    """Finisher of a number that follows from mean and standard deviation."""

    def finish(frame, params) -> Answer:
        n, t, tt = moments(frame)
        mean, sd = spread_of(n, t, tt)
        return Answer(value(mean, sd), sd, mean, int(n))

    return finish


def mean(frame, params) -> Answer:
    n, t, _ = moments(frame)
    return Answer(divide(t, n), t, n, int(n))


def half_width(effects: np.ndarray) -> float | None:
    """Half a linearised t interval, from what each order adds to the number; none below 20 orders."""
    m = len(effects)
    if m < 20:
        return None
    variance = m / (m - 1) * float(((effects - effects.mean()) ** 2).sum())
    return float(special.stdtrit(m - 1, 0.975)) * math.sqrt(variance)


def moment_interval(name: str) -> Callable:
    """Linearised interval of mean, sd or cv over orders."""

    def interval(frame, params):
        n, t, tt = moments(frame)
        mean, sd = spread_of(n, t, tt)
        if not sd or (name == "cv" and mean <= 0):
            return None
        of_n, of_t, of_tt = (frame[column].to_numpy(float) for column in ("n", "t", "tt"))
        centred = of_t - mean * of_n
        by_sd = (of_tt - 2 * mean * of_t + mean * mean * of_n - (n - 1) / n * sd * sd * of_n) / (2 * sd * (n - 1))
        effects = {"mean": centred / n, "sd": by_sd, "cv": by_sd / mean - sd / mean**2 * centred / n}[name]
        value = {"mean": mean, "sd": sd, "cv": sd / (mean or 1)}[name]
        half = half_width(effects)
        return None if half is None else (value - half, value + half, "linearised_t")

    return interval


def shares(covariance: bool) -> Callable:
    """Finisher: each stage's Cov(stage, T) / Var(T), or its share of the mean; both add up to 1."""

    def finish(frame, params) -> list[Answer]:
        if frame.empty:
            return [Answer(None, 0, 0, 0)]
        found = _shares(frame, params, covariance)
        return [Answer(divide(top, bottom), top, bottom, int(n), part) for part, top, bottom, n in found]

    return finish


def _shares(frame, params, covariance: bool):
    n, t, tt = moments(frame)
    spread = tt - t * t / n
    bottom = (spread if spread > 1e-9 else 0.0) if covariance else t
    for part, letter in stages(frame["milestones"].iloc[0], params).items():
        days, cross = (float(frame[f"{name}_{letter}"].sum()) for name in ("sum", "cross"))
        yield part, cross - days * t / n if covariance else days, bottom, n


def share_intervals(covariance: bool) -> Callable:
    """Linearised intervals of the shares over orders, one a stage."""

    def interval(frame, params):
        found = {}
        columns = {name: frame[name].to_numpy(float) for name in stage_sums()}
        for part, top, bottom, n in _shares(frame, params, covariance):
            if not bottom:
                continue
            letter, share = stages(frame["milestones"].iloc[0], params)[part], top / bottom
            effects = _effects(columns, letter, share, n, covariance) / bottom
            half = half_width(effects)
            if half is not None:
                found[part] = (share - half, share + half, "linearised_t")
        return found

    return interval


def _effects(of: dict, letter: str, share: float, n: float, covariance: bool) -> np.ndarray:
    days, t = of[f"sum_{letter}"], of["t"]
    if not covariance:
        return days - share * t
    mean_days, mean = days.sum() / n, t.sum() / n
    top = of[f"cross_{letter}"] - mean_days * t - mean * days + mean_days * mean * of["n"]
    return top - share * (of["tt"] - 2 * mean * t + mean * mean * of["n"])


def eta2(frame, params) -> list[Answer]:
    """Share of the variance that lies between sites, families, carriers: sums of squares between groups / all."""
    n, t, tt = moments(frame)
    if not n:
        return [Answer(None, 0, 0, 0)]
    found = []
    for name, column in GROUPS.items():
        if frame[f"named_{name}"].sum() == 0:
            reason = f"not_available: {column}"
            found.append(Answer(None, n=int(n), part=name, status="not_available", reason=reason))
            continue
        group = frame.groupby(name, dropna=False)[["n", "t"]].sum().astype(float)
        whole = tt - t * t / n
        between = max(float((group["t"] ** 2 / group["n"]).sum()) - t * t / n, 0.0)
        cover = {"groups": float(len(group)), f"{name}_named": float(frame[f"named_{name}"].sum()) / n}
        value = divide(between, whole if whole > 1e-9 else 0)
        found.append(replace(Answer(value, between, whole, int(n), name), coverage=cover))
    return found
