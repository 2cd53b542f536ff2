"""The rows behind a number: the same population, the same filters, with components and sources."""

from dataclasses import replace

from metrics.available import check_members, unavailable
from metrics.document import document
from metrics.known import Facts
from metrics.query import _filters, _reason, as_base, dim_sql, key_sql, run
from metrics.question import Question
from metrics.registry import Measure, Metric
from metrics.relations import chain, is_recomputed, table_name
from metrics.scope import as_of_date, questions

PROVENANCE = ("source_system", "source_object", "source_id", "load_id", "source_line")


def read_rows(facts: Facts, asked: Metric, measure: Measure, params: dict, request) -> dict:
    """The document of `--reading rows` for one measure: columns, total_rows, rows with row_key, components, sources."""
    as_of = as_of_date(facts, asked, [measure], params, request)
    question = replace(questions(facts, asked, measure, params, request, as_of), every=None)
    frame_of = document(facts, asked, [measure], params, request, [])
    reason = unavailable(facts, question, request)
    if reason:
        return {**frame_of, "status": "not_available", "reason": reason, "columns": [], "total_rows": 0, "rows": []}
    check_members(facts, question)
    if question.is_state:
        question = replace(question, end=min(question.end, question.as_of))
    sql = rows_sql(facts, question)
    total = run(facts.version.cursor(), f"SELECT count(*) AS n FROM ({sql})", question)["n"].iloc[0]
    frame = run(facts.version.cursor(), f"{sql} ORDER BY row_key{page_sql(request)}", question)
    rows = list(_rows(facts, question, frame))
    return {**frame_of, "columns": _columns(question, frame), "total_rows": int(total), "rows": rows}


def rows_sql(facts: Facts, question: Question) -> str:
    """Every row of the population with its key, dimensions, day, components (c__*) and all its columns; of a measure of
    two periods the rows of both, told apart by `side`."""
    if not question.measure.beside:
        return _side_sql(facts, question)
    base = as_base(_side_sql(facts, question.base))
    sides = ((1, _side_sql(facts, question)), (0, base))
    return " UNION ALL ".join(f"SELECT {side} AS side, * FROM ({sql}) AS rows_{side}" for side, sql in sides)


def _side_sql(facts: Facts, question: Question) -> str:
    relation, metric = question.relation, question.metric
    source = table_name(metric, question.relation_name)
    recompute = is_recomputed(question, facts.as_of(metric, {question.relation_name}))
    steps = chain(question, recompute)
    steps.append(f"chosen AS (SELECT * FROM {source} WHERE {' AND '.join(_filters(question, source))})")
    stage = question.field("stage")
    columns = [
        f"{key_sql(relation.key)} AS row_key",
        *(f"{dim_sql(metric, name)} AS d__{name}" for name in metric.dims),
    ]
    if stage is None:
        day = "state_date" if question.is_state else question.field("anchor")
        columns += [f"({day}) AS day", *_components(question), f"{_reason(question)} AS reason"]
    else:
        steps.append(_groups_in_period(question, stage))
        columns += [f"staged.{name}" for name in stage.told]
    join = "" if stage is None else f" JOIN staged USING ({', '.join(stage.by)})"
    return f"WITH {', '.join(steps)}\nSELECT {', '.join(columns)}, chosen.* FROM chosen{join}"


def _components(question: Question) -> list[str]:
    pairs = [*question.measure.keys.items(), *question.field("sums").items()]
    return [f"({text}) AS c__{name}" for name, text in pairs]


def _groups_in_period(question: Question, stage) -> str:
    by = ", ".join(stage.by)
    dated = "" if stage.anchor is None else f" AND ({stage.anchor}) BETWEEN $start AND $end"
    columns = [by, *(f"{text} AS {name}" for name, text in stage.columns.items() if stage.told)]
    return f"staged AS (SELECT {', '.join(columns)} FROM chosen GROUP BY {by} HAVING ({stage.having}){dated})"


def page_sql(request) -> str:
    """The part of a text that turns the page."""
    limit = "" if request.limit is None else f" LIMIT {int(request.limit)}"
    return f"{limit} OFFSET {int(request.offset)}"


def _plain(frame) -> list[str]:
    taken = {"row_key", "day", "reason", *PROVENANCE}
    return [name for name in frame.columns if name not in taken and not name.startswith(("c__", "d__"))]


def _columns(question: Question, frame) -> list[dict]:
    parts = [name for name in frame.columns if name.startswith("c__")]
    units = {"c__num": question.measure.unit, "c__days": "days"}
    names = ["row_key", *(f"d__{d}" for d in question.metric.dims), "day", *parts, "reason", *_plain(frame)]
    return [
        {
            "name": name[3:] if name.startswith(("c__", "d__")) else name,
            "type": str(frame[name].dtype),
            "unit": units.get(name),
        }
        for name in names
        if name in frame.columns
    ]


def _rows(facts: Facts, question: Question, frame):
    traced = _trace(facts, question, frame)
    parts = [name for name in frame.columns if name.startswith("c__")]
    for index, row in enumerate(frame.astype(object).where(frame.notna(), None).to_dict("records")):
        found = {name: row[name] for name in _plain(frame)}
        found |= {name: row[f"d__{name}"] for name in question.metric.dims}
        found |= {"row_key": row["row_key"], "day": row.get("day"), "reason": row.get("reason")}
        found["components"] = {name[3:]: row[name] for name in parts}
        yield {**found, "sources": [_source(row, None), *traced.get(index, [])]}


def _source(row: dict, table: str | None) -> dict:
    found = {
        "system": row.get("source_system"),
        "object": row.get("source_object"),
        "id": row.get("source_id"),
        "load_id": row.get("load_id"),
        "line": None if row.get("source_line") is None else int(row["source_line"]),
    }
    return {**found, "table": table} if table else found


def _trace(facts: Facts, question: Question, frame) -> dict[int, list[dict]]:
    """Sources of the further records that made a row, found by the column the row shares with their table."""
    found: dict[int, list[dict]] = {}
    for table, column in question.relation.trace.items():
        if column not in frame.columns or frame.empty:
            continue
        cursor = facts.version.cursor()
        names = ", ".join(f"{table}.{name}" for name in (column, *PROVENANCE))
        wanted = [item for item in frame[column].dropna().unique().tolist()]
        sql = f"SELECT {names} FROM {table} WHERE list_contains($wanted, {column}) ORDER BY ALL"
        hits = cursor.execute(sql, {"wanted": wanted}).df()
        by_key = {
            key: part.astype(object).where(part.notna(), None).to_dict("records") for key, part in hits.groupby(column)
        }
        for index, key in enumerate(frame[column]):
            found.setdefault(index, []).extend(_source(row, table) for row in by_key.get(key, []))
    return found
