"""Rank statistics of a table of counts (x ordered down, y ordered across): exact, whatever the number of rows behind it.

Every statistic takes an array (..., X, Y) of counts and gives one number per table, NaN where it says nothing. So the
delete-one-customer jackknife is one call over the tables that lack a customer.
"""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from metrics.intervals import Z, jackknife

CHUNK = 4_000_000
ENOUGH_CLUSTERS = 20


def table_of(frame: pd.DataFrame, x: str = "x", y: str = "y") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts by ordered values of x and y: (table, values of x, values of y). The frame has a column n."""
    xs, ys = (np.unique(frame[name].to_numpy(float)) for name in (x, y))
    table = np.zeros((len(xs), len(ys)))
    places = np.searchsorted(xs, frame[x].to_numpy(float)), np.searchsorted(ys, frame[y].to_numpy(float))
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


def _patterns(frame: pd.DataFrame, x: str, y: str) -> list[tuple[np.ndarray, int]]:
    """Distinct sets of (cell, count) that a cluster holds, as rows of the sorted cells, with how many clusters hold it."""
    keyed = frame.groupby(["cluster", x, y], sort=True)["n"].sum().reset_index()
    held: dict[tuple, int] = {}
    for _, part in keyed.groupby("cluster", sort=False):
        pattern = tuple(part[[x, y, "n"]].astype(float).itertuples(index=False, name=None))
        held[pattern] = held.get(pattern, 0) + 1
    return [(np.array(pattern), count) for pattern, count in sorted(held.items())]


def leave_one_out(statistic: Callable, frame: pd.DataFrame, x: str = "x", y: str = "y") -> tuple[float, float] | None:
    """Jackknife interval over clusters (customers) of a statistic; None below 20 clusters or where it is undefined.

    `frame` has columns cluster, x, y, n. Clusters with the same answers are dropped once and weighted.
    """
    table, xs, ys = table_of(frame, x, y)
    patterns = _patterns(frame, x, y)
    weights = np.array([count for _, count in patterns], float)
    whole = value(statistic, table)
    if whole is None or weights.sum() < ENOUGH_CLUSTERS:
        return None
    step, replicates = max(1, CHUNK // table.size), []
    for start in range(0, len(patterns), step):
        part = patterns[start : start + step]
        tables = np.repeat(table[None], len(part), axis=0)
        for place, (cells, _) in enumerate(part):
            where = np.searchsorted(xs, cells[:, 0]), np.searchsorted(ys, cells[:, 1])
            tables[place][where] -= cells[:, 2]
        replicates.append(statistic(tables))
    found = np.concatenate(replicates)
    if np.isnan(found).any():
        return None
    low, high = jackknife(whole, found, weights)
    return max(low, -1.0), min(high, 1.0)
