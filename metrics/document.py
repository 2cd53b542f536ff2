"""The public JSON document of a reading: the frame round the result rows, and how an answer becomes one."""

from datetime import date, timedelta

from metrics import periods
from metrics.answers import Cell
from metrics.known import Facts
from metrics.question import Question, Request
from metrics.registry import Answer, Measure, Metric
from metrics.scope import as_of_date, questions, whole

SCHEMA = 1


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
