"""Finishers: pure functions from the sums of one slice and period to an answer. They never see rows."""

import math
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from metrics.intervals import Z, median_ranks
from metrics.registry import Answer

TOLERANCE = 1e-9


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


def kaplan_meier(frame: pd.DataFrame) -> pd.DataFrame:
    """Survival by integer day from columns days, event (0/1) and n: columns days, at_risk, events, s, low, high.

    The band is log-log (Kalbfleisch and Prentice), as in scipy's ecdf of right-censored data."""
    table = frame.assign(n=frame["n"].astype(float), events=frame["n"].astype(float) * frame["event"].astype(float))
    table = table.groupby("days", sort=True)[["n", "events"]].sum().reset_index()
    at_risk = table["n"][::-1].cumsum()[::-1].to_numpy()
    events = table["events"].to_numpy()
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(np.where(at_risk > events, events / (at_risk * (at_risk - events)), np.inf))
        error = Z * np.sqrt(greenwood) / np.abs(np.log(survival))
        low, high = survival ** np.exp(error), survival ** np.exp(-error)
    fixed = (survival >= 1) | (survival <= 0)
    low, high = np.where(fixed, survival, low), np.where(fixed, survival, high)
    days = table["days"].to_numpy(float)
    return pd.DataFrame(dict(days=days, at_risk=at_risk, events=events, s=survival, low=low, high=high))


def first_at_or_below(days: np.ndarray, curve: np.ndarray, level: float) -> float | None:
    """The first day on which a curve is at or below a level (an exact .5 met despite rounding), None if never."""
    below = np.flatnonzero(curve <= level + TOLERANCE)
    return float(days[below[0]]) if below.size else None


def km_quantile(share: float) -> Callable:
    """Finisher for the day by which `share` of the rows have had the event: keys days and event, sum n."""

    def finish(frame: pd.DataFrame, params: Mapping) -> Answer:
        frame = frame[frame["days"].notna()]
        n = int(frame["n"].sum())
        if not n:
            return Answer(None, 0, 0, 0)
        curve = kaplan_meier(frame)
        days, level = curve["days"].to_numpy(), 1 - share
        value = first_at_or_below(days, curve["s"].to_numpy(), level)
        ci = tuple(first_at_or_below(days, curve[side].to_numpy(), level) for side in ("low", "high"))
        reason = None if value is not None else "not reached"
        return Answer(value, float(curve["events"].sum()), n, n, ci=ci, ci_method="kaplan_meier_log_log", reason=reason)

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
