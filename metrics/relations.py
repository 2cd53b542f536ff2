"""How relations stand on each other: places of other relations, what they bind, what must be computed again.

A place `{name}` in a relation's text is another relation of its metric, `{metric_id.name}` one of a metric it needs.
Every function takes the metric and the name of one of its relations.
"""

from collections.abc import Iterable

from metrics.question import Question
from metrics.registry import Metric, catalogue
from metrics.sqltext import PLACE, params_of, tables_read

Named = tuple[Metric, str]


def table_name(metric: Metric, relation: str) -> str:
    return f"{metric.id}__{relation}"


def relation_text(metric: Metric, name: str) -> str:
    """A relation's select with its places filled by the tables they stand for."""
    return PLACE.sub(lambda place: _table(metric, place[1]), metric.relations[name].sql)


def _table(metric: Metric, place: str) -> str:
    return place.replace(".", "__") if "." in place else table_name(metric, place)


def places(metric: Metric, name: str) -> list[str]:
    """The relations that a relation reads itself, as its text or its step names them."""
    relation = metric.relations[name]
    if relation.program is not None:
        return [read for read in relation.program_reads if "." in read or read in metric.relations]
    return list(dict.fromkeys(PLACE.findall(relation.sql)))


def behind(metric: Metric, name: str) -> list[Named]:
    """The relation itself and all it stands on, each after those it reads itself."""
    found: list[Named] = []
    for place in places(metric, name):
        other, _, inner = place.rpartition(".")
        below = behind(catalogue()[other], inner) if other else behind(metric, place)
        found += [named for named in below if named not in found]
    return [*found, (metric, name)]


def reads_of(metric: Metric, name: str) -> frozenset[str]:
    """Tables that a relation reads itself."""
    relation = metric.relations[name]
    if relation.program is None:
        return tables_read(relation_text(metric, name))
    own = places(metric, name)
    return frozenset(_table(metric, read) if read in own else read for read in relation.program_reads)


def tables_behind(metric: Metric, names: Iterable[str]) -> dict[str, frozenset[str]]:
    """What every relation behind some of a metric's reads, by its table name."""
    steps = [step for name in names for step in behind(metric, name)]
    return {table_name(of, inner): reads_of(of, inner) for of, inner in steps}


def relation_params(metric: Metric, name: str) -> set[str]:
    """Parameters that a relation binds itself or through one it stands on."""
    steps = [(of, inner) for of, inner in behind(metric, name) if of.relations[inner].program is None]
    return set().union(*(params_of(of.relations[inner].sql) for of, inner in steps))


def is_recomputed(question: Question, default_as_of) -> bool:
    """Whether the materialised rows do not serve: the text binds as_of or a parameter that differs from its default."""
    names = relation_params(question.metric, question.relation_name)
    if "as_of" in names and question.as_of != default_as_of:
        return True
    own = question.metric.params
    return any(question.params[name] != own[name].default for name in names - {"as_of"} if name in own)


def chain(question: Question, recompute: bool) -> list[str]:
    """Common table expressions that shadow the materialised relations where they must be recomputed; what a program
    wrote stands as it was built."""
    if not recompute:
        return []
    steps = behind(question.metric, question.relation_name)
    texts = [(of, name) for of, name in steps if of.relations[name].program is None]
    return [f"{table_name(of, name)} AS ({relation_text(of, name)})" for of, name in texts]


def borrowed(metric: Metric) -> dict:
    """Default values of the parameters that needed metrics bind in their own relations."""
    found: dict = {}
    for need in metric.needs:
        other = catalogue()[need]
        found = {**found, **borrowed(other), **{name: param.default for name, param in other.params.items()}}
    return found


def needed_first(metrics: Iterable[Metric]) -> list[Metric]:
    """Metrics and those they need, each after what it needs itself."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        for other in [*needed_first(catalogue()[need] for need in metric.needs), metric]:
            found.setdefault(other.id, other)
    return list(found.values())
