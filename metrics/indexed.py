"""Readings of an index: its components are read as of one day within one scope, then scored and put together.

An index is a state: a trend reads it at the ends of its periods, each as of that day, so that no part knows more than
was known then. Its rows are its components, each with the reading that it stands on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from metrics import periods
from metrics.answers import Cell
from metrics.components import Ask
from metrics.document import document, dress
from metrics.index import Scored
from metrics.known import Facts
from metrics.question import Request, check_params
from metrics.registry import ANCHORS, Measure, Metric, catalogue
from metrics.scope import as_of_date, members, questions

COLUMNS = (
    "row_key", "title", "metric", "measure", "value", "num",
    "den", "n", "status", "weight", "anchors", "score", "reason",
)  # fmt: skip


def index_rows(facts: Facts, asked: Metric, measures, params: dict, request: Request) -> Iterator[dict]:
    """Result rows of an index's measures: the whole, then slices; a trend at the ends of its periods."""
    as_of = as_of_date(facts, asked, measures, params, request)
    first = questions(facts, asked, measures[0], params, request, as_of)
    trend = request.reading == "trend" or bool(request.every)
    every = first.every if trend else None
    for day in periods.state_dates(every, first.start, first.end, first.as_of, facts.fiscal):
        for slice in [{}, *_slices(facts, asked, params, request, day)]:
            parts = scored(facts, asked, params, request, day, slice)
            for measure in measures:
                question = replace(questions(facts, asked, measure, params, request, as_of), end=day)
                yield from _dressed(facts, question, parts, slice, day)


def _dressed(facts: Facts, question, parts: list[Scored], slice: Mapping, day: date) -> Iterator[dict]:
    found = question.measure.of_components(parts, question.params)
    for answer in found if isinstance(found, list) else [found]:
        period = periods.Period(day.isoformat(), day, day)
        yield dress(facts, question, Cell(dict(slice), day, answer, {}, dict(answer.coverage)), period)


def scored(facts: Facts, asked: Metric, params: dict, request: Request, day: date, slice: Mapping) -> list[Scored]:
    """Every component of an index, read as of a day within the question's scope and one slice of it."""
    where = {name: members(asked, name, given) for name, given in request.where.items()}
    ask = Ask(_reader(facts, request.interval), day, {**where, **{name: (member,) for name, member in slice.items()}})
    weights = {one.name: float(params[f"weight_{one.name}"]) for one in asked.components}
    drawn = request.interval
    return [Scored(one, one.read(ask), weights[one.name], _anchors(one, params), drawn) for one in asked.components]


def _anchors(component, params: Mapping) -> tuple[float, ...]:
    return tuple(float(params[f"{name}_{component.name}"]) for name in ANCHORS[len(component.anchors)])


def _reader(facts: Facts, interval: bool):
    from metrics.cells import rows_of

    def rows(metric: str, measure: str, params: Mapping | None = None, **given) -> list[dict]:
        other = catalogue()[metric]
        request = Request(measures=(measure,), interval=interval, **given)
        return list(rows_of(facts, other, (other.measure(measure),), check_params(other, params or {}), request))

    return rows


def _slices(facts: Facts, asked: Metric, params: dict, request: Request, day: date) -> list[dict]:
    """The slices that the first component has."""
    if not request.by:
        return []
    metric, measure = asked.components[0].reads[0]
    given = {"where": request.where, "by": request.by, "as_of": day}
    return [row["slice"] for row in _reader(facts, False)(metric, measure, **given) if row["slice"] and not row["part"]]


def read_components(facts: Facts, asked: Metric, measure: Measure, params: dict, request: Request) -> dict:
    """The document of `--reading rows` for an index: one row per component, with where its own rows are."""
    as_of = as_of_date(facts, asked, [measure], params, request)
    day = min(request.date_to or as_of, as_of) if as_of else periods.END
    parts = scored(facts, asked, params, replace(request, reading="value"), day, {})
    rows = [_row(part, day, request) for part in parts][request.offset :][: request.limit]
    columns = [{"name": name, "type": "object", "unit": None} for name in COLUMNS]
    frame = document(facts, asked, [measure], params, request, [])
    return {**frame, "columns": columns, "total_rows": len(parts), "rows": rows}


def _row(part: Scored, day: date, request: Request) -> dict:
    component = part.component
    reading = {name: part.row[name] for name in ("value", "num", "den", "n", "ci", "status", "reason")}
    scope = {"as_of": day, "where": dict(request.where)}
    of = [{"metric": metric, "measure": measure, **scope} for metric, measure in component.reads]
    return {
        "row_key": component.name,
        "title": component.title,
        "metric": component.reads[0][0],
        "measure": component.reads[0][1],
        **reading,
        "weight": part.weight,
        "anchors": list(part.anchors),
        "score": part.score,
        "components": {"score": part.score, "weight": part.weight},
        "reads": of,
        "sources": [],
    }
