"""Is a series steady? Limits of an XmR chart from a frozen baseline, its signals, its own false alarms, and dispersion.

    centre = mean of the baseline;  mR = |x_t - x_(t-1)| within it;  limits = centre +- 2.66 mean(mR)
    upper range limit = 3.268 mean(mR)
    signal 1 = a point outside the limits; 2 = eight in a row on one side (a point on the centre breaks the run);
    3 = three of four successive points on one side beyond half-way to its limit

The baseline is the first twelve points, so that an outlier that comes later does not widen the limits it is judged by.
Dispersion sets shares against pure sampling noise: chi2 = sum n (p - pbar)^2 / (pbar (1 - pbar)), phi = chi2 / df.
Source: Wheeler, Understanding Variation; Laney 2002 for limits of shares with large or uneven n.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import numpy as np
from scipy import stats

BASELINE, FEWEST = 12, 6
TO_LIMIT, TO_RANGE, D2 = 2.66, 3.268, 1.128
RUN = 8
DRAWS = 20_000


@dataclass(frozen=True)
class Limits:
    """Centre and natural process limits of a series, from its first `baseline` points."""

    center: float
    lower: float
    upper: float
    upper_range: float
    baseline: int


def xmr(points: Sequence[float], baseline: int = BASELINE) -> Limits | None:
    """Limits from the first points of a series; None below two, which have no range."""
    first = np.asarray(points, float)[:baseline]
    if len(first) < 2:
        return None
    center, moved = float(first.mean()), float(np.abs(np.diff(first)).mean())
    half = TO_LIMIT * moved
    return Limits(center, center - half, center + half, TO_RANGE * moved, len(first))


def clipped(limits: Limits, low: float, high: float) -> Limits:
    """Limits cut to what the measure can reach; no point lies beyond a limit that was cut, so it never signals."""
    return Limits(limits.center, max(limits.lower, low), min(limits.upper, high), limits.upper_range, limits.baseline)


def signals(points: Sequence[float], limits: Limits, rules: int = 2) -> dict[int, int]:
    """Place of every point that signals -> the first rule it breaks."""
    given = np.asarray(points, float)[None, :]
    broken = _broken(given, *(np.array([[bound]]) for bound in (limits.center, limits.lower, limits.upper)), rules)
    return {int(place): int(broken[0, place]) for place in np.flatnonzero(broken[0])}


def _broken(points, center, lower, upper, rules: int) -> np.ndarray:
    """For each point of many series (a row each) the first rule it breaks, 0 for none. Limits are columns."""
    found = np.where((points > upper) | (points < lower), 1, 0)
    if rules >= 2:
        run = _longest(np.sign(points - center))
        found = np.where((found == 0) & (run >= RUN), 2, found)
    if rules >= 3:
        far = np.where(points > (center + upper) / 2, 1, np.where(points < (center + lower) / 2, -1, 0))
        found = np.where((found == 0) & _three_of_four(far), 3, found)
    return found


def _longest(side: np.ndarray) -> np.ndarray:
    """How many points in a row up to each are on its side of the centre."""
    run = np.zeros(side.shape, int)
    for place in range(side.shape[1]):
        before = run[:, place - 1] if place else 0
        same = side[:, place] == side[:, place - 1] if place else False
        run[:, place] = np.where(side[:, place] == 0, 0, np.where(same, before + 1, 1))
    return run


def _three_of_four(far: np.ndarray) -> np.ndarray:
    found = np.zeros(far.shape, bool)
    for side in (1, -1):
        hit = (far == side).astype(int)
        last = hit + sum(np.pad(hit, ((0, 0), (step, 0)))[:, : hit.shape[1]] for step in (1, 2, 3))
        found |= (last >= 3) & (far == side)
    return found


@cache
def false_alarms(points: int, baseline: int = BASELINE, rules: int = 2) -> float:
    """Share of stable normal series of this length in which at least one point signals by chance."""
    seed = int.from_bytes(sha256(f"steadiness {points} {baseline} {rules}".encode()).digest()[:8])
    drawn = np.random.Generator(np.random.PCG64(seed)).standard_normal((DRAWS, points))
    first = drawn[:, :baseline]
    center = first.mean(axis=1, keepdims=True)
    half = TO_LIMIT * np.abs(np.diff(first, axis=1)).mean(axis=1, keepdims=True)
    return float((_broken(drawn, center, center - half, center + half, rules) > 0).any(axis=1).mean())


def dispersion(hits: Sequence[float], of: Sequence[float]) -> tuple[float, float, int] | None:
    """(phi, p, degrees of freedom) of shares against one common share; None where that says nothing."""
    k, n = np.asarray(hits, float), np.asarray(of, float)
    k, n = k[n > 0], n[n > 0]
    share = k.sum() / n.sum() if n.sum() else 0
    if len(n) < 2 or not 0 < share < 1:
        return None
    chi2 = float((n * (k / n - share) ** 2).sum() / (share * (1 - share)))
    return chi2 / (len(n) - 1), float(stats.chi2.sf(chi2, len(n) - 1)), len(n) - 1


def needs_laney(of: Sequence[float]) -> bool:
    """Whether n is so uneven (more than twofold) or so large (mean above 200) that plain limits of shares mislead."""
    n = np.asarray(of, float)
    return bool(len(n)) and (n.max() > 2 * n.min() or n.mean() > 200)


def laney(hits: Sequence[float], of: Sequence[float], baseline: int = BASELINE) -> tuple[float, np.ndarray] | None:
    """(pbar, half width of the limits at each point) of a Laney p' chart; None for a share of 0 or 1."""
    k, n = np.asarray(hits, float), np.asarray(of, float)
    first = slice(None, baseline)
    share = k[first].sum() / n[first].sum() if n[first].sum() else 0
    if len(k[first]) < 2 or not 0 < share < 1:
        return None
    noise = np.sqrt(share * (1 - share) / n)
    z = (k / n - share) / noise
    sigma = float(np.abs(np.diff(z[first])).mean()) / D2
    return float(share), 3 * sigma * noise
