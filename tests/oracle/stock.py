"""Stock by week and kind, its movements, what it costs and what is reserved of it."""

from datetime import date, timedelta

from tests.oracle.company import AS_OF, Company, plus
from tests.oracle.masters import NEVER_SOLD

SUNDAYS = [date(2025, 3, 2) + timedelta(weeks=week) for week in range(61)]
DAYS = (date(2026, 2, 28), date(2026, 3, 31), AS_OF)  # on which the plain company counts
TURN = date(2025, 9, 1)
GAP = (date(2025, 8, 1), date(2025, 10, 20))


def add_stock(rng, made: Company) -> None:
    """Snapshots of the company are kept; weekly ones come before and between them."""
    erp = made.erp
    _costs(rng, erp)
    for number in range(6):
        for site in ("S0", "S1"):
            _weeks(rng, erp, f"P{number}", site)
    for number in NEVER_SOLD:
        _weeks(rng, erp, f"P{number}", "S0")
        for day in DAYS:
            _batches(rng, erp, {"snapshot_date": day, "product_id": f"P{number}", "site_id": "S0"}, 60)
    if made.seed % 2 == 0:
        _movements(rng, erp)
    _reservations(rng, erp)


def _costs(rng, erp: dict) -> None:
    """Two costs one after the other for each product; one site has its own, one product only since last summer."""
    erp["product_cost"] = []
    for number in (*range(6), *NEVER_SOLD):
        cost = int(rng.integers(2, 30))
        row = {"product_id": f"P{number}", "currency": "EUR"}
        since = date(2025, 6, 1) if number == 3 else date(2024, 1, 1)
        erp["product_cost"].append(row | {"valid_from": since, "valid_to": TURN, "unit_cost": cost})
        erp["product_cost"].append(row | {"valid_from": TURN, "unit_cost": cost + int(rng.integers(0, 4))})
        if number == 0:
            erp["product_cost"].append(row | {"site_id": "S1", "valid_from": date(2024, 1, 1), "unit_cost": cost + 5})


def _weeks(rng, erp: dict, product: str, site: str) -> None:
    """One of the places was not counted for months, another is stocked only since the autumn."""
    level = int(rng.integers(20, 120))
    for day in SUNDAYS:
        if (product, site) == ("P1", "S1") and GAP[0] <= day <= GAP[1]:
            continue
        if (product, site) == ("P2", "S0") and day < date(2025, 10, 5):
            continue
        level = max(-4, level + int(rng.integers(-25, 26)))
        row = {"snapshot_date": day, "product_id": product, "site_id": site}
        _batches(rng, erp, row, level)
        for kind, share, most in (("quality", 0.5, 10), ("blocked", 0.4, 15), ("in_transit", 0.3, 20)):
            if rng.random() < share:
                erp["inventory_snapshot"].append(
                    row | {"stock_type": kind, "on_hand_qty": int(rng.integers(0, most + 1))}
                )
        _elsewhere(rng, erp, row)


def _batches(rng, erp: dict, row: dict, level: int) -> None:
    """Usable stock in one or two batches, one of which may expire; some of it is reserved."""
    parts = [level] if level < 10 or rng.random() < 0.6 else [level // 2, level - level // 2]
    for number, qty in enumerate(parts):
        expiry = plus(row["snapshot_date"], rng.integers(-20, 200)) if number == 1 else None
        reserved = int(rng.integers(0, qty + 1)) if qty > 0 and rng.random() < 0.2 else None
        erp["inventory_snapshot"].append(
            row | {"stock_type": "unrestricted", "on_hand_qty": qty, "batch_no": f"B{number}", "expiry_date": expiry,
                   "reserved_qty": reserved}
        )  # fmt: skip


def _elsewhere(rng, erp: dict, row: dict) -> None:
    """Consignment at a customer of ours, and goods of suppliers and customers that lie with us."""
    if row["product_id"] == "P0":
        own = row | {"stock_type": "consignment", "segment": "Key", "on_hand_qty": int(rng.integers(0, 9))}
        erp["inventory_snapshot"].append(own)
    if row["product_id"] == "P1" and rng.random() < 0.5:
        owner = str(rng.choice(["supplier", "customer"]))
        kind = row | {"stock_type": "unrestricted", "ownership": owner, "on_hand_qty": int(rng.integers(1, 30))}
        erp["inventory_snapshot"].append(kind)


def _movements(rng, erp: dict) -> None:
    """An issue for every shipped part, returns of what came back, and what else moves stock."""
    lines = {row["order_line_id"]: row for row in erp["order_line"]}
    shipments = {row["shipment_id"]: row for row in erp["shipment"]}
    moves = []
    for part in erp["shipment_line"]:
        day = shipments[part["shipment_id"]]["shipped_date"]
        moves.append((day, lines[part["order_line_id"]], "issue_sale", -part["qty_shipped"]))
    for back in erp["return_line"]:
        moves.append((back["returned_date"], lines[back["order_line_id"]], "return", back["qty"]))
    found = [
        {"moved_date": day, "product_id": line["product_id"], "site_id": line["site_id"], "kind": kind, "qty": qty,
         "order_line_id": line["order_line_id"]}
        for day, line, kind, qty in moves
    ]  # fmt: skip
    for _ in range(150):
        kind = str(rng.choice(["receipt_po", "receipt_prod", "issue_prod", "transfer", "adjust", "scrap"]))
        qty = int(rng.integers(1, 30)) * (-1 if kind in ("issue_prod", "scrap") else 1)
        day = AS_OF - timedelta(days=int(rng.integers(0, 420)))
        place = {"product_id": f"P{rng.integers(6)}", "site_id": f"S{rng.integers(2)}"}
        found.append(place | {"moved_date": day, "kind": kind, "qty": qty})
    erp["inventory_movement"] = [row | {"movement_id": f"M{number:05d}"} for number, row in enumerate(found)]


def _reservations(rng, erp: dict) -> None:
    """A tenth of the lines has stock held for it, mostly until it left."""
    found = erp["stock_reservation"] = []
    orders = {row["order_id"]: row["ordered_date"] for row in erp["sales_order"]}
    for row in erp["order_line"]:
        if rng.random() < 0.1:
            start = orders[row["order_id"]]
            end = plus(start, rng.integers(5, 60)) if rng.random() < 0.7 else None
            held = {name: row[name] for name in ("order_line_id", "product_id", "site_id")}
            qty = int(rng.integers(1, row["ordered_qty"] + 1))
            found.append(
                held | {"reservation_id": f"H{len(found):04d}", "qty": qty, "valid_from": start, "valid_to": end}
            )
