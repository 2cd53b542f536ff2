"""Orders promised for one day, each with an answer to a survey; and what satisfaction_vs_delivery makes of them."""

from datetime import date, timedelta

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

DUE = date(2026, 1, 10)
QUARTER = dict(date_from=date(2026, 1, 1), date_to=date(2026, 3, 31))


def drawn(answers: list[dict], **tables: str) -> dict[str, str]:
    """One order promised for 10 January per answer: late = days after it (None: not delivered), score, and options
    customer, type, top (best score), answered, order (another name than O1, O2, ...), linked (names its order)."""
    asked = [{"order": f"O{place}", "customer": f"C{place}", **one} for place, one in enumerate(answers, 1)]
    return {**ordered(list({one["order"]: one for one in reversed(asked)}.values())[::-1]), **surveyed(asked), **tables}


def ordered(asked: list[dict]) -> dict[str, str]:
    """The orders of one line each, and their deliveries."""
    names = [one["order"] for one in asked]
    came = [(one["order"], DUE + timedelta(days=one["late"])) for one in asked if one.get("late") is not None]
    promise = "order_line_id", "promise_seq", "set_date", "promised_date"
    shipment = "shipment_id", "shipped_date", "delivered_date", "delivery_basis"
    orders = [(one["order"], one["customer"], "2026-01-01") for one in asked]
    return {
        "sales_order": table(("order_id", "customer_id", "ordered_date"), orders),
        "order_line": table(("order_line_id", "order_id", "ordered_qty"), [(f"L{name}", name, 1) for name in names]),
        "promise_history": table(promise, [(f"L{name}", 1, "2026-01-01", DUE) for name in names]),
        "shipment": table(shipment, [(f"S{name}", day, day, "pod") for name, day in came]),
        "shipment_line": table(
            ("shipment_id", "order_line_id", "qty_shipped"), [(f"S{name}", f"L{name}", 1) for name, _ in came]
        ),
    }


def surveyed(asked: list[dict]) -> dict[str, str]:
    """What was asked of each order, and answered."""
    head = "response_id", "order_id", "customer_id", "survey_type", "score", "scale_min", "scale_max"
    lines = []
    for place, one in enumerate(asked, 1):
        kind, score = one.get("type", "csat"), one.get("score")
        order = one["order"] if one.get("linked", True) else None
        answered = one.get("answered", "2026-02-20") if score is not None else None
        scale = 0 if kind == "nps" else 1, one.get("top", 5)
        lines.append((f"R{place}", order, one["customer"], kind, score, *scale, "2026-02-10", answered))
    return {"survey_response": table((*head, "sent_date", "responded_date"), lines)}


def table(head, lines) -> str:
    return "\n".join(" | ".join("" if cell is None else str(cell) for cell in line) for line in (head, *lines))


def made(answers: list[dict], as_of: str = "2026-03-31", **tables):
    return company(drawn(answers, **tables), metric("satisfaction_vs_delivery"), as_of=as_of)


def rows(version, measure: str, **given) -> list[dict]:
    return read(version, "satisfaction_vs_delivery", Request(measures=(measure,), **{**QUARTER, **given}))["rows"]


def tile(version, measure: str = "rho", **given) -> dict:
    return rows(version, measure, **given)[0]


def parts(version, measure: str, column: str = "value", **given) -> dict:
    return {row["part"]: row[column] for row in rows(version, measure, **given)}


LATE, SCORES = (-1, 0, 0, 2, 5, 9), (5, 5, 4, 4, 2, 1)
EXAMPLE = [dict(late=late, score=score) for late, score in zip(LATE, SCORES, strict=True)]
