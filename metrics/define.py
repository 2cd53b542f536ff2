"""Checks a metric definition when the catalogue is read, so that a wrong one is refused before it shows a number."""

from collections.abc import Mapping

from metrics.define_measures import CLOCK, measures, unknown_columns
from metrics.registry import DefinitionError, Metric
from metrics.sqltext import mart_reads, params_of, tables_read
from warehouse.schema import tables

CONTROL = {"load", "load_table", "entity_xref", "entity_record", "match_pair", "company_setting", "dq_issue", "fx"}
WINDOWS = ("last_12_months", "mature_12_cohorts", "all", "state")
TEXTS = ("title", "question")


def check(metric: Metric, others: Mapping[str, Metric] | None = None) -> Metric:
    """The metric itself; raises DefinitionError that names the metric, the field and the fault. `others` holds the
    metrics that it may need."""
    known = others or {}
    of_others = [fault for one in (_components, _needs, _relations) for fault in one(metric, known)]
    faults = [*_frame(metric), *_conventions(metric), *of_others, *measures(metric, known)]
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
    yield from (f"its {name} is empty" for name in TEXTS if not getattr(metric, name))
    if metric.definition_version != str(len(metric.history) + 1):
        yield f"definition_version is {metric.definition_version!r} and history tells of {len(metric.history)} changes"
    if metric.window not in WINDOWS:
        yield f"window is {metric.window!r}; it may be {', '.join(WINDOWS)}"


def _conventions(metric: Metric):
    for name, param in metric.params.items():
        if param.allowed is not None and param.default not in param.allowed:
            yield f"parameter {name}: its default {param.default!r} is not among what is allowed"
    for name, dim in metric.dims.items():
        for column in unknown_columns(dim.source):
            yield f"dimension {name}: its source {column} is no canonical column"


def _components(metric: Metric, others: Mapping[str, Metric]):
    if any(measure.of_components for measure in metric.measures) != bool(metric.components):
        yield "an index has components and measures of them"
    names = [component.name for component in metric.components]
    if len(set(names)) < len(names):
        yield "two components have one name"
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
        if not relation.grain or not relation.key:
            yield f"relation {name} names no {'key' if relation.grain else 'grain'}"
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
