"""Where a number stands: is a change for the better, which slice is the weakest. One rule for screen and paper."""

from collections.abc import Iterable

from charts.from_reading import shown
from charts.numbers import change
from metrics.registry import Metric

DIMS = ("segment", "family", "site")
DIRECTED = ("up", "down")


def sliced_by(metric: Metric) -> tuple[str, ...]:
    """The dimensions among whose members the weakest slice of a metric is sought."""
    return tuple(dim for dim in DIMS if dim in metric.dims)


def within(ci) -> bool:
    """Whether the interval of a difference is known and holds zero."""
    return bool(ci) and None not in ci and ci[0] <= 0 <= ci[1]


def judged(difference: float | None, unit: str, better: str | None, ci=None) -> str:
    """good, bad or flat: flat without a direction, when it is written as zero, or when its interval holds zero."""
    if difference is None or better not in DIRECTED or within(ci) or change(difference, unit).startswith("±"):
        return "flat"
    return "good" if (difference > 0) == (better == "up") else "bad"


def weakest(total: dict, slices: Iterable[dict], better: str | None) -> dict | None:
    """The row furthest on the wrong side of the whole (furthest off where no side is wrong), enough rows first."""
    if shown(total) is None:
        return None
    known = [row for row in slices if shown(row) is not None]
    known = [row for row in known if row["status"] == "ok"] or known
    worst = max(known, key=lambda row: _gap(row, total, better), default=None)
    return worst if worst and _gap(worst, total, better) > 0 else None


def _gap(row: dict, total: dict, better: str | None) -> float:
    off = row["value"] - total["value"]
    return {"up": -off, "down": off}.get(better, abs(off))
