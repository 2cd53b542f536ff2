"""Finishers: pure functions from the sums of one slice and period to an answer. They never see rows."""

import math
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from metrics.intervals import median_ranks
from metrics.registry import Answer


def number(value) -> float | None:
    """A plain float, or None for null, NaN and infinity."""
    if value is None or pd.isna(value):
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def divide(num, den) -> float | None:
    """num / den, None where either is missing or den is 0."""
    top, bottom = number(num), number(den)
    return None if top is None or not bottom else top / bottom


def ratio(frame: pd.DataFrame, params: Mapping) -> Answer:
    """Ratio of sums: columns num, den and n."""
    num, den, n = (number(frame[name].sum()) for name in ("num", "den", "n"))
    return Answer(divide(num, den), num, den, int(n or 0))


def total(name: str) -> Callable:
    """The sum of one component, for counts and values."""

    def finish(frame: pd.DataFrame, params: Mapping) -> Answer:
        value, n = number(frame[name].sum()), int(frame["n"].sum())
        return Answer(value if n else None, value, None, n)

    return finish


def by_part(key: str, inner: Callable = ratio) -> Callable:
    """One answer per value of a key column, in its order, each by `inner`."""

    def finish(frame: pd.DataFrame, params: Mapping) -> list[Answer]:
        from dataclasses import replace

        return [replace(inner(part, params), part=str(name)) for name, part in frame.groupby(key, sort=True)]

    return finish


def expand(frame: pd.DataFrame, key: str = "days") -> tuple[np.ndarray, np.ndarray]:
    """Sorted distinct values and their counts from a histogram with columns `key` and n."""
    table = frame[frame[key].notna()].groupby(key, sort=True)["n"].sum()
    return table.index.to_numpy(float), table.to_numpy(float).astype(int)


def order_statistic(values: np.ndarray, counts: np.ndarray, rank: int) -> float:
    """The value of a rank (from 1) in a histogram."""
    return float(values[np.searchsorted(np.cumsum(counts), rank)])


def histogram_quantile(values: np.ndarray, counts: np.ndarray, share: float) -> float | None:
    """Linear interpolation between order statistics (G14), as numpy's and DuckDB's default."""
    n = int(counts.sum())
    if not n:
        return None
    position = (n - 1) * share
    low = math.floor(position)
    first = order_statistic(values, counts, low + 1)
    return first + (position - low) * (order_statistic(values, counts, min(low + 2, n)) - first)


def median_of(key: str = "days") -> Callable:
    """Finisher for a median with its order-statistic interval: key column and sum n."""

    def finish(frame: pd.DataFrame, params: Mapping) -> Answer:
        values, counts = expand(frame, key)
        n = int(counts.sum())
        if not n:
            return Answer(None, None, None, 0)
        ranks = median_ranks(n)
        ci = tuple(order_statistic(values, counts, rank) for rank in ranks) if ranks else None
        value = histogram_quantile(values, counts, 0.5)
        return Answer(value, None, n, n, ci=ci, ci_method="order_statistics" if ci else None)

    return finish
