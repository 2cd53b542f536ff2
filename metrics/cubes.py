"""Cubes: the sums of measures by month and narrow dimensions, so that a reading at any size touches few rows.

A cube is written by the very SQL that reads the rows, for the default parameters and as-of date; any other question
reads the rows. Measures of one population share a cube. Wide dimensions (customer, product) have none; of measures with
an inner group only dimensions that the whole group shares are kept, since only their slices add up.
"""

from dataclasses import dataclass, replace

from metrics import periods
from metrics.periods import bucket_sql
from metrics.query import run, sums_sql
from metrics.question import Question
from metrics.registry import Measure, Metric, resolve
from metrics.relations import table_name

FROM_ROWS = 200_000


@dataclass(frozen=True)
class Cube:
    """Sums of measures of one population. `merged` is a measure with the sums of all; `columns` names the column of
    each (measure, sum)."""

    table: str
    measures: tuple[Measure, ...]
    merged: Measure
    columns: dict[tuple[str, str], str]
    dims: tuple[str, ...]


def cubes_of(metric: Metric) -> list[Cube]:
    """The cubes of a metric: rows dated one by one, measures that pick, leave out and key the same rows together."""
    params = {name: param.default for name, param in metric.params.items()}
    populations: dict[str, list[Measure]] = {}
    for measure in (one for one in metric.measures if not one.of_components):
        if metric.relations[resolve(measure.relation, params)].at == "period" and not _hangs_on_start(measure, params):
            named = ("relation", "reads", "anchor", "where", "exclude", "stage", "keys", "coverage")
            same = repr([resolve(getattr(measure, name), params) for name in named])
            populations.setdefault(same, []).append(measure)
    return [_cube(metric, measures, params) for measures in populations.values()]


def _hangs_on_start(measure: Measure, params: dict) -> bool:
    """Whether rows are picked or dated by the first day asked for, which no cube of months knows."""
    return "$start" in f"{resolve(measure.where, params)} {resolve(measure.anchor, params)}"


def _cube(metric: Metric, measures: list[Measure], params: dict) -> Cube:
    texts: dict[str, str] = {}
    columns = {}
    for measure in measures:
        for name, text in resolve(measure.sums, params).items():
            columns[measure.name, name] = texts.setdefault(text, f"sum_{len(texts)}")
    merged = replace(measures[0], sums={column: text for text, column in texts.items()})
    table = f"cube__{metric.id}__{measures[0].name}"
    return Cube(table, tuple(measures), merged, columns, _dims(metric, merged, params))


def _dims(metric: Metric, measure: Measure, params: dict) -> tuple[str, ...]:
    stage = resolve(measure.stage, params)
    narrow = (name for name, dim in metric.dims.items() if not dim.wide)
    return tuple(name for name in narrow if stage is None or name in stage.shared)


def write_cubes(con, metric: Metric, facts) -> None:
    """Write the cubes of relations large enough to need them, by dimensions that the data fill."""
    params = {name: param.default for name, param in metric.params.items()}
    for cube in cubes_of(metric):
        relation = resolve(cube.merged.relation, params)
        if _is_empty(cube, facts, params) or _rows(con, metric, relation) < FROM_ROWS:
            continue
        by = tuple(name for name in cube.dims if not facts.missing((metric.dims[name].source,)))
        as_of = facts.default_as_of(metric, cube.merged, params) or periods.END
        question = Question(metric, cube.merged, params, as_of, {}, periods.BEGINNING, periods.END, "month")
        run(con.cursor(), f"CREATE TABLE {cube.table} AS {sums_sql(question, by, False)}", question)


def _is_empty(cube: Cube, facts, params: dict) -> bool:
    return all(facts.missing(resolve(measure.requires, params)) for measure in cube.measures)


def _rows(con, metric: Metric, relation: str) -> int:
    return con.cursor().execute(f"SELECT count(*) FROM {table_name(metric, relation)}").fetchone()[0]


def cube_frame(facts, cursor, question: Question, by: tuple[str, ...]):
    """The sums of a question out of its cube, None where the cube does not hold the answer."""
    cube = next((one for one in cubes_of(question.metric) if question.measure in one.measures), None)
    if cube is None or cube.table not in facts.relation_tables or not _fits(question, [*by, *question.where], cube):
        return None
    if question.as_of != facts.default_as_of(question.metric, question.measure, question.params):
        return None
    day = bucket_sql(question.every, "cube.bucket", question.fiscal)
    groups = ", ".join([*(f"d_{dim}" for dim in by), f"{day} AS bucket", *question.measure.keys])
    sums = [f"sum({cube.columns[question.measure.name, name]}) AS {name}" for name in question.field("sums")]
    kept = [f"x_{reason}" for reason in question.field("exclude")]
    kept += [f"c_{cover}" for cover in question.measure.coverage]
    added = ", ".join([*sums, *(f"sum({name}) AS {name}" for name in kept)])
    filters = [f"list_contains($where_{dim}, d_{dim})" for dim in question.where]
    where = " AND ".join(["cube.bucket BETWEEN $start AND $end", *filters])
    return run(cursor, f"SELECT {groups}, {added} FROM {cube.table} AS cube WHERE {where} GROUP BY ALL", question)


def _fits(question: Question, dims: list[str], cube: Cube) -> bool:
    """Default conventions, dimensions of the cube, whole months."""
    defaults = {name: param.default for name, param in question.metric.params.items()}
    aligned = question.start == periods.month_start(question.start) and question.end == periods.month_end(question.end)
    return (
        question.params == defaults
        and all(dim in cube.dims for dim in dims)
        and aligned
        and question.every in (None, "month", "quarter", "year")
    )
