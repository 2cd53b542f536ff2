"""Checks the measures of a metric when the catalogue is read: units, sums, intervals, texts, columns."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from metrics.registry import UNITS, Measure, Metric, Relation, Stage, resolve
from metrics.sqltext import params_of
from warehouse.schema import tables

CLOCK = re.compile(r"\b(current_date|current_timestamp|now\s*\(|today\s*\(|localtimestamp)", re.IGNORECASE)
BETTER = ("up", "down", "band", None)
INTERVALS = ("proportion", "ratio")
ALWAYS = ("as_of", "start", "end")
AWAITED = {"entity_review.is_match"}  # the judged sample, until one can be stored: docs/decisions/0013-master-data.md


def measures(metric: Metric, others: Mapping[str, Metric]) -> Iterator[str]:
    """What is wrong with the measures of a metric; `others` holds the metrics that it may need."""
    params = {name: param.default for name, param in metric.params.items()}
    bound = {*params, *ALWAYS}.union(*(others[need].params for need in metric.needs if need in others))
    for measure in metric.measures:
        if measure.unit not in UNITS:
            yield f"measure {measure.name}: unknown unit {measure.unit!r}; known: {', '.join(UNITS)}"
        if measure.better not in BETTER:
            yield f"measure {measure.name}: better is {measure.better!r}; it may be up, down, band or None"
        if not 0 <= measure.minimum[0] <= measure.minimum[1]:
            yield f"measure {measure.name}: minimum {measure.minimum} must rise from insufficient to ok"
        faults = [*_measure(metric, measure, params), *_texts(measure, params, bound), *_names(measure, params)]
        yield from (f"measure {measure.name}: {fault}" for fault in faults)


def _measure(metric: Metric, measure: Measure, params: dict) -> Iterator[str]:
    if measure.of_components is not None:
        return
    relation = resolve(measure.relation, params)
    if relation not in metric.relations:
        yield f"there is no relation {relation!r}"
        return
    sums, stage = resolve(measure.sums, params), resolve(measure.stage, params)
    wanted = {"n"} if measure.finish else {"n", "num", "den"}
    if wanted - set(sums):
        yield f"its sums lack {', '.join(sorted(wanted - set(sums)))}"
    if stage and set(stage.shared) - set(metric.dims):
        yield f"its groups share {', '.join(sorted(set(stage.shared) - set(metric.dims)))}, which is no dimension"
    anchored = measure.anchor or (stage and stage.anchor) or metric.relations[relation].at == "state"
    if not anchored:
        yield "no anchor dates its rows"
    yield from _interval(measure, metric.relations[relation], stage)


def _interval(measure: Measure, relation: Relation, stage: Stage | None) -> Iterator[str]:
    if isinstance(measure.interval, str) and measure.interval not in INTERVALS:
        yield f"interval is {measure.interval!r}; it may be {', '.join(INTERVALS)}, None or a function"
    if measure.interval == "ratio" and not measure.cluster:
        yield "a ratio interval needs a cluster"
    lines = [column for column in (stage.by if stage else relation.key) if column.endswith("_line_id")]
    if measure.interval == "proportion" and not measure.cluster and lines:
        yield f"a proportion of rows by {lines[0]} needs a cluster: lines of one order are not independent"


def _texts(measure: Measure, params: dict, bound: set[str]) -> Iterator[str]:
    """Texts that read the clock or bind what nobody gives."""
    for name in ("anchor", "where", "cluster", "exclude", "sums", "keys", "coverage"):
        given = resolve(getattr(measure, name), params) or {}
        for key, text in given.items() if isinstance(given, Mapping) else [("", given)]:
            field = f"{name} {key}".strip()
            if CLOCK.search(text):
                yield f"its {field} reads the clock; bind $as_of instead"
            if unbound := params_of(text) - bound:
                yield f"its {field} binds {', '.join(sorted(unbound))}, which is no parameter"


def _names(measure: Measure, params: dict) -> Iterator[str]:
    """Columns and tables that the warehouse does not have."""
    for need in resolve(measure.requires, params):
        yield from (f"requires {column}, which is no canonical column" for column in unknown_columns(need))
    yield from (f"reads {name}, which is no canonical table" for name in measure.reads if name not in tables())


def unknown_columns(named: str) -> list[str]:
    """Those of some columns ("table.column", alternatives by "|") that the canonical schema lacks."""
    return [column for part in named.split("|") if (column := part.strip()) not in _known()]


@cache
def _known() -> frozenset[str]:
    return frozenset(f"{table.name}.{column}" for table in tables().values() for column in table.columns) | AWAITED
