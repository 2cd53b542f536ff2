"""The worked example of the latency of changes, drawn, and ways to read one number of it."""

from datetime import date

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "order_change_latency"
APRIL = {"date_from": date(2026, 4, 1), "date_to": date(2026, 4, 30)}
WORLD = {
    "customer_history": """
        customer_id | valid_from | segment
        A           | 2025-01-01 | Key
    """,
    "product": """
        product_id | family | base_uom
        P          | pump   | pc
    """,
    "supplier": """
        supplier_id | name
        S           | Steel
    """,
    "sales_order": """
        order_id | customer_id | ordered_date
        1        | A           | 2026-03-01
        2        | A           | 2026-03-01
        3        | A           | 2026-03-01
    """,
    "order_line": """
        order_line_id | order_id | product_id | site_id | ordered_qty | planner
        1             | 1        | P          | W       | 100         | Pia
        2             | 2        | P          | W       | 100         | Pia
        3             | 3        | P          | W       | 100         | Per
    """,
    "order_line_change": """
        order_line_id | kind     | changed_date | recorded_date | delta_qty
        1             | qty_up   | 2026-03-30   | 2026-04-01    | 10
        2             | qty_up   | 2026-04-04   | 2026-04-04    | 10
        3             | qty_down | 2026-04-05   | 2026-04-06    | -20
        1             | qty_up   | 2026-04-10   | 2026-04-10    | 5
        1             | qty_up   | 2026-04-20   | 2026-04-20    | 10
    """,
    "inventory_snapshot": """
        snapshot_date | product_id | site_id | on_hand_qty
        2026-04-09    | P          | W       | 5
        2026-04-15    | P          | W       | 0
    """,
    "purchase_order": """
        po_id | supplier_id | ordered_date
        9     | S           | 2026-04-05
    """,
    "po_line": """
        po_line_id | po_id | product_id | site_id | ordered_qty
        9          | 9     | P          | W       | 30
    """,
    "po_line_change": """
        po_line_id | field                  | changed_date | old_value  | new_value
        9          | current_confirmed_date | 2026-04-02   | 2026-05-09 | 2026-05-01
        9          | ordered_qty            | 2026-04-16   | 40         | 30
    """,
}


def draw(as_of="2026-04-30", **more):
    found = dict(WORLD)
    for name, text in more.items():
        table = name.removesuffix("__add")
        found[table] = found.get(table, "").rstrip() + "\n" + text.strip() if name != table else text
    return company({name: text for name, text in found.items() if text}, metric(ID), as_of)


def rows(version, measure="km_median", **asked) -> dict:
    found = read(version, ID, Request(measures=(measure,), **{**APRIL, **asked}))["rows"]
    return {(row["part"], *row["slice"].values()): row for row in found}


def row(version, measure="km_median", part=None, **asked) -> dict:
    return rows(version, measure, **asked)[part,]


def waits(version, **asked) -> dict:
    """Days waited and whether they are over, by the day of the change and its direction."""
    doc = read(version, ID, Request(measures=("km_median",), reading="rows", **{**APRIL, **asked}))
    return {
        (str(row["day"])[:10], row["direction"]): (row["components"]["days_first"], row["components"]["event_first"])
        for row in doc["rows"]
        if row["reason"] is None
    }
