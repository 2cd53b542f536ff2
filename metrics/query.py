"""The SQL of a reading: pick rows, stage them, add up the components. One shape for every metric.

Columns of the sums: d_<dim>, bucket, the measure's keys, its sums, x_<reason> (rows left out), c_<coverage>.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from metrics.periods import bucket_sql
from metrics.question import Question
from metrics.registry import Metric
from metrics.relations import borrowed, chain, table_name
from metrics.sqltext import PARAM, bind

NOTHING: Mapping[str, str] = {}


def values(question: Question) -> dict:
    """Everything a text of this question may bind."""
    found = {
        **borrowed(question.metric),
        **question.params,
        "as_of": question.as_of,
        "start": question.start,
        "end": question.end,
    }
    if question.every == "fiscal_month":
        found["fiscal_days"] = question.fiscal.starts(question.start, question.end)
    for name, members in question.where.items():
        found[f"where_{name}"] = list(members)
    if question.base is not None:
        found |= {f"base_{name}": value for name, value in values(replace(question.base, base=None)).items()}
    return found


def as_base(sql: str) -> str:
    """The text of a question's base, to stand in one text with its own: everything it binds under another name."""
    return PARAM.sub(r"$base_\1", sql)


def dim_sql(metric: Metric, name: str) -> str:
    """A dimension's member as text, its own word for a missing one."""
    dim = metric.dims[name]
    return f"coalesce(nullif(({dim.column})::VARCHAR, ''), '{dim.empty}')"


def key_sql(columns: Iterable[str]) -> str:
    """The columns that name a row, as one text."""
    return " || '/' || ".join(f"coalesce(({column})::VARCHAR, '')" for column in columns)


def _filters(question: Question, source: str, use_period: bool = True) -> list[str]:
    relation, metric = question.relation, question.metric
    found = [f"({question.field('where')})"]
    if relation.known:
        found.append("known_from <= $as_of AND (known_to IS NULL OR known_to > $as_of)")
    if relation.at == "state":
        found.append(f"state_date = (SELECT max(state_date) FROM {source} WHERE state_date <= $end)")
        found.append(f"state_date >= $end - {int(relation.max_age_days)}")
    elif use_period and question.field("stage") is None:
        found.append(f"({question.field('anchor')}) BETWEEN $start AND $end")
    found += [f"list_contains($where_{name}, {dim_sql(metric, name)})" for name in question.where]
    return found


def _reason(question: Question) -> str:
    cases = "".join(f" WHEN {test} THEN '{reason}'" for reason, test in question.field("exclude").items())
    return f"CASE{cases} END" if cases else "NULL::VARCHAR"


def _named(pairs: Iterable[tuple[str, str]]) -> str:
    return ",\n    ".join(f"{text} AS {name}" for name, text in pairs)


def picked(question: Question, by: tuple, recompute: bool, more: Mapping[str, str] = NOTHING, source=None) -> str:
    """CTE text ending in `picked`: one line per row (or staged group) with dims, day, keys, components, reason and what
    `more` names."""
    measure, stage = question.measure, question.field("stage")
    source = source or table_name(question.metric, question.relation_name)
    steps = chain(question, recompute)
    where = " AND ".join(_filters(question, source))
    dims = [(f"d_{name}", dim_sql(question.metric, name)) for name in by]
    day = "state_date" if question.is_state else question.field("anchor")
    if stage is not None:
        outer = ", ".join([f"d_{name}" for name in by] + list(stage.by))
        inner = ", ".join(["*", *(f"{text} AS {name}" for name, text in dims)])
        aggregates = _named([("day", stage.anchor or "NULL::DATE"), *stage.columns.items()])
        steps.append(f"chosen AS (SELECT {inner} FROM {source} WHERE {where})")
        steps.append(f"staged AS (SELECT {outer}, {aggregates} FROM chosen GROUP BY {outer} HAVING {stage.having})")
        source, day, dims = "staged", "day", [(f"d_{name}", f"d_{name}") for name in by]
        where = "true" if stage.anchor is None else "day BETWEEN $start AND $end"
    columns = [*dims, ("day", f"({day})"), *((key, f"({text})") for key, text in measure.keys.items())]
    columns += [(f"s_{name}", f"({text})") for name, text in question.field("sums").items()]
    columns += [(f"c_{name}", f"({text})::INT") for name, text in measure.coverage.items()]
    columns.append(("reason", _reason(question)))
    columns += [(name, f"({text})") for name, text in more.items()]
    steps.append(f"picked AS (SELECT {_named(columns)}\n  FROM {source} WHERE {where})")
    return "WITH " + ",\n".join(steps)


def _groups(question: Question, by: tuple[str, ...]) -> list[str]:
    bucket = bucket_sql(question.every, "day", question.fiscal)
    part = ["part"] if question.has_parts else []
    return [*(f"d_{name}" for name in by), f"{bucket} AS bucket", *part]


def sums_sql(question: Question, by: tuple[str, ...], recompute: bool, source: str | None = None) -> str:
    """Sums of components per slice, bucket and key."""
    groups = _groups(question, by)
    groups += [key for key in question.measure.keys if key not in groups]
    sums = [f"sum(s_{name}) FILTER (WHERE reason IS NULL) AS {name}" for name in question.field("sums")]
    sums += [f"count(*) FILTER (WHERE reason = '{name}') AS x_{name}" for name in question.field("exclude")]
    sums += [f"sum(c_{name}) FILTER (WHERE reason IS NULL) AS c_{name}" for name in question.measure.coverage]
    columns = ", ".join([*groups, *sums])
    return f"{picked(question, by, recompute, source=source)}\nSELECT {columns} FROM picked GROUP BY ALL"


def _cluster(question: Question) -> dict[str, str]:
    return {"cluster": question.field("cluster")}


def clusters_sql(question: Question, by: tuple[str, ...], recompute: bool) -> str:
    """Number of clusters and their sums of squares and products, for the linearised variance."""
    groups = ", ".join(_groups(question, by))
    names = ", ".join(group.split(" AS ")[-1] for group in _groups(question, by))
    return f"""{picked(question, by, recompute, _cluster(question))},
clustered AS (SELECT {groups}, cluster, sum(s_num)::DOUBLE AS k, sum(s_den)::DOUBLE AS n
  FROM picked WHERE reason IS NULL GROUP BY ALL)
SELECT {names}, count(*) AS m, sum(k * k) AS kk, sum(k * n) AS kn, sum(n * n) AS nn
FROM clustered WHERE n IS NOT NULL GROUP BY ALL"""


def clustered_sums_sql(question: Question, by: tuple[str, ...], recompute: bool) -> str:
    """The sums split by cluster, for intervals that need more than squares."""
    groups = ", ".join([*_groups(question, by), *question.measure.keys, "cluster"])
    sums = ", ".join(f"sum(s_{name}) AS {name}" for name in question.field("sums"))
    rows = picked(question, by, recompute, _cluster(question))
    return f"{rows}\nSELECT {groups}, {sums} FROM picked WHERE reason IS NULL GROUP BY ALL"


def run(cursor, sql: str, question: Question):
    """The answer of a text as a DataFrame, with exactly the values it binds."""
    return cursor.execute(sql, bind(sql, values(question))).df()
