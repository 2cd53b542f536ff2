"""Checks a metric against its tables: the columns its relations owe, those its texts name, the answers of its finishes.

The half of the check that needs tables, empty or full. The catalogue is read without it, so that a command starts at
once: the build checks the columns of what it has written, tests examine all. Messages name metric, field and fault.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

import duckdb

from metrics.query import clustered_sums_sql, clusters_sql, sums_sql, values
from metrics.question import Question
from metrics.registry import Answer, DefinitionError, Measure, Metric, Relation, resolve
from metrics.relations import table_name
from metrics.sqltext import bind

PROVENANCE = ("source_system", "source_object", "source_id", "load_id", "source_line")
DAY = date(2026, 1, 31)


def check_columns(con, metric: Metric) -> None:
    """Raises DefinitionError where a relation that stands in this database lacks columns that it owes."""
    _raise(metric, _owed(metric, _described(con, metric)))


def examine(con, metric: Metric) -> None:
    """The same, and every text of dimensions and measures bound to those columns, every finish asked about nothing."""
    columns = _described(con, metric)
    probe = duckdb.connect(config={"threads": 1})
    for name, types in columns.items():
        told = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
        probe.cursor().execute(f"CREATE TABLE {table_name(metric, name)} ({told})").fetchall()
    found = [*_owed(metric, columns), *_sliced(probe, metric)]
    found += [f"measure {one.name}: {fault}" for one in metric.measures for fault in _measure(probe, metric, one)]
    probe.close()
    _raise(metric, found)


def _raise(metric: Metric, faults: Iterable[str]) -> None:
    told = "; ".join(f"{metric.id}: {fault}" for fault in faults)
    if told:
        raise DefinitionError(told)


def _described(con, metric: Metric) -> dict[str, dict[str, str]]:
    """Name and type of the columns of every relation."""
    tables = {name: table_name(metric, name) for name in metric.relations}
    told = {name: con.cursor().execute(f"DESCRIBE {table}").fetchall() for name, table in tables.items()}
    return {name: {row[0]: row[1] for row in rows} for name, rows in told.items()}


def _owed(metric: Metric, columns: Mapping[str, Mapping]) -> Iterator[str]:
    asked = {_question(metric, measure).relation_name for measure in metric.measures if not measure.of_components}
    for name, relation in metric.relations.items():
        owed = [(column, f"the key column {column}") for column in relation.key]
        owed += _of_readings(relation) if name in asked else []
        yield from (f"relation {name} lacks {why}" for column, why in owed if column not in columns[name])


def _of_readings(relation: Relation) -> Iterator[tuple[str, str]]:
    """Columns owed by a relation that measures read: one that others stand on needs none of them."""
    yield from ((column, f"{column}, which tells where a row comes from") for column in PROVENANCE)
    if relation.at == "state":
        yield "state_date", "state_date, the day of a state"
    elif relation.state_column:
        yield "state_from", f"state_from, before which {relation.state_column} has no history"
    if relation.known:
        yield from ((column, f"{column}, between which a row was known") for column in ("known_from", "known_to"))
    yield from ((column, f"{column}, by which it is traced to {table}") for table, column in relation.trace.items())


def _sliced(con, metric: Metric) -> Iterator[str]:
    """A dimension stands on a column of the relation of at least one measure."""
    asked = [_question(metric, measure) for measure in metric.measures if measure.of_components is None]
    tables = {question.relation_name: question for question in asked}
    for name, dim in metric.dims.items():
        faults = [_refused(con, one, f"SELECT {dim.column} FROM {_table(one)}") for one in tables.values()]
        if faults and all(faults):
            yield f"dimension {name}: no relation of a measure has {dim.column}: {faults[0]}"


def _question(metric: Metric, measure: Measure) -> Question:
    params = {name: param.default for name, param in metric.params.items()}
    made = Question(metric, measure, params, DAY, {}, DAY.replace(day=1), DAY)
    return replace(made, base=replace(made, start=DAY, end=DAY)) if measure.beside else made


def _table(question: Question) -> str:
    return table_name(question.metric, question.relation_name)


def _refused(con, question: Question, select: str) -> str | None:
    """What the database has against a select, in its first line; nothing is run."""
    try:
        con.cursor().execute(f"DESCRIBE {select}", bind(select, values(question))).fetchall()
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return None


def _measure(con, metric: Metric, measure: Measure) -> Iterator[str]:
    if measure.of_components is not None:
        return
    question = _question(metric, measure)
    if callable(measure.interval):
        select = clustered_sums_sql(question, (), False)
    elif measure.interval and question.field("cluster") is not None:
        select = clusters_sql(question, (), False)
    else:
        select = sums_sql(question, (), False)
    fault = _refused(con, question, select)
    yield from (_by_field(con, question) or [fault]) if fault else _answered(con, question)


def _by_field(con, question: Question) -> list[str]:
    """The fields of a measure whose text the database refuses."""
    stage, table = question.field("stage"), _table(question)
    found = []
    if stage is not None:
        by, inner = ", ".join(stage.by), {**stage.columns, "anchor": stage.anchor or "NULL", "having": stage.having}
        found += [(f"stage by {name}", f"SELECT {name} FROM {table}") for name in stage.by]
        found += [(f"stage {name}", f"SELECT {by}, {text} FROM {table} GROUP BY {by}") for name, text in inner.items()]
        staged = ", ".join([by, *(f"{text} AS {name}" for name, text in stage.columns.items())])
        source = f"(SELECT {staged} FROM {table} GROUP BY {by})"
    else:
        source = table
        found += [("anchor", f"SELECT {question.field('anchor') or 'NULL'} FROM {table}")]
    found += [("where", f"SELECT 1 FROM {table} WHERE {question.field('where')}")]
    for name in ("sums", "keys", "exclude", "coverage"):
        texts = resolve(getattr(question.measure, name), question.params)
        found += [(f"{name} {key}", f"SELECT {text} FROM {source}") for key, text in texts.items()]
    found += [("cluster", f"SELECT {question.field('cluster') or 'NULL'} FROM {source}")]
    return [f"{name}: {fault}" for name, select in found if (fault := _refused(con, question, select))]


def _answered(con, question: Question) -> Iterator[str]:
    """A finish gives an Answer or a list of them, also when nothing is in scope."""
    finish = question.measure.finish
    if finish is None:
        return
    sql = sums_sql(question, (), False)
    frame = con.cursor().execute(sql, bind(sql, values(question))).df().iloc[:0]
    try:
        found = finish(frame.assign(side=1) if question.measure.beside else frame, question.params)
    except Exception as error:
        yield f"its finish fails when nothing is in scope: {type(error).__name__}: {error}"
        return
    answers = found if isinstance(found, list) else [found]
    if not all(isinstance(answer, Answer) for answer in answers):
        yield f"its finish gives {type(found).__name__}; it must give an Answer or a list of them"
