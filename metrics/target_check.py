"""Whether a target can be one: does what it is set for exist, and do its numbers fit the measure's direction."""

from dataclasses import replace
from math import isfinite

from metrics.question import Request, _near, check_dims
from metrics.read import read
from metrics.registry import Measure, Metric, UsageError, metric
from metrics.targets import SUMS
from warehouse.targets import Target

# beyond these a share was meant in percent
MOST_SHARE = {"up": 1.0}
ANY_SHARE = 2.0


def checked(version, one: Target) -> Target:
    """The target as it may be kept: members by their names, slice in order.

    Raises UsageError with what is offered for an unknown metric, measure, dimension, member or part, for a measure that
    cannot be judged, and for numbers that contradict its direction."""
    asked = metric(one.metric)
    measure = asked.measure(one.measure)
    check_dims(asked, dict(one.slice))
    _judgeable(asked, measure)
    _numbers(measure, one)
    members = sorted((dim, member or asked.dims[dim].empty) for dim, member in one.slice)
    found = replace(one, slice=tuple(members))
    _known(version, found)
    return found


def _judgeable(asked: Metric, measure: Measure) -> None:
    if measure.better is None:
        raise UsageError(f"{asked.id} {measure.name} has no better side, so a target cannot judge it")
    relation = asked.relations.get(measure.relation) if isinstance(measure.relation, str) else None
    if measure.additive and measure.unit in SUMS and relation and relation.at == "period":
        raise UsageError(f"{asked.id} {measure.name} grows with its period, so one target cannot fit every period")


def _numbers(measure: Measure, one: Target) -> None:
    name, is_band = measure.name, measure.better == "band"
    if is_band and (one.band is None or one.target is not None or one.alert is not None):
        raise UsageError(f"{name} is judged by a band: give the band LOW..HIGH and no single value")
    if not is_band and (one.target is None or one.band is not None or one.outer is not None):
        raise UsageError(f"{name} is judged by one value ({_side(measure)}): give that value and no band")
    given = [value for value in (one.target, one.alert, *(one.band or ()), *(one.outer or ())) if value is not None]
    _sizes(measure, given)
    _order(measure, one)


def _sizes(measure: Measure, given: list[float]) -> None:
    most = MOST_SHARE.get(measure.better, ANY_SHARE) if measure.unit == "share" else None
    for value in given:
        if not isfinite(value):
            raise UsageError(f"{measure.name}: {value} is no number to reach")
        if most is not None and abs(value) > most:
            raise UsageError(f"{measure.name} is a share, told as a fraction: 0.95 is 95 %, not {value:g}")


def _order(measure: Measure, one: Target) -> None:
    if measure.better == "band":
        ends = [one.band[0], one.band[1]] if one.outer is None else [one.outer[0], *one.band, one.outer[1]]
        if ends != sorted(ends) or one.band[0] == one.band[1]:
            raise UsageError(f"{measure.name}: a band runs from low to high, its outer limits around it")
    elif one.alert is not None and (one.alert >= one.target if measure.better == "up" else one.alert <= one.target):
        side = "below" if measure.better == "up" else "above"
        raise UsageError(f"{measure.name}: {_side(measure)}, so the alert stands {side} the target {one.target:g}")


def _side(measure: Measure) -> str:
    return "higher is better" if measure.better == "up" else "lower is better"


def _known(version, one: Target) -> None:
    """Members and parts as the data have them; a part is not checked where nothing is told yet."""
    where = {dim: (member,) for dim, member in one.slice}
    doc = read(version, one.metric, Request(measures=(one.measure,), where=where, interval=False))
    parts = list(dict.fromkeys(row["part"] for row in doc["rows"] if row["n"]))
    if not parts or one.part in parts:
        return
    named = [part for part in parts if part is not None]
    if one.part is None:
        raise UsageError(f"{one.metric} {one.measure} is told in parts: name one of {', '.join(named)}")
    offer = _near(one.part, named) if named else "it is told as a whole"
    raise UsageError(f"{one.metric} {one.measure} has no part {one.part!r}; {offer}")
