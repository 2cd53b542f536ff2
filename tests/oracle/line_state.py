"""What stands beside orders and deliveries: prices, priorities, ship windows, holds, picks, papers, returns."""

from datetime import date

from tests.oracle.company import FIRST, Company, plus, upto

CARRIERS = ("Swift", "Heavy", "Own")
REASONS = ("credit", "quality", "address")
LAST_SOLD = {"S0": date(2025, 8, 1), "S1": date(2025, 12, 1)}  # of P5


def add_line_state(rng, made: Company) -> None:
    """Columns of orders, lines and shipments, and the tables that refer to them."""
    erp = made.erp
    for name in ("order_line_hold", "return_line", "invoice_line"):
        erp[name] = []
    for row in erp["sales_order"]:
        row |= {"ship_complete": bool(rng.random() < 0.1), "erp_priority": int(rng.integers(1, 4))}
        row |= {"channel": str(rng.choice(["edi", "phone"])), "ship_to_country": str(rng.choice(["DE", "FR"]))}
    orders = {row["order_id"]: row for row in erp["sales_order"]}
    for row in erp["order_line"]:
        _line(rng, erp, row, orders[row["order_id"]])
    picked = 0.6 if made.seed % 5 == 0 else 0.93
    _once_a_day(erp)
    shipments = {row["shipment_id"]: row for row in erp["shipment"]}
    for row in erp["shipment"]:
        row["carrier"] = str(rng.choice(CARRIERS))
        if rng.random() < picked:
            row["picked_date"] = max(plus(row["shipped_date"], -int(rng.integers(0, 4))), FIRST)
    for part in erp["shipment_line"]:
        _part(rng, erp, part, shipments[part["shipment_id"]])


def _once_a_day(erp: dict) -> None:
    """Of a line nothing comes twice on a day: which of two shipments completed it could not be told."""
    shipments = {row["shipment_id"]: row for row in erp["shipment"]}
    came: dict[tuple, dict] = {}
    for part in list(erp["shipment_line"]):
        row = shipments[part["shipment_id"]]
        first = came.setdefault((part["order_line_id"], row["delivered_date"] or row["shipped_date"]), part)
        if first is not part:
            first["qty_shipped"] += part["qty_shipped"]
            erp["shipment_line"].remove(part)
            erp["shipment"].remove(row)


def _line(rng, erp: dict, row: dict, order: dict) -> None:
    if row["product_id"] == "P5" and order["ordered_date"] >= LAST_SOLD[row["site_id"]]:
        row["product_id"] = "P4"
    price = int(rng.integers(4, 40))
    row |= {"unit_price": price, "net_amount": row["ordered_qty"] * price}
    row |= {"partial_allowed": bool(rng.random() < 0.6), "planner": str(rng.choice(["Kim", "Lee"]))}
    if row["requested_date"] is not None and rng.random() < 0.8:
        row["requested_ship_date"] = max(plus(row["requested_date"], -int(rng.integers(1, 4))), order["ordered_date"])
    if rng.random() < 0.04:
        row["expedite_reason"] = "line down at the customer"
    if rng.random() < 0.12:
        _hold(rng, erp, row, order)


def _hold(rng, erp: dict, row: dict, order: dict) -> None:
    start = upto(plus(order["ordered_date"], rng.integers(0, 25)))
    if start is None:
        return
    end = upto(plus(start, rng.integers(1, 20))) if rng.random() < 0.85 else None
    reason = REASONS[rng.integers(3)]
    erp["order_line_hold"].append(
        {"order_line_id": row["order_line_id"], "valid_from": start, "valid_to": end, "reason": reason}
    )
    if end is None:
        row["hold_reason"] = reason


def _part(rng, erp: dict, part: dict, shipment: dict) -> None:
    """Papers, damage, what came back and what was invoiced of one delivered part."""
    line, left = part["order_line_id"], shipment["shipped_date"]
    part["doc_ok"] = bool(rng.random() < 0.95) if rng.random() < 0.9 else None
    part["qty_damaged"] = int(rng.integers(0, part["qty_shipped"] + 1)) if rng.random() < 0.06 else 0
    number = f"{part['shipment_id']}-{line}"
    back = upto(plus(left, rng.integers(2, 60)))
    if rng.random() < 0.08 and back is not None:
        qty = int(rng.integers(1, part["qty_shipped"] + 1))
        fault = str(rng.choice(["ours", "customer", "carrier", ""])) or None
        erp["return_line"].append(
            {"return_id": f"B{number}", "order_line_id": line, "returned_date": back, "qty": qty, "fault": fault}
        )
    billed = upto(plus(left, rng.integers(0, 5)))
    if rng.random() < 0.9 and billed is not None:
        erp["invoice_line"].append(
            {"invoice_id": f"I{number}", "order_line_id": line, "invoice_line_no": 1, "invoiced_date": billed,
             "qty": part["qty_shipped"], "is_accurate": bool(rng.random() < 0.95)}
        )  # fmt: skip
