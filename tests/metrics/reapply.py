"""Puts drilled rows through a metric's own stages again, with nothing else at hand."""

from dataclasses import replace

import duckdb
import pandas as pd

from metrics.answers import Cell, answers, summed
from metrics.drill import read_rows
from metrics.index import Scored
from metrics.known import facts_of
from metrics.question import Request, check_params
from metrics.read import read
from metrics.relations import table_name
from metrics.scope import as_of_date, questions


def drilled(version, metric, measure, request: Request) -> tuple[object, pd.DataFrame]:
    """The question of a measure and its drilled rows with all their columns."""
    params = check_params(metric, request.params)
    facts = facts_of(version)
    as_of = as_of_date(facts, metric, [measure], params, request)
    question = questions(facts, metric, measure, params, request, as_of)
    if question.is_state:
        question = replace(question, end=min(question.end, question.as_of))
    doc = read_rows(facts, metric, measure, params, replace(request, reading="rows", by=()))
    return question, pd.DataFrame(doc["rows"])


def reapply_index(version, metric, measure, request: Request) -> list:
    """Answers of an index from its drilled components alone."""
    doc = read(version, metric.id, replace(request, measures=(measure.name,), reading="rows"))
    rows = {row["row_key"]: {"ci_method": None, **row} for row in doc["rows"]}
    parts = [Scored(one, rows[one.name], rows[one.name]["weight"], one.anchors) for one in metric.components]
    found = measure.of_components(parts, doc["params"])
    made = found if isinstance(found, list) else [found]
    return [Cell({}, None, answer, {}, {}) for answer in made]


def reapply(version, metric, measure, request: Request) -> list:
    """Answers of the metric's stages over the drilled rows alone: no filter, no join, no other table."""
    if measure.of_components:
        return reapply_index(version, metric, measure, request)
    question, rows = drilled(version, metric, measure, request)
    con = duckdb.connect()
    table = table_name(metric, question.relation_name)
    shape = version.cursor().execute(
        f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{table}'"
    )
    columns = [(name, kind) for name, kind in shape.fetchall() if name in rows or rows.empty]
    casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns)
    if rows.empty:
        casts = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns)
        con.execute(f"CREATE TABLE drilled AS SELECT {casts} LIMIT 0").fetchall()
    else:
        plain = rows[[name for name, _ in columns]].astype(object).where(rows.notna(), None)
        con.register("given", plain.map(lambda item: None if item is None else str(item)))
        con.execute(f"CREATE TABLE drilled AS SELECT {casts} FROM given").fetchall()
    base = question.base and replace(question.base, where={}, every=None)
    unfiltered = replace(question, where={}, every=None, base=base)
    frame = summed(con.cursor(), unfiltered, (), False, source="drilled")
    return answers(con.cursor(), unfiltered, (), False, False, frame)
