"""Generated companies: canonical rows drawn at random, with every awkward case of the KPI book at some rate."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

AS_OF = date(2026, 4, 30)
FIRST = date(2024, 11, 1)
SEGMENTS = ("Key", "Small", None)
FAMILIES = ("Pumps", "Valves")


@dataclass(frozen=True)
class Company:
    """Rows by canonical table, all ids raw; `crm` and `erp` say which system exports which table."""

    seed: int
    crm: dict[str, list[dict]]
    erp: dict[str, list[dict]]

    def __getitem__(self, table: str) -> list[dict]:
        return self.erp.get(table) or self.crm.get(table) or []


def plus(day: date | None, days: int) -> date | None:
    return None if day is None else day + timedelta(days=int(days))


def upto(day: date | None) -> date | None:
    """An event after the as-of date has not been exported."""
    return day if day is not None and day <= AS_OF else None


def company(seed: int, customers: int = 14, orders: int = 160) -> Company:
    """The company of a seed."""
    rng = np.random.default_rng(seed)
    erp: dict[str, list[dict]] = {name: [] for name in ERP_TABLES}
    erp["customer"] = [{"customer_id": f"C{i}", "name": f"Customer {i}", "country": "DE"} for i in range(customers)]
    erp["customer_history"] = [row for i in range(customers) for row in _segments(rng, f"C{i}")]
    erp["product"] = [{"product_id": f"P{i}", "family": FAMILIES[i % 2], "base_uom": "PC"} for i in range(6)]
    for number in range(orders):
        _order(rng, erp, number, customers)
    crm = _crm(rng, erp, customers)
    _stock(rng, erp)
    return Company(seed, crm, erp)


ERP_TABLES = (
    "sales_order", "order_line", "promise_history", "shipment", "shipment_line", "return_line", "inventory_snapshot",
    "stock_reservation", "product_cost",
)  # fmt: skip


def _segments(rng, customer: str) -> list[dict]:
    first = {"customer_id": customer, "valid_from": date(2025, 3, 1), "segment": SEGMENTS[rng.integers(3)]}
    if rng.random() < 0.3:
        turn = date(2025, 11, 1)
        first["valid_to"] = turn
        return [first, {"customer_id": customer, "valid_from": turn, "segment": SEGMENTS[rng.integers(2)]}]
    return [first]


def _order(rng, erp: dict, number: int, customers: int) -> None:
    order, ordered = f"O{number:04d}", plus(FIRST, rng.integers(0, 545))
    entered = plus(ordered, rng.integers(0, 3))
    row = {
        "order_id": order,
        "customer_id": f"C{rng.integers(customers)}",
        "currency": "EUR",
        "order_type": rng.choice(["standard", "rush", "return", "sample"], p=[0.8, 0.1, 0.05, 0.05]),
        "ordered_date": ordered,
        "entered_date": upto(entered),
        "confirmed_date": upto(plus(entered, rng.integers(0, 4))) if rng.random() < 0.8 else None,
    }
    erp["sales_order"].append(row)
    for item in range(int(rng.integers(1, 4))):
        _line(rng, erp, row, f"{order}-{item}")


def _line(rng, erp: dict, order: dict, line: str) -> None:
    qty, start = int(rng.integers(2, 12)), order["ordered_date"]
    row = {
        "order_line_id": line,
        "order_id": order["order_id"],
        "product_id": f"P{rng.integers(6)}",
        "site_id": f"S{rng.integers(2)}",
        "ordered_qty": qty,
        "unit_price": 10,
        "net_amount": qty * 10,
        "requested_date": plus(start, rng.integers(5, 40)) if rng.random() < 0.95 else None,
        "released_at": None,
        "released_date": upto(plus(start, rng.integers(0, 12))) if rng.random() < 0.9 else None,
    }
    del row["released_at"]
    erp["order_line"].append(row)
    promised = _promises(rng, erp, line, start)
    _cancel(rng, row, start, promised)
    _deliveries(rng, erp, row, promised or plus(start, 20), order)


def _promises(rng, erp: dict, line: str, start: date) -> date | None:
    if rng.random() < 0.05:
        return None
    made, promised, found = plus(start, rng.integers(0, 3)), plus(start, rng.integers(6, 45)), None
    for seq in range(1, 1 + int(rng.choice([1, 2, 3], p=[0.65, 0.25, 0.1]))):
        if made > AS_OF:
            break
        by = None if seq == 1 else rng.choice(["us", "customer"], p=[0.7, 0.3])
        told = upto(plus(made, rng.integers(0, 6))) if seq > 1 and rng.random() < 0.6 else None
        erp["promise_history"].append(
            {"order_line_id": line, "promise_seq": seq, "set_date": made, "promised_date": promised, "initiator": by,
             "notified_date": told}
        )  # fmt: skip
        found = promised
        made, promised = plus(made, rng.integers(1, 15)), plus(promised, rng.integers(-3, 15))
    return found


def _cancel(rng, row: dict, start: date, promised: date | None) -> None:
    if rng.random() > 0.12:
        return
    day = upto(plus(promised or start, rng.integers(-12, 15)))
    known = rng.random() < 0.85
    if day is None and known:
        return
    whole = rng.random() < 0.7
    row["cancelled_qty"] = row["ordered_qty"] if whole else int(rng.integers(1, row["ordered_qty"]))
    row["cancelled_date"] = max(day, start) if known else None
    row["cancel_initiator"] = rng.choice(["customer", "us", None])


def _deliveries(rng, erp: dict, row: dict, around: date, order: dict) -> None:
    left = row["ordered_qty"] - row.get("cancelled_qty", 0)
    day = plus(around, rng.choice([-2, -1, 0, 0, 0, 1, 3, 9]))
    while left > 0 and rng.random() < 0.93:
        part = left if rng.random() < 0.8 else int(rng.integers(1, left + 1))
        shipped, delivered = plus(day, -int(rng.integers(0, 4))), day
        shipped = max(shipped, order["ordered_date"], order["entered_date"] or AS_OF, row["released_date"] or FIRST)
        delivered = max(delivered, shipped)
        if shipped > AS_OF:
            return
        shipment = f"D{len(erp['shipment']):05d}"
        basis = str(rng.choice(["pod", "carrier", "estimated", "goods_issue"], p=[0.6, 0.25, 0.05, 0.1]))
        erp["shipment"].append(
            {"shipment_id": shipment, "site_id": row["site_id"], "shipped_date": shipped,
             "incoterm": "EXW" if rng.random() < 0.2 else "DAP",
             "delivered_date": upto(delivered) if basis != "goods_issue" else None, "delivery_basis": basis}
        )  # fmt: skip
        erp["shipment_line"].append(
            {"shipment_id": shipment, "order_line_id": row["order_line_id"], "shipment_line_no": 1, "qty_shipped": part}
        )
        left -= part
        day = plus(day, rng.integers(1, 12))


def known_to_crm(customers: int) -> list[dict]:
    """The same customers as the CRM has them, with the number they carry in the ERP."""
    return [{"customer_id": f"C{i}", "external_id": f"C{i}", "name": f"Customer {i}"} for i in range(customers)]


def _crm(rng, erp: dict, customers: int) -> dict[str, list[dict]]:
    crm: dict[str, list[dict]] = {"lead": [], "opportunity": [], "opportunity_order_link": [], "survey_response": []}
    crm["customer"] = known_to_crm(customers)
    orders = [row for row in erp["sales_order"] if row["order_type"] in ("standard", "rush")]
    for number in range(260):
        created = plus(date(2024, 10, 1), rng.integers(0, 570))
        lead = {"lead_id": f"L{number:04d}", "created_date": created, "is_valid": bool(rng.random() < 0.93),
                "channel": str(rng.choice(["web", "fair"])),
                "customer_id": f"C{rng.integers(customers)}" if rng.random() < 0.5 else None}  # fmt: skip
        crm["lead"].append(lead)
        if rng.random() < 0.5:
            _opportunity(rng, crm, lead, orders)
    for order in orders:
        if rng.random() < 0.75:
            _survey(rng, crm, order)
    return crm


def _opportunity(rng, crm: dict, lead: dict, orders: list[dict]) -> None:
    created = plus(lead["created_date"], rng.integers(0, 20))
    closed = upto(plus(created, rng.integers(-5, 120)))
    won = closed is not None and rng.random() < 0.5
    row = {
        "opportunity_id": f"Q{len(crm['opportunity']):04d}",
        "lead_id": lead["lead_id"],
        "customer_id": lead["customer_id"],
        "created_date": created,
        "closed_date": closed,
        "outcome": ("won" if won else "lost") if closed else "open",
        "amount": 100,
        "currency": "EUR",
    }
    crm["opportunity"].append(row)
    if won and rng.random() < 0.6:
        order = orders[rng.integers(len(orders))]
        crm["opportunity_order_link"].append(
            {"opportunity_id": row["opportunity_id"], "order_id": order["order_id"], "link_method": "field",
             "confidence": float(rng.choice([0.6, 0.9, 1.0]))}
        )  # fmt: skip


def _survey(rng, crm: dict, order: dict) -> None:
    """One or more answers on an order; some answers name no order, and some ask another question."""
    for _ in range(int(rng.choice([1, 2], p=[0.85, 0.15]))):
        _answer(rng, crm, order)


def _answer(rng, crm: dict, order: dict) -> None:
    sent = plus(order["ordered_date"], rng.integers(15, 90))
    if sent > AS_OF:
        return
    answered = upto(plus(sent, rng.integers(0, 15))) if rng.random() < 0.7 else None
    crm["survey_response"].append(
        {"response_id": f"R{len(crm['survey_response']):04d}", "customer_id": order["customer_id"],
         "order_id": order["order_id"] if rng.random() < 0.95 else None,
         "survey_type": "csat" if rng.random() < 0.9 else "nps", "score": int(rng.integers(1, 6)) if answered else None,
         "scale_min": 1, "scale_max": 5, "sent_date": sent, "responded_date": answered}
    )  # fmt: skip


def _stock(rng, erp: dict) -> None:
    for number in range(6):
        product = f"P{number}"
        erp["product_cost"].append(
            {
                "product_id": product,
                "valid_from": date(2024, 1, 1),
                "unit_cost": int(rng.integers(2, 30)),
                "currency": "EUR",
            }
        )
        for site in ("S0", "S1"):
            for day in (date(2026, 2, 28), date(2026, 3, 31), AS_OF):
                for kind, most in (("unrestricted", 120), ("blocked", 15), ("quality", 10)):
                    erp["inventory_snapshot"].append(
                        {"snapshot_date": day, "product_id": product, "site_id": site, "stock_type": kind,
                         "on_hand_qty": int(rng.integers(-3 if kind == "unrestricted" else 0, most))}
                    )  # fmt: skip
