"""The order marts of a company drawn by hand: one order of one line, promised and delivered."""

from datetime import date

import duckdb

from tests.metrics.company import MARTS, SOURCE, _control, fill
from warehouse.schema import tables

WORLD = {
    "customer": """
        customer_id | name   | region | country
        A           | Ahlers | North  | DE
    """,
    "sales_order": """
        order_id | order_no | customer_id | ordered_date
        O1       | 4711     | A           | 2026-01-01
    """,
    "order_line": """
        order_line_id | order_id | line_no | ordered_qty | unit_price
        L1            | O1       | 10      | 10          | 5
    """,
    "promise_history": """
        order_line_id | promise_seq | set_date   | promised_date
        L1            | 1           | 2026-01-02 | 2026-01-20
    """,
    "shipment": """
        shipment_id | carrier | picked_date | shipped_date | delivered_date | delivery_basis
        S1          | DHL     | 2026-01-09  | 2026-01-10   | 2026-01-12     | pod
    """,
    "shipment_line": """
        shipment_id | order_line_id | qty_shipped
        S1          | L1            | 10
    """,
}


def jan(day: int) -> date:
    return date(2026, 1, day)


def marts(drawn: dict[str, str]):
    """A cursor on the order marts of a drawn company."""
    con = duckdb.connect()
    for table in tables().values():
        columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns.values())
        con.execute(f"create table {table.name} ({columns}, {SOURCE})").fetchall()
    for name, text in drawn.items():
        fill(con, name, text)
    _control(con, drawn, "2026-04-30", "EUR")
    for path in sorted(MARTS.glob("[1-4]*.sql")):
        con.execute(path.read_text("utf-8")).fetchall()
    return con.cursor()


def known(columns: str, table: str = "line_known", **drawn) -> list[tuple]:
    """Columns of all intervals of a drawn company, in order of line and interval."""
    return (
        marts({**WORLD, **drawn})
        .execute(f"select {columns} from {table} order by order_line_id, known_from")
        .fetchall()
    )


def at(day: date, columns: str, **drawn) -> tuple:
    """Columns of the one row that holds on a day."""
    rows = (
        marts({**WORLD, **drawn})
        .execute(
            f"select {columns} from line_known where known_from <= $1 and (known_to is null or known_to > $1)", [day]
        )
        .fetchall()
    )
    assert len(rows) == 1
    return rows[0]
