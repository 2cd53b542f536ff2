"""A question about one metric: what the caller asks, checked against what the metric offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from rapidfuzz import process

from metrics.fiscal import CALENDAR, Fiscal
from metrics.periods import parse_every
from metrics.registry import Measure, Metric, Relation, UsageError, resolve

READINGS = ("value", "trend", "rows", "interval", "steadiness", "compare", "flips")


@dataclass(frozen=True)
class Request:
    """What is asked: dates are inclusive local dates, `where` maps a dimension to allowed members ('' = missing). The
    limits of a steadiness reading are made anew from `baseline_from` on; `rules` says how many of its rules may signal.
    """

    measures: tuple[str, ...] | None = None
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date_from: date | None = None
    date_to: date | None = None
    every: str | None = None
    as_of: date | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    compare_to: str | tuple[date, date] | None = None
    reading: str = "value"
    limit: int | None = None
    offset: int = 0
    interval: bool = True
    rules: int = 2
    baseline_from: date | None = None


@dataclass(frozen=True)
class Question:
    """One measure of one metric at one as-of date, ready to be put in SQL; `base` is what a measure of two periods is
    held against."""

    metric: Metric
    measure: Measure
    params: Mapping[str, object]
    as_of: date
    where: Mapping[str, tuple[str, ...]]
    start: date
    end: date
    every: str | None = None
    fiscal: Fiscal = CALENDAR
    base: "Question | None" = None

    def field(self, name: str):
        return resolve(getattr(self.measure, name), self.params)

    @property
    def relation_name(self) -> str:
        return self.field("relation")

    @property
    def relation(self) -> Relation:
        return self.metric.relations[self.relation_name]

    @property
    def beside(self) -> "Question":
        """The base, in the buckets of this question."""
        return replace(self.base, every=self.every)

    @property
    def is_state(self) -> bool:
        return self.measure.of_components is not None or self.relation.at == "state"

    @property
    def has_parts(self) -> bool:
        """A key named `part` without a finish: every part is a ratio of its own, with its own interval."""
        return "part" in self.measure.keys and self.measure.finish is None


def _near(word: str, offered: list[str]) -> str:
    near = [match[0] for match in process.extract(str(word), offered, limit=3, score_cutoff=60)]
    return f"nearest: {', '.join(near)}" if near else f"it offers {', '.join(offered) or 'none'}"


def check_dims(metric: Metric, names) -> None:
    """A dimension that the metric lacks is refused with those it has."""
    for name in names:
        if name not in metric.dims:
            offered = ", ".join(metric.dims) or "none"
            raise UsageError(f"{metric.id} cannot be sliced or filtered by {name}; it offers {offered}")


def check_params(metric: Metric, given: Mapping) -> dict:
    """The metric's parameters with defaults filled in and texts turned into the default's type."""
    found = {name: param.default for name, param in metric.params.items()}
    for name, value in given.items():
        if name not in metric.params:
            raise UsageError(f"{metric.id} has no parameter {name!r}; {_near(name, list(metric.params))}")
        found[name] = _value(metric, name, value)
    return found


def _value(metric: Metric, name: str, value):
    param = metric.params[name]
    if isinstance(value, str) and value.lower() == "none":
        value = None
    if param.allowed is not None and value in param.allowed:
        return value
    if param.allowed is None or any(isinstance(item, int) for item in param.allowed):
        try:
            return None if value is None else _number(value)
        except (ValueError, OverflowError) as error:
            raise UsageError(f"{metric.id}: parameter {name} must be a number, not {value!r}") from error
    raise UsageError(f"{metric.id}: parameter {name} may be {', '.join(map(str, param.allowed))}, not {value!r}")


def _number(value):
    number = float(value)
    return int(number) if number == int(number) else number


def check_request(metric: Metric, request: Request) -> tuple[Measure, ...]:
    """The measures asked for; wrong names, dimensions and periods are refused here, before any SQL runs."""
    check_dims(metric, [*request.by, *request.where])
    if request.every:
        parse_every(request.every)
    if request.reading not in READINGS:
        raise UsageError(f"there is no reading {request.reading!r}; it may be {', '.join(READINGS)}")
    if request.date_from and request.date_to and request.date_from > request.date_to:
        raise UsageError(f"--from {request.date_from} is after --to {request.date_to}")
    if not request.measures:
        return (metric.headline,)
    if tuple(request.measures) == ("all",):
        return metric.measures
    return tuple(metric.measure(name) for name in request.measures)
