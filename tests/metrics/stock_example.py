"""The worked example of stock by segment, drawn, and ways to read one number of it."""

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "days_of_inventory_by_segment"
# P1: A 180 and B 90 in 90 days = 2 and 1 a day, 10 of the 100 held for A; P2: B 45 = .5 a day; nobody wants P3.
# OA and OB are older than 90 days and still open: they count for the policies only.
WORLD = {
    "customer_history": """
        customer_id | valid_from | segment | priority_rank
        CA          | 2025-01-01 | A       | 2
        CB          | 2025-01-01 | B       | 1
    """,
    "product": """
        product_id | family
        P1         | pump
        P2         | valve
        P3         | pump
    """,
    "inventory_snapshot": """
        snapshot_date | product_id | site_id | stock_type   | on_hand_qty | reserved_qty | unit_cost
        2026-04-30    | P1         | W       | unrestricted | 100         | 10           | 10
        2026-04-30    | P1         | W       | blocked      | 20          |              | 10
        2026-04-30    | P1         | W       | quality      | 5           |              | 10
        2026-04-30    | P1         | W       | in_transit   | 30          |              | 10
        2026-04-30    | P2         | W       |              | 50          |              | 20
        2026-04-30    | P3         | W       |              | 5           |              | 8
    """,
    "sales_order": """
        order_id | customer_id | ordered_date
        A1       | CA          | 2026-03-01
        B1       | CB          | 2026-03-02
        B2       | CB          | 2026-04-03
        R        | CA          | 2025-12-01
        OA       | CA          | 2025-12-02
        OB       | CB          | 2025-12-03
    """,
    "order_line": """
        order_line_id | order_id | product_id | site_id | ordered_qty | requested_date | net_amount
        A1            | A1       | P1         | W       | 180         | 2026-07-01     | 1
        B1            | B1       | P1         | W       | 90          | 2026-07-01     | 1
        B2            | B2       | P2         | W       | 45          | 2026-07-01     | 1
        R             | R        | P1         | W       | 10          | 2026-07-20     | 1
        OA            | OA       | P1         | W       | 40          | 2026-05-10     | 1
        OB            | OB       | P1         | W       | 60          | 2026-05-12     | 1
    """,
    "stock_reservation": """
        reservation_id | order_line_id | product_id | site_id | qty | valid_from
        X              | R             | P1         | W       | 10  | 2026-01-01
    """,
}


def world(**more: str) -> dict:
    """The worked example with tables replaced (or left out: empty), or, under table__add, continued by further rows."""
    tables = {name: text for name, text in more.items() if not name.endswith("__add")}
    found = {**WORLD, **tables}
    for name in more.keys() - tables.keys():
        found[name.removesuffix("__add")] = found[name.removesuffix("__add")].rstrip() + "\n" + more[name].strip()
    return {name: text for name, text in found.items() if text}


def draw(as_of="2026-04-30", **more: str):
    return company(world(**more), metric(ID), as_of)


def values(version, measure="days", by=("segment",), **asked) -> dict:
    rows = read(version, ID, Request(measures=(measure,), by=by, **asked))["rows"]
    return {(row["part"], *row["slice"].values()): row["value"] for row in rows}


def row_of(version, measure="days", **asked) -> dict:
    return read(version, ID, Request(measures=(measure,), **asked))["rows"][0]
