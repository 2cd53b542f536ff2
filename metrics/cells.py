"""From a request to result rows: the total, slices and periods of every measure that can be read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from metrics import periods
from metrics.answers import Cell, answers, two_sided
from metrics.available import check_members, no_state, unanswered, unavailable
from metrics.cubes import cube_frame
from metrics.document import dress
from metrics.indexed import index_rows
from metrics.known import Facts
from metrics.question import Question, Request
from metrics.registry import Metric
from metrics.relations import is_recomputed
from metrics.scope import as_of_date, questions, whole


def rows_of(facts: Facts, asked: Metric, measures, params: dict, request: Request) -> Iterator[dict]:
    """Result rows of all measures: the total first, then slices, then periods."""
    of_index = [measure for measure in measures if measure.of_components]
    if of_index:
        yield from index_rows(facts, asked, of_index, params, request)
        measures = [measure for measure in measures if not measure.of_components]
    if not measures:
        return
    as_of = as_of_date(facts, asked, measures, params, request)
    for measure in measures:
        question = questions(facts, asked, measure, params, request, as_of)
        reason = unavailable(facts, question, request)
        if reason:
            period = whole(question) if as_of or (request.date_from and request.date_to) else None
            yield dress(facts, question, unanswered(reason), period)
            continue
        check_members(facts, question)
        for cell, period in cells(facts, question, request):
            yield dress(facts, question, cell, period)


def cells(facts: Facts, question: Question, request: Request) -> Iterator[tuple[Cell, periods.Period | None]]:
    """Cells of a question with their periods: the total of the whole period, slices, and each bucket."""
    groupings = [(), request.by] if request.by else [()]
    trend = request.reading == "trend" or bool(request.every)
    for by in groupings:
        if question.is_state:
            yield from _state_cells(facts, question, by, request, trend)
            continue
        if not (trend and by):
            total = replace(question, every=None)
            for cell in _answers(facts, total, by, request.interval):
                yield cell, None if trend else whole(question)
        if trend:
            for cell in _answers(facts, question, by, request.interval):
                bucket = periods.bucket(question.every, cell.bucket, question.fiscal)
                yield cell, periods.clipped(bucket, question.start, question.end)


def _state_cells(facts: Facts, question: Question, by, request: Request, trend: bool):
    """States at the ends of buckets, each under the day that it is of; one that serves several of them once."""
    every = question.every if trend else None
    days = periods.state_dates(every, question.start, question.end, question.as_of, question.fiscal)
    found: dict[date, list[Cell]] = {}
    for day in days:
        at = replace(question, start=day, end=day, every="day")
        made = _answers(facts, at, by, request.interval and day == days[-1])
        if made:
            found[made[0].bucket] = made
        elif not by:
            reason = no_state(facts, at)
            found[day] = [unanswered(reason)] if reason else _answers(facts, replace(at, every=None), by, False)
    for day, made in found.items():
        yield from ((cell, periods.Period(day.isoformat(), day, day)) for cell in made)


def _answers(facts: Facts, question: Question, by: tuple[str, ...], interval: bool) -> list[Cell]:
    default = facts.as_of(question.metric, {question.relation_name})
    cursor, recompute = facts.version.cursor(), is_recomputed(question, default)
    frame = None if recompute else _from_cube(facts, cursor, question, by)
    return answers(cursor, question, by, recompute, interval, frame)


def _from_cube(facts: Facts, cursor, question: Question, by: tuple[str, ...]):
    """The sums out of the cube where it holds all of them."""
    frame = cube_frame(facts, cursor, question, by)
    if frame is None or not question.measure.beside:
        return frame
    base = cube_frame(facts, cursor, question.beside, by)
    return None if base is None else two_sided(question, frame, base)
