"""Whether a question can be answered from a version, and in which words not."""

from datetime import date, timedelta

from metrics.answers import Cell
from metrics.known import Facts
from metrics.query import run
from metrics.question import Question, Request, _near
from metrics.registry import Answer, UsageError
from metrics.relations import chain, is_recomputed, table_name


def unavailable(facts: Facts, question: Question, request: Request) -> str | None:
    """Why a measure cannot be read from this version, naming the missing input; None when it can."""
    missing = facts.missing(question.field("requires"))
    if missing:
        return f"not_available: {missing.replace('|', ' or ')}"
    for name in [*request.by, *request.where]:
        if facts.missing((question.metric.dims[name].source,)):
            return f"not_available: {question.metric.dims[name].source.replace('|', ' or ')} (needed for {name})"
    if table_name(question.metric, question.relation_name) not in facts.relation_tables:
        return f"not_available: {question.relation_name} of {question.metric.id} is not in this version; build again"
    if question.measure.unit == "currency" and facts.currency is None:
        return "not_available: company_setting.reporting_currency"
    return _no_history(facts, question)


def _no_history(facts: Facts, question: Question) -> str | None:
    column = question.relation.state_column
    if (
        column is None
        or question.is_state
        or question.as_of >= (facts.as_of(question.metric, {question.relation_name}) or question.as_of)
    ):
        return None
    known = "known_from <= $as_of AND (known_to IS NULL OR known_to > $as_of) AND " if question.relation.known else ""
    table = table_name(question.metric, question.relation_name)
    sql = f"SELECT max(state_from) AS day FROM {table} WHERE {known}state_from > $as_of"
    day = run(facts.version.cursor(), sql, question)["day"].iloc[0]
    return None if day != day or day is None else f"not_available: no history of {column} before {str(day)[:10]}"


def no_state(facts: Facts, question: Question) -> str | None:
    """Why no state is known at the end of a question; None where there is one, of which nothing is in scope."""
    column, age = question.relation.state_column or question.relation_name, question.relation.max_age_days
    recompute = is_recomputed(question, facts.as_of(question.metric, {question.relation_name}))
    steps = ", ".join(chain(question, recompute))
    sql = f"""{"WITH " + steps if steps else ""}
SELECT min(state_date) AS first, max(state_date) FILTER (WHERE state_date <= $end) AS newest
FROM {table_name(question.metric, question.relation_name)}"""
    first, newest = (_day(item) for item in run(facts.version.cursor(), sql, question).iloc[0])
    if first is None or newest is None:
        return f"not_available: no history of {column}" + (f" before {first}" if first else "")
    if newest < question.end - timedelta(days=age):
        return f"not_available: no {column} in the {age} days up to {question.end}"
    return None


def _day(value) -> date | None:
    return None if value is None or value != value else value.date()


def unanswered(reason: str) -> Cell:
    """A cell that says why it has no number."""
    return Cell({}, None, Answer(None, status="not_available", reason=reason), {}, {})


def check_members(facts: Facts, question: Question) -> None:
    """A filter on a member that no row has is refused with the nearest ones."""
    for name, wanted in question.where.items():
        known = facts.members(question, name)
        for member in wanted:
            if member not in known and member != question.metric.dims[name].empty:
                raise UsageError(f"{name} has no member {member!r}; {_near(member, sorted(known))}")
