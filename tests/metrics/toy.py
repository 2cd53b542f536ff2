"""A toy version: one hand-made relation in an in-memory DuckDB, enough to ask a reading without a build."""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from metrics.materialise import materialise_metric
from metrics.registry import Dim, Measure, Metric, Param, Relation, Stage

ROWS = """
create table order_line as select * from (values
    ('L1', 'O1', 'A', 'pump',  date '2026-01-10', 1, 1),
    ('L2', 'O1', 'A', 'valve', date '2026-01-20', 0, 1),
    ('L3', 'O2', 'B', 'pump',  date '2026-02-03', 1, 1),
    ('L4', 'O3', null, 'pump', date '2026-02-28', 1, 1),
    ('L5', 'O4', 'B', 'valve', date '2026-03-01', 0, 1)
) as t(order_line_id, order_id, planner, product_id, requested_date, hit, counted)
"""
CONTROL = """
create table load as select 'x' as load_id, 'sap' as source_system, 'VBAP' as object,
    date '2026-03-31' as last_full_day;
create table load_table as select 'x' as load_id, 'order_line' as table_name;
create table company_setting as select 'UTC' as tz, 'EUR' as reporting_currency, '01-01' as fiscal_start;
create table column_fill as select * from (values ('order_line', 'requested_date', 5), ('order_line', 'planner', 4),
    ('order_line', 'product_id', 5), ('order_line', 'hold_reason', 0)) as t(table_name, column_name, filled);
"""
LINE = Relation(
    grain="order line",
    key=("order_line_id",),
    sql="""select order_line_id, order_id, planner, product_id, requested_date, hit, $bonus as bonus,
    'sap' as source_system, 'VBAP' as source_object, order_line_id as source_id, 'x' as load_id, 2 as source_line
    from order_line""",
)
RATE = Measure(
    name="rate",
    title="Rate",
    unit="share",
    better="up",
    relation="line",
    anchor="requested_date",
    exclude={"bad": "order_line_id = 'L4'"},
    sums={"num": "hit + bonus", "den": "1", "n": "1"},
    coverage={"named": "planner is not null"},
    interval="proportion",
    cluster="order_id",
    minimum=(2, 4),
    requires=("order_line.requested_date",),
    headline=True,
)
BY_ORDER = replace(
    RATE,
    name="order_rate",
    headline=False,
    exclude={},
    coverage={},
    sums={"num": "worst", "den": "1", "n": "1"},
    stage=Stage(by=("order_id",), columns={"worst": "min(hit)"}, anchor="max(requested_date)"),
    cluster="order_id",
)
TOY = Metric(
    title="Toy",
    question="Does a reading do what it says?",
    relations={"line": LINE},
    measures=(RATE, BY_ORDER, replace(RATE, name="gone", headline=False, requires=("order_line.hold_reason",))),
    dims={
        "planner": Dim("Planner", "planner", "order_line.planner", empty="Nobody"),
        "product": Dim("Product", "product_id", "order_line.product_id"),
    },
    params={"bonus": Param(0)},
    window="all",
    id="toy",
    room="demand",
    definition="rate = hits / lines",
)


@dataclass(frozen=True)
class ToyVersion:
    connection: object
    path: Path = Path("toy")
    number: int = 1

    def cursor(self):
        return self.connection.cursor()


def toy_version(rows: str = ROWS, metric: Metric = TOY) -> ToyVersion:
    con = duckdb.connect()
    con.execute(rows).fetchall()
    for statement in filter(str.strip, CONTROL.split(";")):
        con.execute(statement).fetchall()
    materialise_metric(con, metric)
    return ToyVersion(con)
