"""Kaplan-Meier: how long it takes when some are still waiting, from a histogram of days. Finishers, no rows."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from metrics.intervals import Z
from metrics.registry import Answer

TOLERANCE = 1e-9


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
    """Finisher for the day by which `share` of the rows have had the event: keys days and event, sum n.

    Where nobody waits any longer the band is undefined: a limit that was not met before is not reached."""

    def finish(frame: pd.DataFrame, params: Mapping) -> Answer:
        frame = frame[frame["days"].notna()]
        n = int(frame["n"].sum())
        if not n:
            return Answer(None, 0, 0, 0)
        curve = kaplan_meier(frame)
        days, level = curve["days"].to_numpy(), 1 - share
        value = first_at_or_below(days, curve["s"].to_numpy(), level)
        band = curve.where(curve["s"] > 0)
        ci = tuple(first_at_or_below(days, band[side].to_numpy(), level) for side in ("low", "high"))
        reason = None if value is not None else "not reached"
        return Answer(value, float(curve["events"].sum()), n, n, ci=ci, ci_method="kaplan_meier_log_log", reason=reason)

    return finish


def km_curve(frame: pd.DataFrame, params: Mapping) -> list[Answer]:
    """The curve itself, one part a day on which a wait ended or was last seen, from day 0: the share still waiting
    after it, num those that ended on it, den those at risk, n all. Between two days nothing changes.
    """
    frame = frame[frame["days"].notna()]
    n = int(frame["n"].sum())
    if not n:
        return [Answer(None, 0, 0, 0)]
    curve = kaplan_meier(frame)
    found = [_step(row, n) for row in curve.itertuples()]
    start = Answer(1.0, 0.0, float(n), n, part="0", ci=(1.0, 1.0), ci_method="kaplan_meier_log_log")
    return found if curve["days"].iloc[0] == 0 else [start, *found]


def _step(row, n: int) -> Answer:
    ci = (float(row.low), float(row.high))
    part = str(int(row.days))
    return Answer(float(row.s), float(row.events), float(row.at_risk), n, part, ci, "kaplan_meier_log_log")
