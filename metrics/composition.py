"""What moved a total: each slice's part of a difference, and for ratios how much of it came from the slices themselves.

    ratio, weights w and rates r by slice: within = sum (w0 + w1) / 2 x (r1 - r0)    mix = sum (r0 + r1) / 2 x (w1 - w0)

exact: within + mix = difference of the totals. A slice that is there once goes to mix with its one rate. A sum needs no
split: each slice's own difference is its part. Medians, concentrations, errors and indices have none: they do not add
up. Source: the symmetric (Marshall-Edgeworth) split; Simpson's paradox is why it is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Counts = tuple[float, float]


@dataclass(frozen=True)
class Part:
    """What one slice adds to the difference of the whole; within and mix are None for a sum."""

    contribution: float
    within: float | None = None
    mix: float | None = None


def of_ratio(now: Mapping, then: Mapping) -> dict[object, Part]:
    """The parts of slices from their (numerator, denominator) in both periods; empty where a whole is empty."""
    whole1, whole0 = (sum(den for _, den in counts.values()) for counts in (now, then))
    if not whole1 or not whole0:
        return {}
    rates = [sum(num for num, _ in side.values()) / whole for side, whole in ((now, whole1), (then, whole0))]
    middle = sum(rates) / 2
    found = {}
    for slice in {**now, **then}:
        within, mix = _split(now.get(slice, (0, 0)), then.get(slice, (0, 0)), whole1, whole0, middle)
        found[slice] = Part(within + mix, within, mix)
    return found


def _split(now: Counts, then: Counts, whole1: float, whole0: float, middle: float) -> tuple[float, float]:
    """Within and mix of one slice. A slice as good as the whole moves nothing by its weight, so its rate counts from
    the whole's; over all slices that takes away nothing, since their weights always add up to 1."""
    weight1, weight0 = now[1] / whole1, then[1] / whole0
    rate1 = now[0] / now[1] if now[1] else None
    rate0 = then[0] / then[1] if then[1] else None
    if rate1 is None or rate0 is None:
        once = rate1 if rate0 is None else rate0
        return 0.0, ((once if once is not None else middle) - middle) * (weight1 - weight0)
    return (weight0 + weight1) / 2 * (rate1 - rate0), ((rate0 + rate1) / 2 - middle) * (weight1 - weight0)


def of_sum(now: Mapping, then: Mapping) -> dict[object, Part]:
    """The parts of slices from their values in both periods."""
    return {slice: Part(now.get(slice, 0.0) - then.get(slice, 0.0)) for slice in {**now, **then}}
