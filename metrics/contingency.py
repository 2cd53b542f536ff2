"""Rank statistics of a table of counts (x ordered down, y across): exact, however many rows stand behind it.

Every statistic takes an array (..., X, Y) of counts and gives one number per table, NaN where it says nothing. So the
delete-one-customer jackknife is one call over the tables that lack a customer.
"""

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd

from metrics.intervals import Z, jackknife

CHUNK = 4_000_000
ENOUGH_CLUSTERS = 20


def table_of(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts by ordered values of x and y: (table, values of x, values of y). The frame has columns x, y and n."""
    xs, ys = (np.unique(frame[name].to_numpy(float)) for name in ("x", "y"))
    table = np.zeros((len(xs), len(ys)))
    places = np.searchsorted(xs, frame["x"].to_numpy(float)), np.searchsorted(ys, frame["y"].to_numpy(float))
    np.add.at(table, places, frame["n"].to_numpy(float))
    return table, xs, ys


def _mid_ranks(counts: np.ndarray) -> np.ndarray:
    """Mean rank of the members of each class, ties shared."""
    return np.cumsum(counts, axis=-1) - counts / 2 + 0.5


def spearman(tables: np.ndarray) -> np.ndarray:
    """Spearman's rho by mid-ranks."""
    down, across = tables.sum(-1), tables.sum(-2)
    middle = (down.sum(-1) + 1) / 2
    ranks = _mid_ranks(down) - middle[..., None], _mid_ranks(across) - middle[..., None]
    shared = np.einsum("...ij,...i,...j->...", tables, *ranks)
    spread = (down * ranks[0] ** 2).sum(-1) * (across * ranks[1] ** 2).sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0, shared / np.sqrt(spread), np.nan)


def kendall(tables: np.ndarray) -> np.ndarray:
    """Kendall's tau-b."""
    before = np.cumsum(tables, axis=-2) - tables
    lower = np.cumsum(before, axis=-1) - before
    higher = before.sum(-1, keepdims=True) - np.cumsum(before, axis=-1)
    agreeing = (tables * (lower - higher)).sum((-1, -2))
    n = tables.sum((-1, -2))
    pairs = n * (n - 1) / 2
    tied = [(side * (side - 1) / 2).sum(-1) for side in (tables.sum(-1), tables.sum(-2))]
    spread = (pairs - tied[0]) * (pairs - tied[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0, agreeing / np.sqrt(spread), np.nan)


def superiority(tables: np.ndarray) -> np.ndarray:
    """P(y of the first row > y of the second) + P(tie) / 2, as Mann and Whitney's U / (n m). Tables have two rows."""
    first, second = tables[..., 0, :], tables[..., 1, :]
    below = np.cumsum(second, axis=-1) - second / 2
    pairs = first.sum(-1) * second.sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(pairs > 0, (first * below).sum(-1) / pairs, np.nan)


def value(statistic: Callable, table: np.ndarray) -> float | None:
    """The statistic of one table, None where it says nothing."""
    found = float(statistic(table)) if table.size and table.sum() else math.nan
    return None if math.isnan(found) else found


def bonett_wright(rho: float, n: float) -> tuple[float, float] | None:
    """Interval of Spearman's rho from its size alone. Source: Bonett and Wright 2000."""
    if n <= 3 or abs(rho) >= 1:
        return None
    half = Z * math.sqrt((1 + rho * rho / 2) / (n - 3))
    return math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)


def _patterns(frame: pd.DataFrame, xs: np.ndarray, ys: np.ndarray) -> tuple[list[tuple], np.ndarray]:
    """Distinct (cells, counts) that clusters hold, and how many clusters hold each."""
    cells = np.searchsorted(xs, frame["x"].to_numpy(float)) * len(ys) + np.searchsorted(ys, frame["y"].to_numpy(float))
    clusters = pd.factorize(frame["cluster"])[0].astype(np.int64)
    held = pd.Series(frame["n"].to_numpy(float)).groupby(clusters * (len(xs) * len(ys)) + cells).sum()
    owner, cell = np.divmod(held.index.to_numpy(), len(xs) * len(ys))
    starts = np.flatnonzero(np.diff(owner)) + 1
    parts = zip(np.split(cell, starts), np.split(held.to_numpy(), starts), strict=True)
    found = Counter((tuple(where.tolist()), tuple(counts.tolist())) for where, counts in parts)
    ordered = sorted(found)
    return ordered, np.array([found[pattern] for pattern in ordered], float)


def leave_one_out(statistic: Callable, frame: pd.DataFrame) -> tuple[float, float] | None:
    """Jackknife interval over clusters (customers) of a statistic; None below 20 clusters or where it is undefined.

    `frame` has columns cluster, x, y, n. Clusters with the same answers are dropped once and weighted.
    """
    table, xs, ys = table_of(frame)
    whole = value(statistic, table)
    if whole is None:
        return None
    patterns, weights = _patterns(frame, xs, ys)
    if weights.sum() < ENOUGH_CLUSTERS:
        return None
    step, replicates = max(1, CHUNK // table.size), []
    for start in range(0, len(patterns), step):
        part = patterns[start : start + step]
        tables = np.repeat(table[None], len(part), axis=0)
        for place, (cells, counts) in enumerate(part):
            tables[place].reshape(-1)[list(cells)] -= counts
        replicates.append(statistic(tables))
    found = np.concatenate(replicates)
    if np.isnan(found).any():
        return None
    low, high = jackknife(whole, found, weights)
    return max(low, -1.0), min(high, 1.0)
