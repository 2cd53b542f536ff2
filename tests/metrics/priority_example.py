"""The worked example of priority inversions, drawn, and ways to read one number of it."""

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "priority_inversion_rate"
# 10 each; 10 arrive on each day on which 10 leave
WORLD = {
    "customer_history": """
        customer_id | valid_from | tier | priority_rank
        CA          | 2025-01-01 | gold | 1
        CB          | 2025-01-01 | iron | 2
        CC          | 2025-01-01 | tin  | 3
    """,
    "sales_order": """
        order_id | customer_id | ordered_date | released_date | ship_complete | erp_priority
        A        | CA          | 2026-01-01   | 2026-01-01    |               | 1
        B        | CB          | 2026-01-01   | 2026-01-01    |               | 3
        C        | CC          | 2026-01-01   | 2026-01-02    |               | 2
    """,
    "order_line": """
        order_line_id | order_id | product_id | site_id | ordered_qty | net_amount
        A             | A        | P          | W       | 10          | 100
        B             | B        | P          | W       | 10          | 100
        C             | C        | P          | W       | 10          | 100
    """,
    "shipment": """
        shipment_id | site_id | shipped_date
        TA          | W       | 2026-01-05
        TB          | W       | 2026-01-03
        TC          | W       | 2026-01-06
    """,
    "shipment_line": """
        shipment_id | order_line_id | qty_shipped
        TA          | A             | 10
        TB          | B             | 10
        TC          | C             | 10
    """,
    "inventory_movement": """
        movement_id | moved_date | product_id | site_id | kind       | qty
        1           | 2026-01-03 | P          | W       | receipt_po | 10
        2           | 2026-01-03 | P          | W       | issue_sale | -10
        3           | 2026-01-05 | P          | W       | receipt_po | 10
        4           | 2026-01-05 | P          | W       | issue_sale | -10
        5           | 2026-01-06 | P          | W       | receipt_po | 10
        6           | 2026-01-06 | P          | W       | issue_sale | -10
    """,
}


def draw(as_of="2026-02-28", **more: str):
    """The example with tables replaced, left out (empty) or, under table__add, continued by further rows."""
    given = {**WORLD, **{name: text for name, text in more.items() if not name.endswith("__add")}}
    for name, text in more.items():
        if name.endswith("__add"):
            table = name.removesuffix("__add")
            given[table] = given[table].rstrip() + "\n" + text.strip()
    return company({name: text for name, text in given.items() if text}, metric(ID), as_of)


def row(version, measure="rate", **asked) -> dict:
    return read(version, ID, Request(measures=(measure,), **asked))["rows"][0]


def value(version, measure="rate", **asked):
    return row(version, measure, **asked)["value"]


def counts(version, **asked) -> tuple:
    """(inverted, comparable)."""
    found = row(version, **asked)
    return found["num"], found["den"]
