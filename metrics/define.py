"""Checks a metric definition when the catalogue is read, so that a wrong one is refused before it shows a number."""

import re
from collections.abc import Mapping

from metrics.registry import UNITS, DefinitionError, Measure, Metric, resolve
from metrics.sqltext import mart_reads, params_of, tables_read
from warehouse.schema import tables

CLOCK = re.compile(r"\b(current_date|current_timestamp|now\s*\(|today\s*\(|localtimestamp)", re.IGNORECASE)
CONTROL = {"load", "load_table", "entity_xref", "entity_record", "match_pair", "company_setting", "dq_issue", "fx"}
BETTER = ("up", "down", "band", None)


def check(metric: Metric, others: Mapping[str, Metric] | None = None) -> Metric:
    """The metric itself; raises DefinitionError that names the metric, the field and the fault. `others` holds the
    metrics that it may need."""
    known = others or {}
    of_others = [fault for one in (_components, _needs, _relations) for fault in one(metric, known)]
    faults = [*_frame(metric), *of_others, *_measures(metric)]
    if faults:
        raise DefinitionError("; ".join(f"{metric.id}: {fault}" for fault in faults))
    return metric


def _frame(metric: Metric):
    if not metric.definition:
        yield "the file has no docstring that defines the metric"
    names = [measure.name for measure in metric.measures]
    if len(set(names)) < len(names):
        yield "two measures have one name"
    if sum(measure.headline for measure in metric.measures) != 1:
        yield "exactly one measure must be the headline"


def _components(metric: Metric, others: Mapping[str, Metric]):
    if any(measure.of_components for measure in metric.measures) != bool(metric.components):
        yield "an index has components and measures of them"
    for component in metric.components:
        if component.weight <= 0 or len(component.anchors) not in (2, 4):
            yield f"component {component.name}: needs a weight above 0 and two or four anchors"
        for name, measure in component.reads:
            if name not in (*metric.needs, metric.id):
                yield f"component {component.name}: reads {name}, which is not among what it needs"
            elif measure not in {one.name for one in (others.get(name) or metric).measures}:
                yield f"component {component.name}: {name} has no measure {measure}"


def _needs(metric: Metric, others: Mapping[str, Metric], path: tuple[str, ...] = ()):
    if metric.id in path:
        yield f"it needs itself, by way of {' -> '.join(path)}"
        return
    for need in metric.needs:
        if need not in others:
            yield f"needs {need!r}, which is no metric"
        else:
            yield from _needs(others[need], others, (*path, metric.id))


def _relations(metric: Metric, others: Mapping[str, Metric]):
    from metrics.relations import reads_of, relation_text, table_name

    readable = [metric, *(others[need] for need in metric.needs if need in others)]
    own = {table_name(of, name) for of in readable for name in of.relations}
    for name, relation in metric.relations.items():
        if relation.program is not None:
            unknown = reads_of(metric, name) - set(tables()) - set(mart_reads()) - own
            if unknown or not relation.program_reads:
                yield f"relation {name}: program_reads names {', '.join(sorted(unknown)) or 'nothing'}; no such table"
            continue
        text = relation_text(metric, name)
        if CLOCK.search(text):
            yield f"relation {name} reads the clock; bind $as_of instead"
        try:
            read = tables_read(text)
        except ValueError as error:
            yield f"relation {name} does not parse: {error}"
            continue
        unknown = read - own - set(tables()) - set(mart_reads()) - CONTROL
        if unknown:
            names = ", ".join(sorted(unknown))
            known = "canonical table, mart or relation of it or of a metric it needs"
            yield f"relation {name} reads {names}, which is no {known}"
        unbound = params_of(text) - set(metric.params) - {"as_of"}
        if unbound:
            yield f"relation {name} binds {', '.join(sorted(unbound))}, which is no parameter"
        if relation.is_view and params_of(text):
            yield f"relation {name} is a view and binds {', '.join(sorted(params_of(text)))}; a view binds nothing"


def _measures(metric: Metric):
    params = {name: param.default for name, param in metric.params.items()}
    for measure in metric.measures:
        if measure.unit not in UNITS:
            yield f"measure {measure.name}: unknown unit {measure.unit!r}; known: {', '.join(UNITS)}"
        if measure.better not in BETTER:
            yield f"measure {measure.name}: better is {measure.better!r}; it may be up, down, band or None"
        yield from (f"measure {measure.name}: {fault}" for fault in _measure(metric, measure, params))


def _measure(metric: Metric, measure: Measure, params: dict):
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
    if measure.interval == "ratio" and not measure.cluster:
        yield "a ratio interval needs a cluster"
