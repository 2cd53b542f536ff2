"""Cubes: the sums of a measure by month and narrow dimensions, so that a reading at any size touches few rows.

A cube is written by the very SQL that reads the rows, for the default parameters and as-of date; any other question
reads the rows. Wide dimensions (customer, product) and staged measures have none.
"""

from datetime import date

from metrics import periods
from metrics.periods import bucket_sql
from metrics.query import run, sums_sql, table_name
from metrics.question import Question
from metrics.registry import Measure, Metric, resolve

FROM_ROWS = 200_000


def cube_name(metric: Metric, measure: Measure) -> str:
    return f"cube__{metric.id}__{measure.name}"


def narrow(metric: Metric) -> tuple[str, ...]:
    return tuple(name for name, dim in metric.dims.items() if not dim.wide)


def cubes_of(metric: Metric) -> list[Measure]:
    """Measures whose sums may be kept: rows dated one by one, no inner group."""
    params = {name: param.default for name, param in metric.params.items()}
    return [
        measure
        for measure in metric.measures
        if resolve(measure.stage, params) is None and metric.relations[resolve(measure.relation, params)].at == "period"
    ]


def write_cubes(con, metric: Metric, as_of_by_relation: dict[str, date]) -> None:
    """Write the cubes of a metric whose relations are large enough to need them."""
    params = {name: param.default for name, param in metric.params.items()}
    for measure in cubes_of(metric):
        relation = resolve(measure.relation, params)
        if con.execute(f"SELECT count(*) FROM {table_name(metric, relation)}").fetchone()[0] < FROM_ROWS:
            continue
        as_of = as_of_by_relation[relation]
        question = Question(metric, measure, params, as_of, {}, periods.BEGINNING, periods.END, "month")
        sql = f"CREATE TABLE {cube_name(metric, measure)} AS {sums_sql(question, narrow(metric), False)}"
        run(con.cursor(), sql, question)


def cube_frame(facts, cursor, question: Question, by: tuple[str, ...], default_as_of: date | None):
    """The sums of a question out of its cube, None where the cube does not hold the answer."""
    name = cube_name(question.metric, question.measure)
    if name not in facts.relation_tables or question.as_of != default_as_of or not _fits(question, by):
        return None
    day = bucket_sql(question.every, "cube.bucket", question.fiscal_start)
    groups = ", ".join([*(f"d_{dim}" for dim in by), f"{day} AS bucket", *question.measure.keys])
    added = [*question.field("sums"), *(f"x_{reason}" for reason in question.field("exclude"))]
    added += [f"c_{cover}" for cover in question.measure.coverage]
    sums = ", ".join(f"sum({column}) AS {column}" for column in added)
    filters = [f"list_contains($where_{dim}, d_{dim})" for dim in question.where]
    where = " AND ".join(["cube.bucket BETWEEN $start AND $end", *filters])
    return run(cursor, f"SELECT {groups}, {sums} FROM {name} AS cube WHERE {where} GROUP BY ALL", question)


def _fits(question: Question, by: tuple[str, ...]) -> bool:
    """Default conventions, narrow dimensions, whole months."""
    defaults = {name: param.default for name, param in question.metric.params.items()}
    known = narrow(question.metric)
    aligned = question.start == periods.month_start(question.start) and question.end == periods.month_end(question.end)
    return (
        question.params == defaults
        and all(dim in known for dim in [*by, *question.where])
        and aligned
        and question.every in (None, "month", "quarter", "year")
    )
