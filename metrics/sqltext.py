"""Reading SQL text: which tables it reads, which parameters it binds, what stands behind a mart."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb

import warehouse
from warehouse.schema import tables

PARAM = re.compile(r"\$([a-z_]+)")
PLACE = re.compile(r"\{([a-z_0-9]+(?:\.[a-z_0-9]+)?)\}")
CREATE = re.compile(
    r"(?:create\s+(?:or\s+replace\s+)?(?:temp\s+)?(?:table|view)\s+(\w+)\s+as|insert\s+into\s+(\w+))\s+", re.IGNORECASE
)


def params_of(sql: str) -> set[str]:
    """Names bound as $name in a text, comments left out."""
    return set(PARAM.findall(re.sub(r"--[^\n]*", "", sql)))


def bind(sql: str, values: Mapping) -> dict:
    """The values that a text binds, and no others."""
    return {name: values[name] for name in params_of(sql)}


def _base_tables(node, ctes: set[str]) -> set[str]:
    if isinstance(node, list):
        return set().union(*(_base_tables(item, ctes) for item in node)) if node else set()
    if not isinstance(node, dict):
        return set()
    names = ctes | {entry["key"] for entry in (node.get("cte_map") or {}).get("map", [])}
    found = {node["table_name"]} - names if node.get("type") == "BASE_TABLE" else set()
    return found.union(*(_base_tables(value, names) for value in node.values()))


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@cache
def tables_read(sql: str) -> frozenset[str]:
    """Tables a select reads, common table expressions left out. Raises ValueError with the parser's own message."""
    text = PARAM.sub("NULL", sql)
    answer = json.loads(_parser().cursor().execute("select json_serialize_sql(?::VARCHAR)", [text]).fetchone()[0])
    if answer.get("error"):
        raise ValueError(answer.get("error_message", "the text does not parse"))
    return frozenset(_base_tables(answer["statements"], set()))


@cache
def mart_reads() -> dict[str, frozenset[str]]:
    """Every mart with the tables its text reads."""
    found: dict[str, frozenset[str]] = {}
    for path in sorted((Path(warehouse.__path__[0]) / "marts").glob("*.sql")):
        for statement in duckdb.extract_statements(path.read_text("utf-8")):
            head = CREATE.search(statement.query)
            if head:
                name = head[1] or head[2]
                found[name] = found.get(name, frozenset()) | tables_read(statement.query[head.end() :])
    return found


def canonical(names: set[str], extra: Mapping[str, frozenset[str]]) -> set[str]:
    """The canonical tables behind tables, marts and the metric's own relations."""
    known, seen, queue = {**mart_reads(), **extra}, set(), list(names)
    while queue:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            queue.extend(known.get(name, ()))
    return {name for name in seen if name in tables()}
