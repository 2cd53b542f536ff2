"""Composite indices: from readings to scores, from scores to one number, its interval and its weakest part (M16).

    score = 100 x clip((x - floor) / (target - floor), 0, 1)      a band: 100 inside, falling to 0 at its outer limits
    index = exp(sum w ln max(score, 1)), weights w of the parts that are known, made to sum to 1

Geometric, so that a collapse cannot be bought back by the other parts. Never filled in: below 70 % of the weight, or
when a part with a quarter of it rests on too few rows, there is no index. Source: OECD/JRC Handbook on composites.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from metrics.draws import DRAWS, generator
from metrics.registry import Answer, Component

ENOUGH_WEIGHT, HEAVY = 0.70, 0.25
CONCENTRATION = 50
USABLE = ("ok", "low_n", "stale")


@dataclass(frozen=True)
class Scored:
    """A component with its reading (a result row) and what the question's weights and anchors make of it. `is_drawn`:
    readings have their intervals, so that the index has one."""

    component: Component
    row: Mapping
    weight: float
    anchors: tuple[float, ...]
    is_drawn: bool = True

    @property
    def is_known(self) -> bool:
        return self.row["value"] is not None and self.row["status"] in USABLE

    @property
    def score(self) -> float | None:
        return score(self.row["value"], self.anchors) if self.is_known else None


def score(value: float, anchors: Sequence[float]) -> float:
    """0 to 100 between a floor and a target, or over a band (outer low, low, high, outer high)."""
    if len(anchors) == 2:
        floor, target = anchors
        return 100 * min(max((value - floor) / (target - floor), 0.0), 1.0)
    return 100 * float(np.interp(value, anchors, (0.0, 1.0, 1.0, 0.0)))


def geometric(scores: Sequence[float], weights: Sequence[float]) -> float:
    """Weighted geometric mean; a score below 1 counts as 1."""
    whole = sum(weights)
    return math.exp(sum(w / whole * math.log(max(s, 1.0)) for s, w in zip(scores, weights, strict=True)))


def arithmetic(scores: Sequence[float], weights: Sequence[float]) -> float:
    return sum(s * w for s, w in zip(scores, weights, strict=True)) / sum(weights)


def weight_available(parts: Sequence[Scored]) -> float:
    """Share of the weight whose parts are known."""
    return sum(part.weight for part in parts if part.is_known) / sum(part.weight for part in parts)


def suppressed(parts: Sequence[Scored]) -> tuple[str, str] | None:
    """(status, reason) where too little is known for an index, None where there is enough."""
    whole = sum(part.weight for part in parts)
    heavy = [
        part.component.title
        for part in parts
        if part.row["status"] == "insufficient" and part.weight / whole >= HEAVY - 1e-9
    ]
    if heavy:
        return "insufficient", f"suppressed: too few rows for {', '.join(heavy)}"
    available = weight_available(parts)
    if available < ENOUGH_WEIGHT - 1e-9:
        missing = ", ".join(part.component.title for part in parts if not part.is_known)
        return "not_available", f"not_available: {missing} ({available:.0%} of the weight is known, 70% needed)"
    return None


def index_of(parts: Sequence[Scored], name: str, params: Mapping, is_risk: bool, mean=geometric) -> Answer:
    """The index of scored parts; of a risk, 100 less the mean of the safety scores. n = parts known."""
    known = [part for part in parts if part.is_known]
    coverage = {"weight_available": weight_available(parts)}
    told = suppressed(parts)
    if told:
        return Answer(None, None, None, len(known), status=told[0], reason=told[1], coverage=coverage)
    value = mean([part.score for part in known], [part.weight for part in known])
    weakest = min(known, key=lambda part: (part.score, part.component.name))
    reason = f"weakest: {weakest.component.title} (score {weakest.score:.0f})"
    ci = interval(known, generator(name, params), mean) if all(part.is_drawn for part in known) else None
    fixed = [part.component.title for part in known if _width(part) is None] if ci else []
    if fixed:
        reason += f"; held fixed in the interval: {', '.join(fixed)}"
    if is_risk:
        value, ci = 100 - value, ci and (100 - ci[1], 100 - ci[0])
    status = "low_n" if any(part.row["status"] == "low_n" for part in known) else "ok"
    return Answer(value, None, None, len(known), None, ci, "weights_and_parts_drawn", status, reason, coverage)


def interval(known: Sequence[Scored], draw: np.random.Generator, mean=geometric) -> tuple[float, float]:
    """95 % of the index over drawn weights (Dirichlet) and drawn readings (normal, from each part's own interval)."""
    ordered = sorted(known, key=lambda part: part.component.name)
    whole = sum(part.weight for part in ordered)
    weights = draw.dirichlet([CONCENTRATION * part.weight / whole for part in ordered], DRAWS)
    scores = np.column_stack([_drawn(part, draw) for part in ordered])
    if mean is geometric:
        found = np.exp((weights * np.log(np.maximum(scores, 1.0))).sum(axis=1))
    else:
        found = (weights * scores).sum(axis=1)
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _width(part: Scored) -> float | None:
    ends = part.row["ci"]
    return None if not ends or None in ends else ends[1] - ends[0]


def _drawn(part: Scored, draw: np.random.Generator) -> np.ndarray:
    width = _width(part)
    if width is None:
        return np.full(DRAWS, part.score)
    values = np.clip(draw.normal(part.row["value"], width / 3.92, DRAWS), part.component.least, part.component.most)
    return np.array([score(value, part.anchors) for value in values])


def score_of(part: Scored) -> Answer:
    """One component's score as a part; num is the reading itself."""
    reading, component = part.row, part.component
    ends = reading["ci"] if _width(part) is not None and part.is_known else None
    ci = ends and tuple(sorted(score(end, part.anchors) for end in ends))
    made = Answer(part.score, reading["value"], None, reading["n"], component.name, ci, reading["ci_method"])
    return replace(made, status=reading["status"], reason=reading["reason"], coverage={"weight": part.weight})
