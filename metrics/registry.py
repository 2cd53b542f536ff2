"""What a metric is, and the catalogue of all of them.

A metric is one or more relations (SQL at a stated grain) and measures over them. A reading takes the rows of a relation
that a scope selects, groups them by an inner key where the measure has a `stage`, sums the components per slice and
period, and hands the sums to `finish`. Because the same rows pass the same steps, slices, periods, totals and the drill
agree by construction. Id = file name, room = folder; both are set when the catalogue is read.
"""

import importlib
import inspect
import math
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

UNITS = ("share", "days", "currency", "count", "ratio", "score", "ppm", "per_year")
ANCHORS = {2: ("floor", "target"), 4: ("outer_low", "low", "high", "outer_high")}
ROOMS = ("demand", "execution", "cross", "supply", "executive")


class UsageError(ValueError):
    """The question cannot be asked as put; the message says what is offered instead."""


class DefinitionError(ValueError):
    """A metric file contradicts itself; the message names metric, field and fault."""


@dataclass(frozen=True)
class Relation:
    """Rows at a stated grain over canonical tables, marts and the metric's earlier relations.

    `sql` may bind $as_of and parameters; with only default values it is materialised in the version. `key` columns
    name a row. `known`: the rows carry known_from and known_to, and one of them holds at each as-of date.
    `state_column`: the row carries state_from, the date before which that canonical column has no history. `at`
    is "period" or "state" (rows carry state_date). Every relation carries source_system, source_object,
    source_id, load_id, source_line of its main record; `trace` maps further canonical tables to the column they
    share with the row. `is_view`: the rows of a mart as they are, read there and not written again. `program`
    replaces sql by a Python step of the build, (cursor, as_of) -> DataFrame, that reads the tables, marts and
    relations `program_reads` (a relation as a place names it: line, or metric_id.line).
    """

    grain: str
    key: tuple[str, ...]
    sql: str = ""
    at: str = "period"
    known: bool = False
    state_column: str | None = None
    max_age_days: int = 35
    trace: Mapping[str, str] = field(default_factory=dict)
    is_view: bool = False
    program: Callable | None = None
    program_reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dim:
    """A way to slice: a column (or expression over one) of the relations. `source` is the canonical column it comes
    from. `wide` dims (customer, product) are left out of cubes; `empty` is what a missing value is called.
    """

    title: str
    column: str
    source: str
    wide: bool = False
    empty: str = "Unknown"


@dataclass(frozen=True)
class Param:
    """A convention that a question may change: default first, then what is allowed (None = any number of its type)."""

    default: object
    allowed: tuple | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Stage:
    """An inner group before the sums: one row per `by` within the slice; `columns` are aggregates over the relation's
    rows, `anchor` the aggregate that dates the group, `having` which groups belong to the population. `shared` names
    the dimensions that all rows of a group have in common: slices by them never cut a group. `told` names columns of
    the group that its drilled rows carry.
    """

    by: tuple[str, ...]
    columns: Mapping[str, str]
    anchor: str | None = None
    having: str = "true"
    shared: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One number out of a finish, before it is dressed as a result row."""

    value: float | None
    num: float | None = None
    den: float | None = None
    n: int = 0
    part: str | None = None
    ci: tuple[float | None, float | None] | None = None
    ci_method: str | None = None
    status: str | None = None
    reason: str | None = None
    coverage: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Component:
    """One part of an index. `anchors` are (floor, target), which score 0 and 100, or a band (outer low, low, high,
    outer high); with `weight` they are the defaults of parameters that a question may change. `reads` names the
    (metric, measure) that `read` asks for; drawn readings stay within `least` and `most`."""

    name: str
    title: str
    weight: float
    anchors: tuple[float, ...]
    reads: tuple[tuple[str, str], ...]
    read: Callable
    least: float = 0.0
    most: float = math.inf


@dataclass(frozen=True)
class Measure:
    """One number of a metric.

    `relation`, `anchor`, `where`, `stage`, `requires` and `exclude` may be given as a function of the parameters
    where they depend on one. `where` is the population; `exclude` names the reasons, in order, for which a row
    of the population is left out and counted; `sums` are the row components that are added up (num, den and n
    at least, for a ratio); `keys` split the sums for `finish` (days, score ...). `coverage` are shares of the
    counted rows. `finish` turns the sums of one slice and period (a DataFrame) and the parameters into one
    Answer or a list of them (parts); None is num / den. `interval`: "proportion", "ratio", None, or a function
    of the sums split by `cluster`. `minimum` is (insufficient below, ok from). `requires` lists canonical
    columns ("table.column", alternatives by "|") without which it is not available. `reads` names
    the canonical tables that date the measure where its relation also carries what it does not need. A number is
    provisional until `settles_after` days after the end of its period (or as a function of the parameters says; None:
    it never settles). `beside`: the finish gets the sums of two periods, told apart by a column `side` (1 the period
    asked for, 0 its base: what --compare-to names, else the year before). `steady_from`: where a month of a steadiness
    reading has fewer, months are merged into quarters. `of_components` makes the measure of an index instead of all
    that: (scored components, parameters) -> Answer or a list of them.
    """

    name: str
    title: str
    unit: str
    better: str | None
    relation: str | Callable = ""
    anchor: str | Callable | None = None
    where: str | Callable = "true"
    exclude: Mapping[str, str] | Callable = field(default_factory=dict)
    sums: Mapping[str, str] | Callable = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    stage: Stage | Callable | None = None
    coverage: Mapping[str, str] = field(default_factory=dict)
    finish: Callable | None = None
    interval: str | Callable | None = None
    cluster: str | Callable | None = None
    minimum: tuple[int, int] = (5, 30)
    requires: tuple[str, ...] | Callable = ()
    reads: tuple[str, ...] = ()
    settles_after: int | None | Callable = 0
    beside: bool = False
    of_components: Callable | None = None
    steady_from: int = 0
    additive: bool = True
    headline: bool = False
    meaning: str = ""


@dataclass(frozen=True)
class Metric:
    """A question, the relations that hold its rows and the measures that answer it. `window` names the default period:
    "last_12_months", "mature_12_cohorts", "all" or "state". `needs` names the metrics whose relations or readings
    it stands on; `components` are the parts of an index.
    """

    title: str
    question: str
    relations: Mapping[str, Relation]
    measures: tuple[Measure, ...]
    dims: Mapping[str, Dim]
    params: Mapping[str, Param] = field(default_factory=dict)
    window: str = "last_12_months"
    caveats: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    example: str = ""
    needs: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    definition_version: str = "1"
    history: tuple[str, ...] = ()
    id: str = ""
    room: str = ""
    definition: str = ""

    @property
    def headline(self) -> Measure:
        return next((measure for measure in self.measures if measure.headline), self.measures[0])

    def measure(self, name: str) -> Measure:
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise UsageError(f"{self.id} has no measure {name!r}; it offers {', '.join(m.name for m in self.measures)}")


def resolve(given, params: Mapping):
    """A field of a measure for these parameters: the value itself, or what its function gives."""
    return given(params) if callable(given) else given


@cache
def catalogue() -> dict[str, Metric]:
    """Every metric by id, found in the room folders; each is checked when first read."""
    from metrics.define import check

    found: dict[str, Metric] = {}
    for room in ROOMS:
        package = importlib.import_module(f"metrics.{room}")
        for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
            module = importlib.import_module(f"metrics.{room}.{info.name}")
            metric = getattr(module, "METRIC", None)
            if metric is not None:
                text = inspect.cleandoc(module.__doc__ or "")
                given = replace(metric, id=info.name, room=room, definition=text)
                found[info.name] = replace(given, params={**metric.params, **_interval(metric), **_anchors(metric)})
    return {name: check(metric, found) for name, metric in found.items()}


def _interval(metric: Metric) -> dict[str, Param]:
    """The choice of interval of a metric that has one by linearisation."""
    methods = {measure.interval for measure in metric.measures if isinstance(measure.interval, str)}
    about = "How the intervals of shares and ratios are made; bootstrap draws whole clusters 2,000 times."
    is_offered = methods and not metric.components
    return {"interval": Param("linearised", ("linearised", "bootstrap"), about)} if is_offered else {}


def _anchors(metric: Metric) -> dict[str, Param]:
    """Weights and anchors of an index, each a parameter."""
    found = {}
    for one in metric.components:
        found[f"weight_{one.name}"] = Param(one.weight, None, f"Weight of: {one.title}.")
        for name, value in zip(ANCHORS[len(one.anchors)], one.anchors, strict=True):
            found[f"{name}_{one.name}"] = Param(value, None, f"{name.replace('_', ' ').capitalize()} of: {one.title}.")
    return found


def metric(name: str) -> Metric:
    """One metric by id; an unknown id is answered with the nearest ones."""
    from rapidfuzz import process

    if name not in catalogue():
        near = [match[0] for match in process.extract(name, list(catalogue()), limit=3)]
        raise UsageError(f"there is no metric {name!r}; nearest: {', '.join(near)}")
    return catalogue()[name]
