"""The one way to ask a metric: a version, an id and a request in, the public JSON document out.

Pages, reports and the command line all read here, so they can only show the same number.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from metrics import periods
from metrics.answers import Cell, answers
from metrics.cubes import cube_frame
from metrics.known import Facts, facts_of
from metrics.query import chain, is_recomputed, run, table_name
from metrics.question import Question, Request, _near, check_params, check_request
from metrics.registry import Answer, Measure, Metric, UsageError, metric

SCHEMA = 1


def read(version, metric_id: str, request: Request) -> dict:
    """The document of `metric --format json` for one metric. Raises UsageError with what is offered instead."""
    asked = metric(metric_id)
    measures = check_request(asked, request)
    params = check_params(asked, request.params)
    facts = facts_of(version)
    if request.reading == "rows":
        from metrics.drill import read_rows

        return read_rows(facts, asked, measures[0], params, request)
    if request.reading == "compare":
        from metrics.compare import read_compare

        return read_compare(facts, asked, measures, params, request)
    return document(facts, asked, measures, params, request, list(rows_of(facts, asked, measures, params, request)))


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


def rows_of(facts: Facts, asked: Metric, measures, params: dict, request: Request) -> Iterator[dict]:
    """Result rows of all measures: the total first, then slices, then periods."""
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
                bucket = periods.bucket(question.every, cell.bucket, question.fiscal_start)
                yield cell, periods.clipped(bucket, question.start, question.end)


def _state_cells(facts: Facts, question: Question, by, request: Request, trend: bool):
    """States at the ends of buckets, each under the day that it is of; one that serves several of them once."""
    every = question.every if trend else None
    days = periods.state_dates(every, question.start, question.end, question.as_of, question.fiscal_start)
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


def _answers(facts: Facts, question: Question, by: tuple[str, ...], interval: bool) -> list[Cell]:
    default = facts.as_of(question.metric, {question.relation_name})
    cursor, recompute = facts.version.cursor(), is_recomputed(question, default)
    frame = None if recompute else cube_frame(facts, cursor, question, by, default)
    return answers(cursor, question, by, recompute, interval, frame)


def whole(question: Question) -> periods.Period:
    """The whole period of a question; a state has only its date."""
    start, end = (question.end, question.end) if question.is_state else (question.start, question.end)
    if question.is_state:
        start = end = min(question.end, question.as_of)
    label = start.isoformat() if start == end else f"{start}..{end}"
    return periods.Period(label, start, end)


def dress(facts: Facts, question: Question, cell: Cell, period: periods.Period | None) -> dict:
    """One result row of the public document."""
    answer, measure = cell.answer, question.measure
    end = period.end if period else question.end
    reason = answer.reason or (_nothing(cell.excluded) if not answer.n and answer.status is None else None)
    return {
        "measure": measure.name,
        "part": answer.part,
        "slice": cell.slice,
        "period": period.as_json() if period else None,
        "value": answer.value,
        "num": answer.num,
        "den": answer.den,
        "n": answer.n,
        "ci": list(answer.ci) if answer.ci else None,
        "ci_method": answer.ci_method if answer.ci else None,
        "status": _status(facts, question, answer),
        "reason": reason,
        "provisional": period is not None and _may_change(question, end),
        "coverage": cell.coverage,
        "excluded": cell.excluded,
        "currency": facts.currency if measure.unit == "currency" else None,
    }


def _may_change(question: Question, end: date) -> bool:
    """Whether the number of a period that ends then may still be another at a later as-of date."""
    settles = question.field("settles_after")
    return settles is None or end + timedelta(days=settles) > question.as_of


def _nothing(excluded: dict[str, int]) -> str:
    """Why there is no number: nothing in scope, or all of it left out."""
    told = ", ".join(f"{name} {count}" for name, count in excluded.items())
    return f"all rows in scope are left out: {told}" if told else "no rows in scope"


def _status(facts: Facts, question: Question, answer: Answer) -> str:
    if answer.status:
        return answer.status
    few, enough = question.measure.minimum
    if answer.n < few or not answer.n:
        return "insufficient"
    if facts.stale_masters(question.metric, question.relation_name, question.as_of):
        return "stale"
    return "low_n" if answer.n < enough else "ok"


def document(facts: Facts, asked: Metric, measures, params: dict, request: Request, rows: list[dict]) -> dict:
    """The frame round result rows: what was asked, of which version, how far each system reaches."""
    as_of = as_of_date(facts, asked, measures, params, request)
    reach = facts.reach_of(asked, measures, params)
    question = questions(facts, asked, measures[0], params, request, as_of)
    known = as_of or (request.date_from and request.date_to)
    period = whole(question).as_json() if known else dict.fromkeys(("label", "from", "to"), "")
    return {
        "schema": SCHEMA,
        "metric": asked.id,
        "title": asked.title,
        "definition": asked.definition_version,
        "data_version": facts.version.number,
        "as_of": as_of.isoformat() if as_of else None,
        "as_of_by_source": {system: day.isoformat() for system, day in sorted(reach.items())},
        "params": dict(params),
        "scope": {"where": {k: list(v) for k, v in question.where.items()}, "by": list(request.by), **period},
        "measures": [describe(measure) for measure in measures],
        "overlap": overlap(rows, request.by),
        "rows": rows,
    }


def overlap(rows: list[dict], by: tuple[str, ...]) -> list[dict]:
    """How many units stand in more than one slice (an order with lines of two families), told where it happens.

    What the whole leaves out and a slice reads (answers of another survey type) stands in one slice only."""
    found = []
    for name in {row["measure"]: None for row in rows if by}:
        own = [row for row in rows if row["measure"] == name and row["part"] is None and row["period"]]
        whole_rows, slices = ([row for row in own if bool(row["slice"]) is sliced] for sliced in (False, True))
        twice = (
            sum(row["n"] for row in slices) - sum(row["n"] for row in whole_rows) - _read_in_slices(whole_rows, slices)
        )
        if twice > 0:
            found.append({"measure": name, "by": list(by), "counted_twice": twice})
    return found


def _read_in_slices(whole_rows: list[dict], slices: list[dict]) -> int:
    left_out = {reason for row in whole_rows for reason in row["excluded"]}
    counts = [
        [sum(row["excluded"].get(reason, 0) for row in rows) for rows in (whole_rows, slices)] for reason in left_out
    ]
    return sum(max(0, of_whole - of_slices) for of_whole, of_slices in counts)


def describe(measure: Measure) -> dict:
    names = ("measure", "unit", "better", "headline", "additive", "title")
    values = (measure.name, measure.unit, measure.better, measure.headline, measure.additive, measure.title)
    return dict(zip(names, values, strict=True))
