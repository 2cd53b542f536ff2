"""What the steps of one build share: the open connection, the loads, the settings, what is told about the version."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from warehouse.home import Home
from warehouse.loads import Load
from warehouse.schema import Column, Table
from warehouse.state import Settings

SOURCES = ("source_system", "source_object", "source_id", "load_id", "source_line")
SOURCE_TYPES = dict(zip(SOURCES, ("VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "BIGINT"), strict=True))
GOLDEN = ("customer", "product", "supplier")


class BuildError(RuntimeError):
    """The build stopped before publishing; the message names the table, the load and the fault."""


@dataclass(frozen=True)
class Parquet:
    """The rows one load brought for one canonical table. `order` counts the exports, oldest first."""

    load: Load
    table: str
    object: str
    path: Path
    columns: frozenset[str]
    rows: int
    order: int
    day: date

    @property
    def full(self) -> bool:
        return self.load.scope == "full"

    @property
    def feeds(self) -> frozenset[str]:
        """The columns it decides: those it holds, and the local dates that follow from its instants."""
        return self.columns | {c.removesuffix("_at") + "_date" for c in self.columns if c.endswith("_at")}


@dataclass
class Job:
    """One build under way. `tables` is the canonical model; `facts` ends up beside the version."""

    con: duckdb.DuckDBPyConnection
    home: Home
    settings: Settings
    loads: list[Load]
    tables: dict[str, Table]
    number: int
    parquets: list[Parquet] = field(default_factory=list)
    facts: dict = field(default_factory=dict)
    told: Callable[[str], None] = lambda step: None

    def run(self, sql: str, values: list | dict | None = None) -> list[tuple]:
        """Run one statement to its end."""
        return self.con.execute(sql, values).fetchall() if values is not None else self.con.execute(sql).fetchall()

    def one(self, sql: str):
        """The first cell of the first row."""
        return self.run(sql)[0][0]

    def of(self, table: str, *columns: str) -> list[Parquet]:
        """The Parquets of a table that hold any of the columns (all when none is named), oldest export first."""
        return [file for file in self.parquets if file.table == table and (not columns or file.feeds & set(columns))]


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def is_own_id(table: Table, column: Column) -> bool:
    """Whether the column names the rows of its own table, rather than those of another or nothing at all."""
    if column.ref or column.type != "text" or column.name != table.key[0] or not column.name.endswith("_id"):
        return False
    return table.kind in ("master", "transaction") or column.name == f"{table.name}_id"


def is_id(table: Table, column: Column) -> bool:
    """Whether the column holds ids that carry the name of their system."""
    alias = table.name == "entity_alias" and column.name in ("alias_id", "id")
    return bool(column.ref) or alias or is_own_id(table, column)
