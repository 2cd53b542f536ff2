"""The worked example of the supplier scorecard, drawn, and ways to read one number of it."""

from dataclasses import replace

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "supplier_scorecard"
# Without what stands on the promises of another metric.
CARD = replace(
    metric(ID),
    needs=(),
    relations={name: one for name, one in metric(ID).relations.items() if name != "impact"},
    measures=tuple(one for one in metric(ID).measures if one.name != "impact"),
)
# Four lines of S: 10, 12, 14 and 20 days; the last came late. 25 of 10,000 rejected; 100 at 10.5, 200 at 9.9 for 10.
WORLD = {
    "supplier": """
        supplier_id | name  | country
        S           | Steel | NO
        T           | Tin   | SE
    """,
    "product": """
        product_id | category | base_uom
        P          | Metal    | pc
        Q          | Metal    | pc
    """,
    "product_supplier": """
        product_id | supplier_id | contract_price
        P          | S           | 10
    """,
    "purchase_order": """
        po_id | supplier_id | ordered_date | acknowledged_date
        1     | S           | 2026-02-01   | 2026-02-02
        2     | S           | 2026-02-01   | 2026-02-04
        3     | S           | 2026-02-01   |
        4     | S           | 2026-02-01   | 2026-02-02
    """,
    "po_line": """
        po_line_id | po_id | product_id | ordered_qty | unit_price | first_confirmed_date
        1          | 1     | P          | 100         | 10.5       | 2026-02-15
        2          | 2     | P          | 200         | 9.9        | 2026-02-15
        3          | 3     | Q          | 4700        | 1          | 2026-02-15
        4          | 4     | Q          | 4975        | 1          | 2026-02-15
    """,
    "po_receipt": """
        receipt_id | po_line_id | received_date | qty_received | qty_rejected
        1          | 1          | 2026-02-11    | 100          | 0
        2          | 2          | 2026-02-13    | 200          | 0
        3          | 3          | 2026-02-15    | 4700         | 0
        4          | 4          | 2026-02-21    | 5000         | 25
    """,
}


def world(**more) -> dict:
    """The worked example with tables replaced, or, under table__add, continued by further rows."""
    found = dict(WORLD)
    for name, text in more.items():
        table = name.removesuffix("__add")
        found[table] = found[table].rstrip() + "\n" + text.strip() if name != table else text
    return {name: text for name, text in found.items() if text}


def cells(table: str, column: str, **given: str) -> str:
    """A table of the example with a column set, or added, in the rows whose first cell is named (_1 for 1)."""
    head, *lines = [[cell.strip() for cell in line.split("|")] for line in WORLD[table].strip().splitlines()]
    head = head if column in head else [*head, column]
    made = [[*line, *[""] * (len(head) - len(line))] for line in lines]
    for line in made:
        if f"_{line[0]}" in given:
            line[head.index(column)] = given[f"_{line[0]}"]
    return "\n".join(" | ".join(line) for line in [head, *made])


def draw(as_of="2026-04-30", currency="EUR", **more):
    return company(world(**more), CARD, as_of, currency)


def rows(version, measure, **asked) -> dict:
    found = read(version, ID, Request(measures=(measure,), **asked))["rows"]
    return {(row["part"], *row["slice"].values()): row for row in found}


def row(version, measure, part=None, **asked) -> dict:
    return rows(version, measure, **asked)[part,]
