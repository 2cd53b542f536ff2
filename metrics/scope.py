"""What a request means for a measure: its as-of date, its period, the members of its filters."""

from dataclasses import replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from metrics import periods
from metrics.known import Facts
from metrics.question import Question, Request, check_dims
from metrics.registry import Measure, Metric, UsageError, resolve


def questions(facts: Facts, asked: Metric, measure: Measure, params: dict, request: Request, as_of) -> Question:
    """One measure's question with its as-of date and period settled. `as_of` None means nothing dated was loaded."""
    day = as_of or periods.END
    trend = request.reading == "trend" or bool(request.every)
    is_state = measure.of_components is not None or asked.relations[resolve(measure.relation, params)].at == "state"
    window = "state" if is_state else asked.window
    start, end = periods.default_period("last_12_months" if trend and window == "state" else window, day, params)
    end = request.date_to or (day if window == "state" else end)
    if start == periods.BEGINNING and request.date_from is None:
        start = facts.first_day(asked, measure, params) or end
    start = request.date_from or min(start, end)
    every = request.every or ("month" if trend else None)
    where = {name: members(asked, name, given) for name, given in request.where.items()}
    question = Question(asked, measure, params, day, where, start, max(start, end), every, facts.fiscal)
    return with_base(question, request.compare_to or "prior-year") if measure.beside else question


def with_base(question: Question, wanted) -> Question:
    """The question with what it is held against; each bucket of a trend stands beside the same one a year before."""
    return replace(question, base=base_of(question, "prior-year" if question.every else wanted))


def base_of(question: Question, wanted) -> Question:
    """The base of a comparison: the period before, the year before, other dates (a pair), or another member."""
    if isinstance(wanted, str) and "=" in wanted:
        name, member = wanted.split("=", 1)
        check_dims(question.metric, [name])
        return replace(question, where={**question.where, name: members(question.metric, name, member)})
    if isinstance(wanted, tuple):
        start, end = wanted
    elif wanted in ("prior", "prior-year"):
        start, end = _earlier(question, wanted)
    else:
        raise UsageError(f"--compare-to {wanted!r} may be prior, prior-year, D..D or DIM=VALUE")
    return replace(question, start=start, end=end)


def _earlier(question: Question, wanted: str) -> tuple[date, date]:
    period = whole(question)
    if question.is_state:
        step = relativedelta(months=1) if wanted == "prior" else relativedelta(years=1)
        day = period.end - step
        day = periods.month_end(day) if period.end == periods.month_end(period.end) else day
        return day, day
    if question.every == "week":
        return question.start - timedelta(days=364), question.end - timedelta(days=364)
    earlier = periods.prior if wanted == "prior" else periods.prior_year
    return earlier(max(period.start, date(1950, 1, 1)), period.end)


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
