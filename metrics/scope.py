"""What a request means for a measure: its as-of date, its period, the members of its filters."""

from datetime import date

from metrics import periods
from metrics.known import Facts
from metrics.question import Question, Request
from metrics.registry import Measure, Metric


def questions(facts: Facts, asked: Metric, measure: Measure, params: dict, request: Request, as_of) -> Question:
    """One measure's question with its as-of date and period settled. `as_of` None means nothing dated was loaded."""
    day = as_of or periods.END
    trend = request.reading == "trend" or bool(request.every)
    window = "last_12_months" if trend and asked.window == "state" else asked.window
    start, end = periods.default_period(window, day, params)
    end = request.date_to or (day if asked.window == "state" else end)
    if start == periods.BEGINNING and request.date_from is None:
        start = facts.first_day(asked, measure, params) or end
    start = request.date_from or min(start, end)
    every = request.every or ("month" if trend else None)
    where = {name: members(asked, name, given) for name, given in request.where.items()}
    return Question(asked, measure, params, day, where, start, max(start, end), every, facts.fiscal_start)


def members(asked: Metric, name: str, given) -> tuple[str, ...]:
    """Members of a dimension as rows name them; '' is the word for a missing one."""
    listed = [given] if isinstance(given, str) else given
    return tuple(item or asked.dims[name].empty for item in listed)


def as_of_date(facts: Facts, asked: Metric, measures, params: dict, request: Request) -> date | None:
    """The as-of date of a document: the one asked for, else the oldest reach of what its measures read."""
    if request.as_of:
        return request.as_of
    return min(facts.reach_of(asked, measures, params).values(), default=None)


def whole(question: Question) -> periods.Period:
    """The whole period of a question; a state has only its date."""
    start, end = (question.end, question.end) if question.is_state else (question.start, question.end)
    if question.is_state:
        start = end = min(question.end, question.as_of)
    label = start.isoformat() if start == end else f"{start}..{end}"
    return periods.Period(label, start, end)
