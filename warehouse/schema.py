"""The canonical model: every table and column with its meaning and unit, read once from schema/*.toml.

Validation, templates, the build and the generated docs all read it from here.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

SQL_TYPE = {
    "text": "VARCHAR",
    "date": "DATE",
    "instant": "TIMESTAMP",
    "qty": "DECIMAL(18,4)",
    "money": "DECIMAL(18,4)",
    "price": "DECIMAL(18,6)",
    "rate": "DECIMAL(18,8)",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
}
KINDS = ("master", "transaction", "reference", "history")
ZONES = ("company", "site", "ship_to")


@dataclass(frozen=True)
class Column:
    """One column: `ref` names the table whose id it holds, `history` the table that keeps its past,
    `zone` whose calendar its sibling date follows, `values` the only texts it may hold."""

    name: str
    type: str
    meaning: str
    unit: str | None = None
    required: bool = False
    ref: str | None = None
    zone: str | None = None
    history: str | None = None
    values: tuple[str, ...] = ()

    @property
    def sql_type(self) -> str:
        return SQL_TYPE[self.type]


@dataclass(frozen=True)
class Table:
    """One canonical table; `key` identifies a row within one source system."""

    name: str
    about: str
    kind: str
    key: tuple[str, ...]
    columns: dict[str, Column] = field(hash=False)


def _column(table: str, name: str, given: dict) -> Column:
    given = {**given, "values": tuple(given.get("values", ()))}
    column = Column(name=name, **given)
    if column.type not in SQL_TYPE:
        raise ValueError(f"{table}.{name}: unknown type {column.type!r}; known: {', '.join(SQL_TYPE)}")
    if (column.type == "instant") != name.endswith("_at"):
        raise ValueError(f"{table}.{name}: an instant is named *_at, and nothing else is")
    if column.zone and column.zone not in ZONES:
        raise ValueError(f"{table}.{name}: unknown zone {column.zone!r}; known: {', '.join(ZONES)}")
    return column


def _sibling(column: Column) -> Column:
    name = column.name.removesuffix("_at") + "_date"
    return Column(
        name=name, type="date", meaning=f"Local date of {column.name}: {column.meaning}", history=column.history
    )


def _table(name: str, given: dict) -> Table:
    columns: dict[str, Column] = {}
    for column in (_column(name, key, value) for key, value in given["columns"].items()):
        columns[column.name] = column
        if column.type == "instant" and _sibling(column).name not in given["columns"]:
            columns[_sibling(column).name] = _sibling(column)
    missing = [key for key in given["key"] if key not in columns]
    if missing or given["kind"] not in KINDS:
        raise ValueError(
            f"{name}: key {missing} is no column, or kind {given['kind']!r} is not one of {', '.join(KINDS)}"
        )
    return Table(name, given["about"], given["kind"], tuple(given["key"]), columns)


@cache
def tables() -> dict[str, Table]:
    """All canonical tables by name, in the order of the files (masters, CRM, orders, supply)."""
    found: dict[str, Table] = {}
    for path in sorted((Path(__file__).parent / "schema").glob("*.toml")):
        for name, given in tomllib.loads(path.read_text("utf-8")).items():
            if name in found:
                raise ValueError(f"{path.name}: table {name} is defined twice")
            found[name] = _table(name, given)
    for table in found.values():
        for column in table.columns.values():
            if column.ref and column.ref not in found:
                raise ValueError(f"{table.name}.{column.name}: ref to unknown table {column.ref}")
    return found
