"""M19 from the text of the book: each change of demand looks for the first answer in supply, by a plain loop."""

from collections import defaultdict
from datetime import date, timedelta

from tests.oracle.company import Company
from tests.oracle.lines import DEMAND

Row = dict
WINDOW = 60
SIGN = {"qty_up": 1, "qty_down": -1, "cancel": -1}


def told(row: Row) -> date:
    """The day a change stood in its system."""
    return row.get("recorded_date") or row["changed_date"]


def wanted(company: Company) -> list[Row]:
    """Changes of one line on one day netted: line or deal, product, site, direction, quantity, day."""
    orders = {row["order_id"] for row in company["sales_order"] if row["order_type"] in DEMAND}
    lines = {row["order_line_id"]: row for row in company["order_line"] if row["order_id"] in orders}
    found: dict[tuple, Row] = {}
    for (line, day), qty in _quantities(company, lines).items():
        if qty:
            found[line, day, qty > 0] = _of_line(lines[line], day, qty > 0, abs(qty))
    for (line, day), (before, after) in _days(company, lines).items():
        if before != after:
            row = _of_line(lines[line], day, after < before, lines[line]["ordered_qty"])
            found[line, day, after < before] = row
    return list(found.values()) + _deals(company)


def _of_line(line: Row, day: date, up: bool, qty: float) -> Row:
    held = {name: line[name] for name in ("order_line_id", "product_id", "site_id")}
    return held | {"day": day, "up": up, "qty": qty, "cluster": line["order_id"]}


def _quantities(company: Company, lines: dict) -> dict[tuple, float]:
    net: dict[tuple, float] = defaultdict(float)
    for row in company["order_line_change"]:
        if row["kind"] in SIGN and row["order_line_id"] in lines:
            net[row["order_line_id"], told(row)] += row["delta_qty"]
    return net


def _days(company: Company, lines: dict) -> dict[tuple, tuple]:
    """First old and last new date of each day on which the customer asked for another one."""
    made: dict[str, list] = defaultdict(list)
    for row in company["promise_history"]:
        if row["order_line_id"] in lines:
            made[row["order_line_id"]].append(row)
    found: dict[tuple, tuple] = {}
    for line, rows in made.items():
        rows.sort(key=lambda row: row["promise_seq"])
        for before, row in zip(rows, rows[1:], strict=False):
            if row["initiator"] == "customer":
                key = line, row["set_date"]
                found[key] = found.get(key, (before["promised_date"],))[0], row["promised_date"]
    return found


def _deals(company: Company) -> list[Row]:
    """Later versions of a line of an open deal; without a product they cannot be followed."""
    deals = {row["opportunity_id"]: row for row in company["opportunity"]}
    versions: dict[str, list] = defaultdict(list)
    for row in company["opportunity_line"]:
        versions[row["opportunity_line_id"]].append(row)
    found = []
    for rows in versions.values():
        rows.sort(key=lambda row: row["valid_from"])
        for before, row in zip(rows, rows[1:], strict=False):
            deal, day = deals[row["opportunity_id"]], row.get("recorded_date") or row["valid_from"]
            is_open = deal["closed_date"] is None or deal["closed_date"] > day
            if row["qty"] != before["qty"] and is_open and row.get("product_id"):
                found.append(
                    {"order_line_id": None, "product_id": row["product_id"], "site_id": None, "day": day,
                     "up": row["qty"] > before["qty"], "qty": None, "cluster": row["opportunity_id"]}
                )  # fmt: skip
    return found


def supply(company: Company) -> list[Row]:
    """Every change of ours of a purchase or production: kind, direction, day, product, site, line it is for."""
    return _purchases(company) + _production(company)


def _purchases(company: Company) -> list[Row]:
    ordered = {row["po_id"]: row["ordered_date"] for row in company["purchase_order"]}
    lines = {row["po_line_id"]: row for row in company["po_line"]}
    changes = company["po_line_change"]
    moves = [(row["po_line_id"], row["field"], told(row), row["old_value"], row["new_value"]) for row in changes]
    if not changes:
        moves = [(line, "created", ordered[row["po_id"]], None, None) for line, row in lines.items()]
        moves += list(_compared(company))
    return [row for line, *move in moves for row in _move(lines[line], "po", *move)]


def _compared(company: Company):
    """Differences of one purchase line between neighbouring snapshots, dated at the later one."""
    seen: dict[str, list] = defaultdict(list)
    for row in company["po_line_snapshot"]:
        seen[row["po_line_id"]].append(row)
    for line, rows in seen.items():
        rows.sort(key=lambda row: row["snapshot_date"])
        for before, row in zip(rows, rows[1:], strict=False):
            for field in ("ordered_qty", "requested_date"):
                if row[field] != before[field]:
                    yield line, field, row["snapshot_date"], before[field], row[field]


def _production(company: Company) -> list[Row]:
    orders = {row["production_order_id"]: row for row in company["production_order"]}
    changes = company["production_order_change"]
    moves = [
        (row["production_order_id"], row["field"], told(row), row["old_value"], row["new_value"]) for row in changes
    ]
    if not changes:
        moves = [(name, "created", row["created_date"], None, None) for name, row in orders.items()]
    return [row for name, *move in moves for row in _move(orders[name], "plan", *move)]


def _move(of: Row, part: str, field: str, day: date, before, after) -> list[Row]:
    held = {"part": part, "product_id": of["product_id"], "site_id": of["site_id"], "day": day}
    held["order_line_id"] = of.get("order_line_id")
    if field == "created":
        return [held | {"up": True}]
    if field in ("ordered_qty", "qty"):
        return [held | {"up": after > before}]
    if field == "cancelled_qty":
        return [held | {"up": after < before}]
    return [held | {"up": after < before}] if field in ("requested_date", "due_date") else []


def fits(change: Row, other: Row) -> bool:
    """By the line if both carry one, else by product and site; a deal has no site."""
    if other["order_line_id"] and change["order_line_id"]:
        return other["order_line_id"] == change["order_line_id"]
    return other["product_id"] == change["product_id"] and change["site_id"] in (None, other["site_id"])


def answer(change: Row, moves: list[Row]) -> date | None:
    """The first supply change in its direction from its day on."""
    last = change["day"] + timedelta(days=WINDOW)
    days = [
        row["day"]
        for row in moves
        if row["up"] == change["up"] and change["day"] <= row["day"] <= last and fits(change, row)
    ]
    return min(days, default=None)


def usable(company: Company, product: str, site: str, day: date) -> float | None:
    """Free stock of the site's last count up to a day, of 35 days at most; a place that it leaves out is empty."""
    rows = [row for row in company["inventory_snapshot"] if row["site_id"] == site and row["snapshot_date"] <= day]
    last = max((row["snapshot_date"] for row in rows), default=None)
    rows = [row for row in rows if row["product_id"] == product]
    if not rows or (day - last).days > 35:
        return None
    found = 0
    for row in rows:
        mine = row["stock_type"] == "unrestricted" and row.get("ownership", "own") == "own"
        fresh = row.get("expiry_date") is None or row["expiry_date"] > last
        if row["snapshot_date"] == last and mine and fresh:
            found += row["on_hand_qty"] - (row.get("reserved_qty") or 0)
    return max(0, found)


def reducible(company: Company, change: Row) -> bool:
    """Whether anything that could answer was on order that day; what falls away that day was still there."""
    day = change["day"]
    ordered = {row["po_id"]: row["ordered_date"] for row in company["purchase_order"]}
    gone = {row["po_line_id"]: told(row) for row in company["po_line_change"] if row["field"] == "cancelled_qty"}
    came: dict[str, float] = defaultdict(float)
    for row in company["po_receipt"]:
        if row["received_date"] < day or (row["received_date"] == day and row["qty_received"] < 0):
            came[row["po_line_id"]] += row["qty_received"]
    for row in company["po_line"]:
        line = row["po_line_id"]
        cancelled = row.get("cancelled_qty") and (line not in gone or gone[line] < day)
        there = ordered[row["po_id"]] <= day and not cancelled and row["ordered_qty"] > came[line]
        if there and fits(change, row | {"order_line_id": row.get("order_line_id")}):
            return True
    return any(
        row["created_date"] <= day and not (row.get("completed_date") and row["completed_date"] < day)
        and fits(change, row | {"order_line_id": row.get("order_line_id")})
        for row in company["production_order"]
    )  # fmt: skip


def needs_none(company: Company, change: Row) -> bool:
    """More that stock covers, less with nothing to reduce; of deals neither is known."""
    if change["site_id"] is None:
        return False
    if not change["up"]:
        return not reducible(company, change)
    stock = usable(company, change["product_id"], change["site_id"], change["day"])
    return stock is not None and stock >= change["qty"]


def waits(changes: list[Row], moves: list[Row], as_of: date) -> list[tuple[int, bool]]:
    """(days, answered) of each change; the unanswered wait until the as-of date or the end of the window."""
    found = []
    for change in changes:
        day = answer(change, [row for row in moves if row["day"] <= as_of])
        found.append(((day or as_of) - change["day"], day is not None))
    return [(min(days.days, WINDOW), answered) for days, answered in found]


def within_a_week(changes: list[Row], spans: list[tuple[int, bool]], as_of: date) -> tuple[int, int]:
    """(answered within 7 days, changes at least 7 days old)."""
    old = [span for change, span in zip(changes, spans, strict=True) if (as_of - change["day"]).days >= 7]
    return sum(answered and days <= 7 for days, answered in old), len(old)
