"""Measures of forecast error from sums per origin and horizon. Pure functions that never see the cells.

A frame has one line per origin and horizon (and member, where a measure compares groups) with the columns y (sum of
|actual|) and, for each method m, e_m (sum of |y - F|) and b_m (sum of F - y). Positive bias is forecasting too much.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy import stats

from metrics.finish import divide, number
from metrics.intervals import wilson
from metrics.registry import Answer

METHODS = ("pipeline", "seasonal_naive", "ma3", "naive", "crm")
FEW_ORIGINS, ENOUGH_ORIGINS = 8, 12


def part_of(method: str) -> str | None:
    """The pipeline is what the metric is about: it has no part name."""
    return None if method == "pipeline" else method


def benchmark(frame: pd.DataFrame) -> str:
    """Seasonal naive where two years of demand were known at the as-of date, else the three-month mean."""
    return "seasonal_naive" if len(frame) and bool(frame["seasonal"].max()) else "ma3"


def grade(frame: pd.DataFrame) -> dict:
    """Status and reason from the number of origins: below 8 we still collect history, from 12 on it holds."""
    origins = int(frame["origin"].nunique()) if len(frame) else 0
    if origins < FEW_ORIGINS:
        return {"status": "insufficient", "reason": f"collecting history: {origins} of {FEW_ORIGINS} origins"}
    return {"status": "low_n" if origins < ENOUGH_ORIGINS else "ok"}


def _missing(method: str, frame: pd.DataFrame) -> Answer:
    reason = {
        "seasonal_naive": "seasonal_naive needs 24 months of demand before the as-of date",
        "crm": "not_available: opportunity_snapshot.crm_probability",
    }.get(method, grade(frame).get("reason", "no rows in scope"))
    status = "insufficient" if method not in ("seasonal_naive", "crm") else "not_available"
    return Answer(None, n=0, part=part_of(method), status=status, reason=reason)


def offered(frame: pd.DataFrame, method: str) -> pd.DataFrame:
    """The lines a method has a forecast for; the CRM's own number may begin later than the others."""
    if method == "seasonal_naive" and benchmark(frame) != method:
        return frame.iloc[:0]
    return frame[frame[f"e_{method}"].notna()]


def per_method(top: str) -> Callable:
    """Finisher: sum of `top`_m over sum of y, one answer per method."""

    def finish(frame: pd.DataFrame, params: Mapping) -> list[Answer]:
        found = []
        for method in METHODS:
            lines = offered(frame, method)
            if lines.empty:
                found.append(_missing(method, frame))
                continue
            num, den = number(lines[f"{top}_{method}"].sum()), number(lines["y"].sum())
            found.append(Answer(divide(num, den), num, den, int(lines["n"].sum()), part_of(method), **grade(lines)))
        return found

    return finish


def value_added(frame: pd.DataFrame, params: Mapping) -> Answer:
    """FVA = WAPE of the benchmark - WAPE of the pipeline; t interval over origins whose targets do not overlap."""
    base = benchmark(frame)
    lines = offered(frame, base)
    if lines.empty:
        return _missing("pipeline", frame)
    gain = lines[f"e_{base}"] - lines["e_pipeline"]
    num, den = number(gain.sum()), number(lines["y"].sum())
    value = divide(num, den)
    ci, method = origin_interval(lines.assign(gain=gain), value)
    told = grade(lines)
    if ci is None and "reason" not in told:
        told["reason"] = "few_origins"
    cover = {"benchmark_seasonal_naive": float(base == "seasonal_naive")}
    return Answer(value, num, den, int(lines["n"].sum()), ci=ci, ci_method=method, coverage=cover, **told)


def origin_interval(lines: pd.DataFrame, value: float | None) -> tuple[tuple[float, float] | None, str | None]:
    """Interval of a gain per unit of demand from every h-th origin, newest backwards; None below four of them.

    With several horizons in one number the longest sets the step."""
    months = pd.to_datetime(lines["origin"])
    index = months.dt.year * 12 + months.dt.month
    step = int(lines["horizon"].max())
    kept = lines[(index.max() - index) % step == 0]
    sums = kept.groupby("origin", sort=True)[["gain", "y"]].sum().astype(float)
    count, total = len(sums), sums["y"].sum()
    if value is None or count < 4 or not total:
        return None, None
    spread = (sums["gain"] - sums["gain"].sum() / total * sums["y"]) / sums["y"].mean()
    half = float(stats.t.ppf(0.975, count - 1)) * float(spread.std(ddof=1)) / math.sqrt(count)
    return (value - half, value + half), f"t_over_every_{step}_origins"


def relative_error(frame: pd.DataFrame, params: Mapping) -> Answer:
    """RelMAE: mean absolute error of the pipeline over that of the benchmark."""
    base = benchmark(frame)
    lines = offered(frame, base)
    if lines.empty:
        return _missing("pipeline", frame)
    num, den = number(lines["e_pipeline"].sum()), number(lines[f"e_{base}"].sum())
    return Answer(divide(num, den), num, den, int(lines["n"].sum()), **grade(lines))


def beat_share(frame: pd.DataFrame, params: Mapping) -> Answer:
    """Share of the groups with demand in which the pipeline's absolute error is smaller than the benchmark's."""
    base = benchmark(frame)
    lines = offered(frame, base)
    if lines.empty:
        return _missing("pipeline", frame)
    groups = lines.groupby("member", sort=True)[["y", "e_pipeline", f"e_{base}"]].sum()
    groups = groups[groups["y"] > 0]
    num = int((groups["e_pipeline"] < groups[f"e_{base}"]).sum())
    return Answer(divide(num, len(groups)), num, len(groups), len(groups), **grade(lines))


def in_sample(text: str | None) -> np.ndarray:
    """The group's changes before the first forecast: one list per cell, added up."""
    cells = [np.array(cell.split(","), float) for cell in (text or "").split(";") if cell]
    return np.sum(cells, axis=0) if cells else np.array([])


def scaled(power: int) -> Callable:
    """Finisher for MASE (power 1) and RMSSE (power 2): mean over groups of the error against how much the group moved
    before the first forecast. Groups that did not move then are dropped and counted in coverage."""

    def finish(frame: pd.DataFrame, params: Mapping) -> list[Answer]:
        answers = []
        for method in METHODS:
            lines = offered(frame, method)
            if lines.empty:
                answers.append(_missing(method, frame))
                continue
            ratios, groups = _scaled_groups(lines, method, power)
            value = float(np.mean(ratios)) if ratios else None
            cover = {"groups_with_movement": len(ratios) / groups}
            counts = (float(np.sum(ratios)), len(ratios), int(lines["n"].sum()))
            answers.append(Answer(value, *counts, part_of(method), coverage=cover, **grade(lines)))
        return answers

    return finish


def _scaled_groups(lines: pd.DataFrame, method: str, power: int) -> tuple[list[float], int]:
    column, ratios, groups = f"e_{method}" if power == 1 else f"s_{method}", [], 0
    for _, group in lines.groupby("member", sort=True):
        groups += 1
        moved = in_sample(group.sort_values("origin")["in_sample"].iloc[-1])
        scale = float(np.mean(np.abs(moved) ** power)) if moved.size else 0.0
        if scale > 0:
            ratios.append((float(group[column].sum()) / float(group["n"].sum()) / scale) ** (1 / power))
    return ratios, groups


def newest(columns: Mapping[str, str]) -> Callable:
    """Finisher: a value summed over target months, each by its newest forecast in scope, that of the shortest horizon.
    `columns` maps parts ("" for none) to columns."""

    def finish(frame: pd.DataFrame, params: Mapping) -> list[Answer]:
        lines = frame[frame["horizon"] == frame.groupby("target")["horizon"].transform("min")] if len(frame) else frame
        found = []
        for part, column in columns.items():
            known = lines[lines[column].notna()]
            value, status = (number(known[column].sum()), None) if len(known) else (None, "insufficient")
            found.append(Answer(value, value, None, int(known["n"].sum()), part or None, status=status))
        return found

    return finish


def calibration(frame: pd.DataFrame, params: Mapping) -> list[Answer]:
    """Share won of all open deals, then by tenths of the chance they were given, least first; equal chances stay
    together.

    coverage.chance is the mean chance given. Columns origin, pi, n (deals), hits (deals won in that month), given."""
    if frame.empty:
        return [Answer(None, 0, 0, 0, **grade(frame))]
    table = (
        frame.astype({"n": float, "hits": float, "given": float}).groupby("pi", sort=True)[["n", "hits", "given"]].sum()
    )
    middle = table["n"].cumsum() - table["n"] / 2
    tenth = np.minimum(np.floor(10 * middle / table["n"].sum()), 9).astype(int) + 1
    told = grade(frame)
    parts = [(None, table.sum()), *((str(name), part.sum()) for name, part in table.groupby(tenth, sort=True))]
    return [_came_true(part, sums, told) for part, sums in parts]


def _came_true(part: str | None, sums: pd.Series, told: dict) -> Answer:
    n, hits = float(sums["n"]), float(sums["hits"])
    cover = {"chance": float(sums["given"]) / n}
    return Answer(hits / n, hits, n, round(n), part, wilson(hits / n, n), "wilson", coverage=cover, **told)
