"""Drawn order lines for metric tests: a line in one row, written out as the canonical tables."""

from tests.metrics.company import rows

JOINED = ("order_id", "customer_id", "ordered_date", "entered_date", "confirmed_date", "released_date")


def drawn(text: str, **tables: str) -> dict:
    """Tables out of lines `order | line | qty | promised | got`, where got = day:qty, ... (proved deliveries).

    Days are of January 2026. Optional columns: customer, product, ordered, requested. Ordered on the 1st if not said.
    `tables` replace or add drawn tables.
    """
    lines = rows(text).to_dict("records")
    found = {
        "sales_order": _orders(lines),
        "order_line": _lines(lines),
        "promise_history": _promises(lines),
        **_deliveries(lines),
    }
    return {**{name: table for name, table in found.items() if table.count("\n")}, **tables}


def january(day) -> str:
    return "" if day in (None, "") else f"2026-01-{int(day):02d}"


def table(*lines) -> str:
    return "\n".join(" | ".join("" if cell is None else str(cell) for cell in line) for line in lines)


def _orders(lines: list[dict]) -> str:
    seen = {line["order"]: line for line in reversed(lines)}
    head = ("order_id", "customer_id", "ordered_date")
    return table(
        head, *((o, line.get("customer") or "A", january(line.get("ordered") or 1)) for o, line in seen.items())
    )


def _lines(lines: list[dict]) -> str:
    head = ("order_line_id", "order_id", "product_id", "ordered_qty", "requested_date")
    return table(
        head,
        *((r["line"], r["order"], r.get("product") or "P", r["qty"], january(r.get("requested"))) for r in lines),
    )


def _promises(lines: list[dict]) -> str:
    head = ("order_line_id", "promise_seq", "set_date", "promised_date")
    told = [line for line in lines if line.get("promised")]
    return table(head, *((r["line"], 1, january(r.get("ordered") or 1), january(r["promised"])) for r in told))


def _deliveries(lines: list[dict]) -> dict[str, str]:
    heads = [("shipment_id", "shipped_date", "delivered_date", "delivery_basis")]
    parts = [("shipment_id", "order_line_id", "qty_shipped")]
    for line in lines:
        for place, got in enumerate((line.get("got") or "").split(",")):
            if got.strip():
                day, qty = got.strip().split(":")
                name = f"S{line['line']}{place}"
                heads.append((name, january(day), january(day), "pod"))
                parts.append((name, line["line"], qty))
    return {"shipment": table(*heads), "shipment_line": table(*parts)}
