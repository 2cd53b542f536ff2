"""Suppliers, what was agreed with them, purchase orders with their changes and receipts, and production orders."""

from datetime import date

from tests.oracle.company import AS_OF, Company, plus, upto

SUPPLIERS = 5
TURN = date(2025, 10, 1)
TABLES = (
    "supplier", "product_supplier", "supplier_compliance", "purchase_order", "po_line", "po_receipt", "po_line_change",
    "po_line_snapshot", "supplier_return_line", "production_order", "production_order_change",
)  # fmt: skip


def add_supply(rng, made: Company) -> None:
    """Who delivers what since January 2025; in every third company purchase orders have snapshots and no changes."""
    erp = made.erp
    for name in TABLES:
        erp[name] = []
    for number in range(SUPPLIERS):
        _supplier(rng, erp, f"V{number}", number)
    for number in range(150):
        _order(rng, erp, f"U{number:04d}")
    for number in range(60):
        _production(rng, erp, f"W{number:04d}")
    _snapshots(rng, erp)
    if made.seed % 3 == 0:
        erp["po_line_change"] = []
        erp["production_order_change"] = []


def _supplier(rng, erp: dict, supplier: str, number: int) -> None:
    erp["supplier"].append(
        {"supplier_id": supplier, "name": f"Supplier {number}", "country": str(rng.choice(["DE", "CN"]))}
    )
    for product in range(6):
        if rng.random() < 0.7:
            agreed = {"product_id": f"P{product}", "supplier_id": supplier, "currency": "EUR", "lead_time_days": 14}
            price = int(rng.integers(5, 20))
            erp["product_supplier"] += [
                agreed | {"valid_from": date(2025, 1, 1), "valid_to": TURN, "contract_price": price},
                agreed | {"valid_from": TURN, "contract_price": price + 1, "is_primary": bool(rng.random() < 0.4)},
            ]
    for kind in ("ISO 9001", "REACH", "Insurance"):
        held = {"supplier_id": supplier, "doc_type": kind, "required": bool(rng.random() < 0.85)}
        held["valid_from"] = date(2024, 6, 1) if rng.random() < 0.9 else None
        held["valid_to"] = date(2026, int(rng.integers(1, 13)), 1) if rng.random() < 0.7 else None
        erp["supplier_compliance"].append(held)


def _order(rng, erp: dict, number: str) -> None:
    ordered = plus(date(2025, 1, 1), rng.integers(0, 484))
    answered = upto(plus(ordered, rng.integers(0, 8))) if rng.random() < 0.9 else None
    supplier = f"V{rng.integers(SUPPLIERS)}"
    erp["purchase_order"].append(
        {"po_id": number, "supplier_id": supplier, "ordered_date": ordered, "acknowledged_date": answered,
         "currency": "EUR"}
    )  # fmt: skip
    for item in range(int(rng.integers(1, 4))):
        _line(rng, erp, f"{number}-{item}", ordered, answered)


def _line(rng, erp: dict, name: str, ordered: date, answered: date | None) -> None:
    qty, requested = int(rng.integers(20, 200)), plus(ordered, rng.integers(7, 40))
    confirmed = plus(requested, rng.choice([-2, 0, 0, 0, 3, 8])) if answered and rng.random() < 0.9 else None
    row = {"po_line_id": name, "po_id": name.split("-")[0], "product_id": f"P{rng.integers(6)}"}
    row |= {"site_id": f"S{rng.integers(2)}", "ordered_qty": qty, "unit_price": float(rng.integers(50, 210)) / 10}
    row |= {"requested_date": requested, "first_confirmed_date": confirmed, "current_confirmed_date": confirmed}
    row["net_amount"] = round(qty * row["unit_price"], 2)
    erp["po_line"].append(row)
    if rng.random() < 0.1:
        line = erp["order_line"][rng.integers(len(erp["order_line"]))]
        row |= {"order_line_id": line["order_line_id"], "product_id": line["product_id"], "site_id": line["site_id"]}
    _change(rng, erp, row, "created", ordered, None, None)
    _altered(rng, erp, row, ordered)
    _receipts(rng, erp, row, ordered)


def _altered(rng, erp: dict, row: dict, ordered: date) -> None:
    """Our changes of quantity and date, the supplier's of his own date, and cancellations."""
    for field, share in (("ordered_qty", 0.15), ("requested_date", 0.15), ("current_confirmed_date", 0.2)):
        day = upto(plus(ordered, rng.integers(1, 25)))
        if rng.random() < share and day is not None and row[field] is not None:
            step = int(rng.choice([-5, 5, 10]))
            before = row[field] + step if field == "ordered_qty" else plus(row[field], step)
            _change(rng, erp, row, field, day, before, row[field])
            if field == "current_confirmed_date":
                row["first_confirmed_date"] = before
    day = upto(plus(ordered, rng.integers(1, 20)))
    if rng.random() < 0.06 and day is not None:
        row["cancelled_qty"] = row["ordered_qty"]
        _change(rng, erp, row, "cancelled_qty", day, 0, row["cancelled_qty"])


def _change(rng, erp: dict, row: dict, field: str, day: date, before, after) -> None:
    recorded = upto(plus(day, rng.integers(0, 3))) if rng.random() < 0.2 else None
    erp["po_line_change"].append(
        {"po_line_id": row["po_line_id"], "field": field, "changed_date": day, "recorded_date": recorded,
         "old_value": before, "new_value": after, "change_id": f"K{len(erp['po_line_change']):05d}"}
    )  # fmt: skip


def _receipts(rng, erp: dict, row: dict, ordered: date) -> None:
    """In one or more parts, some rejected, one in thirty booked back; some was sent back later."""
    left = row["ordered_qty"] - row.get("cancelled_qty", 0)
    day = plus(row["current_confirmed_date"] or row["requested_date"], rng.choice([-6, -1, 0, 0, 0, 2, 9]))
    while left > 0 and rng.random() < 0.95 and day <= AS_OF:
        qty = left if rng.random() < 0.8 else int(rng.integers(1, left + 1))
        day = max(day, ordered)
        bad = int(rng.integers(0, max(qty // 10, 1) + 1)) if rng.random() < 0.2 else 0
        counted = {"qty_accepted": qty - bad, "qty_rejected": bad} if rng.random() < 0.9 else {"qty_accepted": qty}
        _receipt(rng, erp, row, day, {"qty_received": qty, **counted})
        back = upto(plus(day, 3))
        if rng.random() < 0.03 and back is not None:
            _receipt(rng, erp, row, back, {name: -value for name, value in {"qty_received": qty, **counted}.items()})
        elif rng.random() < 0.05 and back is not None:
            erp["supplier_return_line"].append(
                {"return_id": f"G{len(erp['supplier_return_line']):04d}", "po_line_id": row["po_line_id"],
                 "returned_date": back, "qty": int(rng.integers(1, qty + 1))}
            )  # fmt: skip
        left -= qty
        day = plus(day, rng.integers(2, 15))


def _receipt(rng, erp: dict, row: dict, day: date, counted: dict) -> None:
    found = {"receipt_id": f"T{len(erp['po_receipt']):05d}", "po_line_id": row["po_line_id"], "received_date": day}
    erp["po_receipt"].append(found | counted | {"doc_ok": bool(rng.random() < 0.95)})


def _snapshots(rng, erp: dict) -> None:
    """Every purchase order line at the last twelve month ends and on the day of the export."""
    ordered = {row["po_id"]: row["ordered_date"] for row in erp["purchase_order"]}
    days = [date(2025 + (3 + k) // 12, (3 + k) % 12 + 1, 28) for k in range(1, 13)] + [AS_OF]
    changes: dict[str, list] = {}
    for change in erp["po_line_change"]:
        changes.setdefault(change["po_line_id"], []).append(change)
    came: dict[str, list] = {}
    for row in erp["po_receipt"]:
        came.setdefault(row["po_line_id"], []).append(row)
    for row in erp["po_line"]:
        for day in days:
            if ordered[row["po_id"]] <= day:
                erp["po_line_snapshot"].append(_then(row, day, changes[row["po_line_id"]], came))


def _then(row: dict, day: date, changes: list[dict], came: dict) -> dict:
    """A line as it stood: changes after the day undone."""
    held = {name: row[name] for name in ("po_line_id", "ordered_qty", "requested_date", "current_confirmed_date")}
    gone = row.get("cancelled_qty", 0)
    for change in changes:
        if change["changed_date"] > day and change["field"] in held:
            held[change["field"]] = change["old_value"]
        elif change["changed_date"] > day and change["field"] == "cancelled_qty":
            gone = 0
    got = sum(part["qty_received"] for part in came.get(row["po_line_id"], []) if part["received_date"] <= day)
    return held | {"snapshot_date": day, "open_qty": max(0, held["ordered_qty"] - gone - got)}


def _production(rng, erp: dict, name: str) -> None:
    made = plus(date(2025, 2, 1), rng.integers(0, 450))
    due, qty = plus(made, rng.integers(5, 40)), int(rng.integers(10, 120))
    done = upto(plus(due, rng.integers(-3, 8)))
    row = {"production_order_id": name, "product_id": f"P{rng.choice([1, 3, 5])}", "site_id": f"S{rng.integers(2)}"}
    row |= {"resource_id": f"R{rng.integers(4)}", "qty": qty, "due_date": due, "created_date": made}
    if rng.random() < 0.1:
        line = erp["order_line"][rng.integers(len(erp["order_line"]))]
        row |= {"order_line_id": line["order_line_id"], "product_id": line["product_id"], "site_id": line["site_id"]}
    erp["production_order"].append(row | ({"completed_date": done, "completed_qty": qty} if done else {}))
    told = [("created", made, None, None)]
    day = upto(plus(made, rng.integers(1, 15)))
    if day is not None and rng.random() < 0.35:
        told.append(("qty", day, qty + int(rng.choice([-8, 8])), qty))
    if day is not None and rng.random() < 0.25:
        told.append(("due_date", day, plus(due, rng.choice([-6, 6])), due))
    for number, (field, when, before, after) in enumerate(told):
        erp["production_order_change"].append(
            {"production_order_id": name, "field": field, "changed_date": when, "old_value": before,
             "new_value": after, "change_id": f"{name}-{number}"}
        )  # fmt: skip
