"""A company of any size in the generic layout: one CSV per canonical table, the same bytes for the same size."""

from pathlib import Path
from string import Template

import duckdb

DAYS = 911
START = "DATE '2023-11-01'"


def sizes(lines: int) -> dict[str, int]:
    """How many of everything a company of that many order lines has."""
    return {
        "lines": lines,
        "orders": lines // 4,
        "customers": lines // 500,
        "products": lines // 2000,
        "leads": lines // 200,
        "opportunities": lines * 6 // 1000,
        "links": lines // 500,
    }


def pick(row: str, salt: int, size: int | str) -> str:
    """A repeatable number in 0..size-1 for a row."""
    return f"(hash({row} * 31 + {salt}) % {size})::BIGINT"


ORDER_DAY = f"({START} + (o * {DAYS} / orders)::INTEGER)"
LATE = f"(CASE WHEN {pick('i', 4, 100)} < 85 THEN -{pick('i', 5, 3)} ELSE 1 + {pick('i', 6, 12)} END)"
PROMISED = f"({ORDER_DAY} + 7 + {pick('o', 3, 14)}::INTEGER)"
DELIVERED = f"({PROMISED} + {LATE}::INTEGER)"
LINE = "(SELECT i, i // 4 AS o, orders FROM (SELECT range AS i, $lines // 4 AS orders FROM range($lines)))"
ORDER = "(SELECT range AS o, range * 4 AS i, $lines // 4 AS orders FROM range($lines // 4))"
LAST = "DATE '2026-04-30'"

TABLES = {
    "customer": f"""SELECT 'C' || range AS customer_id, 'Customer ' || range AS name, 'DE' AS country,
        ['Enterprise', 'Midmarket', 'Small', 'Public'][{pick("range", 1, 4)} + 1] AS segment,
        1 + {pick("range", 1, 4)} AS priority_rank FROM range($customers)""",
    "product": f"""SELECT 'P' || range AS product_id, 'Product ' || range AS name,
        'Family ' || {pick("range", 2, 8)} AS family, 'PC' AS base_uom FROM range($products)""",
    "product_cost": """SELECT 'P' || range AS product_id, '2023-01-01' AS valid_from, 5 + range % 90 AS unit_cost,
        'EUR' AS currency FROM range($products)""",
    "sales_order": f"""SELECT 'O' || o AS order_id, 'C' || {pick("o", 7, "$customers")} AS customer_id,
        'EUR' AS currency, {ORDER_DAY} AS ordered_date, {ORDER_DAY} AS entered_date, {ORDER_DAY} + 1 AS confirmed_date,
        {ORDER_DAY} + 3 AS released_date FROM {ORDER}""",
    "order_line": f"""SELECT 'L' || i AS order_line_id, 'O' || o AS order_id, 1 + i % 4 AS line_no,
        'P' || {pick("i", 8, "$products")} AS product_id, 'S' || {pick("i", 9, 4)} AS site_id,
        1 + {pick("i", 10, 50)} AS ordered_qty, ((100 + {pick("i", 11, 9000)}) / 100.0)::DECIMAL(12, 2) AS unit_price,
        ((1 + {pick("i", 10, 50)}) * (100 + {pick("i", 11, 9000)}) / 100.0)::DECIMAL(12, 2) AS net_amount,
        {PROMISED} - 1 AS requested_date, {PROMISED} AS first_promised_date FROM {LINE}""",
    "shipment": f"""SELECT 'D' || o AS shipment_id, 'S' || {pick("i", 9, 4)} AS site_id, 'Carrier ' || o % 5 AS carrier,
        {DELIVERED} - 2 AS shipped_date, {DELIVERED} AS delivered_date, 'pod' AS delivery_basis FROM {ORDER}
        WHERE {DELIVERED} <= {LAST}""",
    "shipment_line": f"""SELECT 'D' || o AS shipment_id, 'L' || i AS order_line_id, 1 AS shipment_line_no,
        1 + {pick("i", 10, 50)} AS qty_shipped, 1 + {pick("i", 10, 50)} AS qty_delivered
        FROM (SELECT i, o, orders FROM {LINE} WHERE i % 4 <> 3 OR {pick("i", 12, 50)} > 0) AS shipped
        WHERE o IN (SELECT o FROM {ORDER} WHERE {DELIVERED} <= {LAST})""",
    "lead": f"""SELECT 'M' || range AS lead_id, 'true' AS is_valid,
        {START} + (range * {DAYS} / $leads)::INTEGER AS created_date,
        ['web', 'fair', 'partner'][{pick("range", 13, 3)} + 1] AS channel FROM range($leads)""",
    "opportunity": f"""SELECT 'Q' || range AS opportunity_id, 'C' || {pick("range", 14, "$customers")} AS customer_id,
        'M' || range % $leads AS lead_id, {START} + (range * {DAYS} / $opportunities)::INTEGER AS created_date,
        'EUR' AS currency, 'open' AS outcome, 'S1' AS stage_code FROM range($opportunities)""",
    "opportunity_snapshot": f"""SELECT (m + INTERVAL 1 MONTH)::DATE - 1 AS snapshot_date,
        'Q' || range AS opportunity_id,
        'S' || (1 + {pick("range", 15, 4)}) AS stage_code, 'open' AS outcome,
        1000 + {pick("range", 16, 50000)} AS amount,
        'EUR' AS currency, (m + INTERVAL 2 MONTH)::DATE AS expected_close_date, 0.4 AS crm_probability
        FROM range($opportunities),
            (SELECT ({START} + to_months(range::INTEGER))::DATE AS m FROM range(30)) AS months""",
    "opportunity_order_link": f"""SELECT 'Q' || range AS opportunity_id,
        'O' || {pick("range", 17, "$orders")} AS order_id, 'field' AS link_method, 1.0 AS confidence
        FROM range($links)""",
    "inventory_snapshot": f"""SELECT {LAST} - 7 * w::INTEGER AS snapshot_date, 'P' || p AS product_id,
        'S' || s AS site_id, 'unrestricted' AS stock_type, 'own' AS ownership,
        {pick("p * 4 + s + w * 7", 18, 400)} AS on_hand_qty,
        5 + p % 90 AS unit_cost, 'EUR' AS currency
        FROM range($products) AS a(p), range(4) AS b(s), range(30) AS c(w)""",
    "survey_response": f"""SELECT 'R' || o AS response_id, 'C' || {pick("o", 7, "$customers")} AS customer_id,
        'O' || o AS order_id, 'csat' AS survey_type, 1 + {pick("o", 19, 5)} AS score, 1 AS scale_min, 5 AS scale_max,
        {ORDER_DAY} + 40 AS sent_date, {ORDER_DAY} + 45 AS responded_date FROM {ORDER} WHERE o % 20 = 0""",
}


def write(folder: Path, lines: int) -> list[Path]:
    """Write all tables for that many order lines, unless they stand there already."""
    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    found = []
    for table, sql in TABLES.items():
        path = folder / f"{table}.csv"
        if not path.exists():
            con.execute(f"COPY ({Template(sql).substitute(sizes(lines))}) TO '{path}' (HEADER)").fetchall()
        found.append(path)
    con.close()
    return found
