"""A version drawn straight into canonical tables: no files, no build, the marts and one metric on top.

    company({"sales_order": '''
        order_id | customer_id | ordered_date
        O1       | A           | 2026-02-10
    '''}, metric, as_of="2026-04-30")

Blank cells are null; ids stay as drawn. Every table counts as one object, full up to `as_of`.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

import warehouse
from metrics.materialise import fill_columns, materialise_metric
from metrics.registry import Metric
from metrics.relations import needed_first
from warehouse.schema import tables

MARTS = Path(warehouse.__path__[0]) / "marts"
SOURCE = "source_system varchar, source_object varchar, source_id varchar, load_id varchar, source_line bigint"


@dataclass(frozen=True)
class Drawn:
    """What readings need of a version."""

    connection: object
    path: Path = Path("drawn")
    number: int = 1

    def cursor(self):
        return self.connection.cursor()


def company(
    drawn: dict[str, str | pd.DataFrame],
    metric: Metric | None = None,
    as_of: str = "2026-04-30",
    currency: str | None = "EUR",
) -> Drawn:
    """The version of a company drawn in tables (texts or frames), with the marts, the metric and those it needs."""
    con = duckdb.connect()
    con.execute("set threads = 1").fetchall()
    for table in tables().values():
        columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns.values())
        con.execute(f"create table {table.name} ({columns}, {SOURCE})").fetchall()
    for name, given in drawn.items():
        fill(con, name, given)
    _control(con, drawn, as_of, currency)
    for path in sorted(MARTS.glob("*.sql")):
        con.execute(path.read_text("utf-8")).fetchall()
    fill_columns(con)
    for one in needed_first([metric] if metric else []):
        materialise_metric(con, one)
    return Drawn(con)


def fill(con, name: str, given: str | pd.DataFrame) -> None:
    """Put drawn rows into a canonical table; every row names its own line as its source, or draws its source_system."""
    frame = rows(given) if isinstance(given, str) else given
    unknown = set(frame.columns) - set(tables()[name].columns) - {"source_system"}
    assert not unknown, f"{name} has no column {sorted(unknown)}"
    system = "" if "source_system" in frame.columns else "'drawn' as source_system, "
    key = " || '/' || ".join(f"coalesce(({part})::varchar, '')" for part in tables()[name].key if part in frame.columns)
    frame = frame.assign(source_line=range(2, len(frame) + 2))
    con.register("frame", frame)
    columns = ", ".join(frame.columns[:-1])
    con.execute(
        f"insert into {name} by name select {columns}, {system}'{name}' as source_object, "
        f"{key} as source_id, '{name}' as load_id, source_line from frame"
    ).fetchall()
    con.unregister("frame")


def rows(text: str) -> pd.DataFrame:
    lines = [[cell.strip() or None for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    return pd.DataFrame(lines[1:], columns=lines[0], dtype=object)


def _control(con, drawn: dict, as_of: str, currency: str | None) -> None:
    con.execute(
        "create table load (load_id varchar, system varchar, source_system varchar, object varchar, last_full_day date)"
    ).fetchall()
    con.execute("create table load_table (load_id varchar, table_name varchar)").fetchall()
    settings = "select 'UTC' as tz, $1::varchar as reporting_currency, '01-01' as fiscal_start"
    con.execute(f"create table company_setting as {settings}", [currency]).fetchall()
    con.execute("create table fx (rate_date date, from_ccy varchar, rate decimal(18, 8))").fetchall()
    con.execute("""insert into fx
        with lasting as (
            select *, lead(rate_date, 1, rate_date + 400) over (partition by from_ccy order by rate_date) as until
            from fx_rate where to_ccy = $1
        ), step as (select unnest(range(0, 3650))::integer as days)
        select rate_date + days, from_ccy, rate from lasting, step where rate_date + days < until
        union all
        select date '2020-01-01' + days, $1, 1 from step where $1 is not null""", [currency]).fetchall()  # fmt: skip
    for name in drawn:
        con.execute("insert into load values ($1, 'Drawn', 'drawn', $1, $2)", [name, as_of]).fetchall()
        con.execute("insert into load_table values ($1, $1)", [name]).fetchall()
