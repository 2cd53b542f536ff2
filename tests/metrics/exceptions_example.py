"""The worked example of exceptions, drawn, and ways to read one number of it."""

from datetime import date

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "exceptions"
TODAY = date(2026, 4, 30)
# day 0 is April 30: on hand 50, 40 on day 10, 100 on day 25
WORLD = {
    "customer_history": """
        customer_id | valid_from | segment | tier | priority_rank
        X           | 2025-01-01 | S1      | low  | 2
        Y           | 2025-01-01 | S2      | high | 1
    """,
    "inventory_snapshot": """
        snapshot_date | product_id | site_id | stock_type | segment | on_hand_qty
        2026-04-30    | P          | W       |            |         | 50
    """,
    "sales_order": """
        order_id | customer_id | ordered_date | ship_to_country | ship_complete
        O1       | X           | 2026-04-01   | DE              |
        O2       | Y           | 2026-04-02   | DE              |
        O3       | X           | 2026-04-03   | DE              |
    """,
    "order_line": """
        order_line_id | order_id | product_id | site_id | ordered_qty | unit_price | net_amount | requested_date
        L1            | O1       | P          | W       | 30          | 10         | 300        |
        L2            | O2       | P          | W       | 40          | 12         | 480        |
        L3            | O3       | P          | W       | 60          | 10         | 600        |
    """,
    "promise_history": """
        order_line_id | promise_seq | set_date   | promised_date | initiator
        L1            | 1           | 2026-04-01 | 2026-05-05    |
        L2            | 1           | 2026-04-02 | 2026-05-08    |
        L3            | 1           | 2026-04-03 | 2026-05-20    |
    """,
    "purchase_order": """
        po_id | supplier_id | ordered_date
        A     | S1          | 2026-04-01
        B     | S2          | 2026-04-01
    """,
    "po_line": """
        po_line_id | po_id | product_id | site_id | ordered_qty | current_confirmed_date
        PO1        | A     | P          | W       | 40          | 2026-05-10
        PO2        | B     | P          | W       | 100         | 2026-05-25
    """,
}


def draw(as_of="2026-04-30", **more: str):
    """The example with tables replaced, left out (empty) or, under table__add, continued by further rows."""
    given = {**WORLD, **{name: text for name, text in more.items() if not name.endswith("__add")}}
    for name, text in more.items():
        if name.endswith("__add"):
            table = name.removesuffix("__add")
            given[table] = given[table].rstrip() + "\n" + text.strip()
    return company({name: text for name, text in given.items() if text}, metric(ID), as_of)


def rows(version, measure="revenue_at_risk", **asked) -> list[dict]:
    return read(version, ID, Request(measures=(measure,), **asked))["rows"]


def risk(version, measure="revenue_at_risk", **asked):
    """The number of the whole."""
    (row,) = (row for row in rows(version, measure, **asked) if not row["slice"] and row["part"] is None)
    return row["value"]


def by(version, dim: str, measure="revenue_at_risk", **asked) -> dict:
    found = rows(version, measure, by=(dim,), **asked)
    return {row["slice"][dim]: row["value"] for row in found if row["slice"] and row["part"] is None}


def line(version, line_id: str, policy="priority") -> dict:
    sql = f"from {ID}__line where order_line_id = $1 and policy = $2 order by state_date desc limit 1"
    return version.cursor().execute(sql, [line_id, policy]).df().iloc[0].to_dict()


def pegs(version, policy="priority") -> list[tuple]:
    """(line, supply, quantity) of the newest state."""
    sql = f"""
        select order_line_id, coalesce(po_line_id, production_order_id, supply_kind), qty from {ID}__peg
        where policy = $1 and state_date = (select max(state_date) from {ID}__peg) order by all"""
    return version.cursor().execute(sql, [policy]).fetchall()
