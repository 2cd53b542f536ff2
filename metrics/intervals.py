"""Confidence intervals of 95 % from sums, by the methods the KPI book names (G13).

Every function takes counts or sums, never rows, so it costs the same at any size.
"""

import math
from functools import cache

import numpy as np
from scipy import special

Z = float(special.ndtri(0.975))


def wilson(share: float, n: float, z: float = Z) -> tuple[float, float]:
    """Wilson's interval of a proportion; n may be an effective, fractional sample size. Source: Wilson 1927."""
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def effective(share: float, ends: tuple[float, float], z: float = Z) -> float:
    """The sample size whose Wilson interval of a share is as wide: the inverse of `wilson` in n."""
    width = ends[1] - ends[0]
    # width^2 (n + z^2)^2 = 4 z^2 (share (1 - share) n + z^2 / 4), a quadratic in n
    a, b = width * width, 2 * width * width * z * z - 4 * z * z * share * (1 - share)
    c = width * width * z**4 - z**4
    return (-b + math.sqrt(max(b * b - 4 * a * c, 0.0))) / (2 * a)


def cluster_variance(m: int, kk: float, kn: float, nn: float, ratio: float, total: float) -> float:
    """Linearised variance of a ratio of sums over m clusters, from the sums of K*K, K*N and N*N over clusters."""
    squares = kk - 2 * ratio * kn + ratio * ratio * nn
    return m / (m - 1) * max(squares, 0.0) / (total * total)


def proportion(num: float, den: float, clusters: dict | None) -> tuple[tuple[float, float] | None, str | None]:
    """Wilson with the effective sample size of clustered rows; plain Wilson where clusters are few or single rows."""
    if not den or not 0 <= num <= den:
        return None, None
    share = num / den
    m = clusters["m"] if clusters else 0
    if m < 20 or not 0 < share < 1 or clusters["nn"] == den == m:
        return wilson(share, den), "wilson"
    variance = cluster_variance(m, clusters["kk"], clusters["kn"], clusters["nn"], share, den)
    effective = min(den, share * (1 - share) / variance) if variance > 0 else den
    return wilson(share, effective), "wilson_n_eff"


def squares(num, den) -> dict:
    """What `proportion` and `ratio` need of clusters, from arrays with the sums of each; one without den is none."""
    k, n = np.asarray(num, float), np.asarray(den, float)
    k, n = k[n > 0], n[n > 0]
    return {"m": len(n), "kk": float(k @ k), "kn": float(k @ n), "nn": float(n @ n)}


def ratio(num: float, den: float, clusters: dict | None) -> tuple[tuple[float, float] | None, str | None]:
    """Linearised t interval of a ratio of sums; none below 20 clusters."""
    if not den or not clusters or clusters["m"] < 20:
        return None, None
    value = num / den
    variance = cluster_variance(clusters["m"], clusters["kk"], clusters["kn"], clusters["nn"], value, den)
    half = _t(clusters["m"] - 1) * math.sqrt(variance)
    return (value - half, value + half), "linearised_t"


@cache
def _t(df: int) -> float:
    return float(special.stdtrit(df, 0.975))


def newcombe(k1: float, n1: float, k0: float, n0: float) -> tuple[float, float]:
    """Newcombe's hybrid interval of the difference k1/n1 - k0/n0 of two independent proportions."""
    return newcombe_of((k1 / n1, wilson(k1 / n1, n1)), (k0 / n0, wilson(k0 / n0, n0)))


def newcombe_of(one: tuple[float, tuple], zero: tuple[float, tuple]) -> tuple[float, float]:
    """The same from two shares with the (Wilson) interval each already carries."""
    (p1, (low1, high1)), (p0, (low0, high0)) = one, zero
    difference = p1 - p0
    return difference - math.hypot(p1 - low1, high0 - p0), difference + math.hypot(high1 - p1, p0 - low0)


def clopper_pearson(k: int, n: int) -> tuple[float, float]:
    """The exact interval of a proportion, for rare events and zero defects."""
    low = float(special.betaincinv(k, n - k + 1, 0.025)) if k else 0.0
    high = float(special.betaincinv(k + 1, n - k, 0.975)) if k < n else 1.0
    return low, high


@cache
def median_ranks(n: int) -> tuple[int, int] | None:
    """Ranks (from 1) of the order statistics that hold the median with at least 95 %; None below 6."""
    rank = 0
    while special.bdtr(rank, n, 0.5) <= 0.025:
        rank += 1
    return (rank, n - rank + 1) if rank else None


def jackknife(value: float, replicates: np.ndarray, weights: np.ndarray) -> tuple[float, float] | None:
    """t interval from delete-one-cluster replicates; `weights` counts the clusters that share a replicate."""
    m = float(weights.sum())
    if m < 2:
        return None
    mean = float((replicates * weights).sum() / m)
    variance = (m - 1) / m * float((weights * (replicates - mean) ** 2).sum())
    half = _t(int(m) - 1) * math.sqrt(variance)
    return value - half, value + half
