"""The reading `flips`: another convention beside the standing one, with the rows whose verdict it changes.

The standing convention is the metric's defaults, the other what the question's parameters say. A row flips when its
components or the reason that leaves it out differ: it is `gained` or `lost` (it counts in both, its numerator rises or
falls), `entered` or `left` (it counts only in the other, only in the standing one), else `changed`.
"""

from dataclasses import replace

from metrics.available import check_members, unavailable
from metrics.cells import cells
from metrics.document import document, dress
from metrics.drill import page_sql
from metrics.known import Facts
from metrics.query import as_base, key_sql, picked, run
from metrics.question import Question
from metrics.registry import Measure, Metric, UsageError
from metrics.relations import is_recomputed
from metrics.scope import as_of_date, questions

SIDES = (("s", "standing"), ("o", "other"))
KINDS = ("gained", "lost", "entered", "left", "changed")


def read_flips(facts: Facts, asked: Metric, measure: Measure, params: dict, request) -> dict:
    """The document of `--reading flips` for one measure: `standing` and `other` (result rows), `flips` (how many
    rows by kind), columns, total_rows and rows with row_key, dimensions, kind and the components of both.
    Raises UsageError where no parameter differs or where the other convention counts rows of another kind."""
    standing = {name: param.default for name, param in asked.params.items()}
    if params == standing:
        offered = ", ".join(f"{name}={param.default}" for name, param in asked.params.items())
        raise UsageError(f"flips needs --param NAME=VALUE that differs from the standing convention: {offered}")
    as_of = as_of_date(facts, asked, [measure], params, request)
    plain = replace(request, reading="value", every=None)
    sides = [questions(facts, asked, measure, side, plain, as_of) for side in (standing, params)]
    frame_of = document(facts, asked, [measure], params, plain, []) | {"standing_params": standing}
    reason = next((told for side in sides if (told := unavailable(facts, side, plain))), None)
    if reason:
        empty = {"standing": [], "other": [], "flips": {}, "columns": [], "total_rows": 0, "rows": []}
        return {**frame_of, "status": "not_available", "reason": reason, **empty}
    check_members(facts, sides[1])
    named = {name: _told(facts, side, plain) for name, side in zip(("standing", "other"), sides, strict=True)}
    return {**frame_of, **named, **_flipped(facts, *sides, request)}


def _told(facts: Facts, question: Question, request) -> list[dict]:
    return [dress(facts, question, cell, period) for cell, period in cells(facts, question, replace(request, by=()))]


def _flipped(facts: Facts, standing: Question, other: Question, request) -> dict:
    """Counts by kind, and one page of the rows that flip with both sides' components and reasons."""
    if standing.is_state:
        standing, other = (replace(side, end=min(side.end, side.as_of)) for side in (standing, other))
    if _grain(standing) != _grain(other):
        raise UsageError("flips needs the same rows on both sides; this convention counts rows of another kind")
    both = replace(other, base=replace(standing, base=None))
    ours, theirs = _side(facts, replace(other, base=None)), as_base(_side(facts, standing))
    sql = _joined(other, ours, theirs)
    counted = run(facts.version.cursor(), f"SELECT kind, count(*) AS n FROM ({sql}) GROUP BY kind", both)
    counts = dict(zip(counted["kind"], map(int, counted["n"]), strict=True))
    page = run(facts.version.cursor(), f"{sql} ORDER BY row_key{page_sql(request)}", both)
    return {
        "flips": {kind: counts[kind] for kind in KINDS if kind in counts},
        "columns": [{"name": name, "type": "object", "unit": None} for name in _names(other)],
        "total_rows": sum(counts.values()),
        "rows": _rows(page, other),
    }


def _joined(other: Question, ours: str, theirs: str) -> str:
    parts = _parts(other)
    differs = " OR ".join(f"o.{name} IS DISTINCT FROM s.{name}" for name in parts.values())
    columns = [f"{side}.{name} AS {word}__{part}" for side, word in SIDES for part, name in parts.items()]
    columns += [f"{side}.row_key IS NOT NULL AS in_{word}" for side, word in SIDES]
    columns += [f"coalesce(o.d_{name}, s.d_{name}) AS {name}" for name in _dims(other)]
    kind = f"{_kind_sql('s_num' in parts.values())} AS kind"
    return f"""SELECT coalesce(o.row_key, s.row_key) AS row_key, {kind}, {", ".join(columns)}
FROM ({ours}) AS o FULL JOIN ({theirs}) AS s ON o.row_key = s.row_key WHERE {differs}"""


def _kind_sql(has_num: bool) -> str:
    counts = {side: f"({side}.row_key IS NOT NULL AND {side}.reason IS NULL)" for side, _ in SIDES}
    moved = "WHEN o.s_num > s.s_num THEN 'gained' WHEN o.s_num < s.s_num THEN 'lost'" if has_num else ""
    entered = f"WHEN {counts['o']} AND NOT {counts['s']} THEN 'entered'"
    return f"CASE {entered} WHEN {counts['s']} AND NOT {counts['o']} THEN 'left' {moved} ELSE 'changed' END"


def _parts(question: Question) -> dict[str, str]:
    """What a row is compared by: name of each component, key and the reason -> its column."""
    sums = {name: f"s_{name}" for name in question.field("sums")}
    return {**sums, **{name: name for name in [*question.measure.keys, "reason"]}}


def _names(question: Question) -> tuple[str, ...]:
    return ("row_key", *_dims(question), "kind", *(word for _, word in SIDES))


def _grain(question: Question) -> tuple:
    stage = question.field("stage")
    own = question.relation.key if stage is None else stage.by
    return tuple(column for column in own if column not in question.metric.params)


def _dims(question: Question) -> tuple[str, ...]:
    """Dimensions by which no row is cut."""
    stage = question.field("stage")
    return tuple(question.metric.dims) if stage is None else stage.shared


def _side(facts: Facts, question: Question) -> str:
    recompute = is_recomputed(question, facts.as_of(question.metric, {question.relation_name}))
    key = {"row_key": key_sql(_grain(question))}
    return f"{picked(question, _dims(question), recompute, key)}\nSELECT * FROM picked"


def _rows(frame, question: Question) -> list[dict]:
    """Rows of a page; a side is None where the row is not in its population."""
    plain = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [
        {name: row[name] for name in ("row_key", *_dims(question), "kind")}
        | {word: _side_of(row, word, question) if row[f"in_{word}"] else None for _, word in SIDES}
        for row in plain
    ]


def _side_of(row: dict, word: str, question: Question) -> dict:
    return {part: row[f"{word}__{part}"] for part in _parts(question)}
