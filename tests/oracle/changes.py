"""What happened to order lines after they were ordered, told by dated changes, by snapshots, by both or by neither."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.oracle.company import AS_OF, Company, plus, upto

CHANGES, BOTH, NEITHER, SNAPSHOTS = range(4)
WEEKS = [AS_OF - timedelta(days=7 * back) for back in range(60, -1, -1)]


@dataclass
class Story:
    """One line with its shipments and every event of its quantity: (day, kind, quantity, initiator)."""

    row: dict
    order: dict
    parts: list[tuple[date, int]]
    events: list[tuple] = field(default_factory=list)
    prices: list[tuple[date, int]] = field(default_factory=list)
    due: date = AS_OF

    def open_on(self, day: date) -> int:
        """Quantity still to ship at the end of a day, from what was ordered then."""
        told = sum(qty for when, _, qty, _ in self.events if when <= day)
        return max(0, told - sum(qty for when, qty in self.parts if when <= day))

    def sum_on(self, day: date, *kinds: str) -> int:
        return sum(qty for when, kind, qty, _ in self.events if when <= day and kind in kinds)

    def price_on(self, day: date) -> int:
        return [price for since, price in self.prices if since <= day][-1]


def add_changes(rng, made: Company) -> None:
    """Events of the lines in the manner of the seed."""
    erp, manner = made.erp, made.seed % 4
    orders = {row["order_id"]: row for row in erp["sales_order"]}
    days = {row["shipment_id"]: row["shipped_date"] for row in erp["shipment"]}
    parts: dict[str, list] = {row["order_line_id"]: [] for row in erp["order_line"]}
    for part in erp["shipment_line"]:
        parts[part["order_line_id"]].append((days[part["shipment_id"]], part))
    promised: dict[str, list] = {row["order_line_id"]: [] for row in erp["order_line"]}
    for promise in erp["promise_history"]:
        promised[promise["order_line_id"]].append(promise["promised_date"])
    stories = []
    for row in erp["order_line"]:
        mine = sorted(parts[row["order_line_id"]], key=lambda pair: pair[0])
        _misshipped(rng, erp, row, mine)
        story = Story(row, orders[row["order_id"]], [(day, part["qty_shipped"]) for day, part in mine])
        story.due = min(promised[row["order_line_id"]] + [row["requested_date"] or AS_OF])
        _happened(rng, story, manner)
        stories.append(story)
    if manner in (CHANGES, BOTH):
        erp["order_line_change"] = [change for story in stories for change in _changes(rng, story)]
    if manner in (BOTH, SNAPSHOTS):
        erp["order_line_snapshot"] = [
            row for story in stories for day in WEEKS for row in _snapshot(erp, story, day, manner)
        ]


def _misshipped(rng, erp: dict, row: dict, parts: list[tuple]) -> None:
    """Some lines get more than ordered; of some a goods issue is reversed, and perhaps made again."""
    if not parts:
        return
    day, last = parts[-1]
    whole = sum(part["qty_shipped"] for _, part in parts) >= row["ordered_qty"]
    if rng.random() < 0.05 and whole and not row.get("cancelled_qty"):
        last["qty_shipped"] += int(rng.integers(1, 4))
    elif rng.random() < 0.06:
        qty = int(rng.integers(1, last["qty_shipped"] + 1))
        for sign in (-1, 1)[: 1 + int(rng.random() < 0.7)]:
            day = upto(plus(day, rng.integers(1, 9)))
            if day is None:
                return
            parts.append((day, _issue(erp, row, day, sign * qty, last)))


def _issue(erp: dict, row: dict, day: date, qty: int, of: dict) -> dict:
    shipment = f"R{len(erp['shipment']):05d}"
    carrier = next(row["carrier"] for row in erp["shipment"] if row["shipment_id"] == of["shipment_id"])
    told = ("pod", upto(plus(day, 4))) if qty > 0 else ("goods_issue", None)
    erp["shipment"].append(
        {"shipment_id": shipment, "site_id": row["site_id"], "shipped_date": day, "incoterm": "DAP",
         "delivery_basis": told[0], "delivered_date": told[1], "carrier": carrier}
    )  # fmt: skip
    part = {"shipment_id": shipment, "order_line_id": row["order_line_id"], "shipment_line_no": 1, "qty_shipped": qty}
    erp["shipment_line"].append(part)
    return part


def _happened(rng, story: Story, manner: int) -> None:
    """Changes before the first shipment, the cancellation and what was taken back of it, the close, the new price."""
    row, start = story.row, story.order["ordered_date"]
    gone, day = row.get("cancelled_qty"), row.get("cancelled_date")
    if gone and day is None and manner in (BOTH, SNAPSHOTS):
        day = row["cancelled_date"] = min(plus(start, 10), AS_OF)
    story.prices = [(start, row["unit_price"])]
    if manner == NEITHER:
        story.events = [(start, "new", row["ordered_qty"], None)]
        return
    before = _quantity(rng, story, manner, min([when for when, _ in story.parts] + ([day] if day else []) + [AS_OF]))
    story.events.insert(0, (start, "new", before, None))
    if gone and day:
        story.events.append((day, "cancel", -gone, row["cancel_initiator"]))
        if manner != SNAPSHOTS:
            _reopened(rng, story, day, gone)
    rest, last = story.open_on(AS_OF), max((when for when, _ in story.parts), default=None)
    closed = upto(plus(last, rng.integers(1, 20)))
    told = manner != SNAPSHOTS or _shows(story, closed)
    if rest and closed and told and not gone and rng.random() < 0.5:
        story.events.append((closed, "short_close", -rest, "us"))
        row["status"] = "closed"
    if rng.random() < 0.08:
        _repriced(rng, story)


def _quantity(rng, story: Story, manner: int, limit: date) -> int:
    """Changes of quantity in the days before a limit, the last first; the quantity first ordered.

    Where snapshots alone tell them, one before and one after the change must show the line.
    """
    start, qty = story.order["ordered_date"], story.row["ordered_qty"]
    room, wanted = (limit - start).days, int(rng.choice([0, 1, 2], p=[0.8, 0.15, 0.05]))
    for after in sorted(rng.integers(1, room, wanted), reverse=True) if room > 2 else ():
        day, delta = plus(start, after), int(rng.integers(1, 5))
        shown = any(start <= week < day for week in WEEKS) and any(day <= week < limit for week in WEEKS)
        if manner == SNAPSHOTS and not shown:
            continue
        up = bool(rng.random() < 0.5) and qty > delta
        qty += -delta if up else delta
        by = str(rng.choice(["customer", "us", ""], p=[0.7, 0.2, 0.1])) or None
        story.events.insert(0, (day, "qty_up" if up else "qty_down", delta if up else -delta, by))
    return qty


def _shows(story: Story, closed: date | None) -> bool:
    """Whether the last snapshot before a line was closed holds it."""
    before = [week for week in WEEKS if closed and story.order["ordered_date"] <= week < closed]
    return bool(before) and story.open_on(before[-1]) > 0


def _reopened(rng, story: Story, cancelled: date, gone: int) -> None:
    """The customer wants part of what he took back after all, before it was due."""
    day = upto(plus(cancelled, rng.integers(1, 8)))
    if day is None or day > story.due or story.row["cancel_initiator"] == "us":
        return
    qty = int(rng.integers(1, gone + 1))
    story.events.append((day, "reopen", qty, "customer"))
    story.row["cancelled_qty"] = gone - qty
    if qty == gone:
        story.row |= {"cancelled_date": None, "cancel_initiator": None}


def _repriced(rng, story: Story) -> None:
    start, price = story.order["ordered_date"], story.row["unit_price"]
    if (AS_OF - start).days < 2:
        return
    day = plus(start, rng.integers(1, (AS_OF - start).days))
    busy = [when for when, *_ in story.events] + [when for when, _ in story.parts]
    if day in busy or story.open_on(day) == 0:
        return
    story.prices = [(start, price + int(rng.choice([-2, 1, 3]))), (day, price)]


def _changes(rng, story: Story) -> list[dict]:
    """The dated changes; some were recorded a few days late."""
    line, found = story.row["order_line_id"], []
    for day, kind, qty, by in story.events:
        found.append({"kind": kind, "changed_date": day, "delta_qty": qty, "initiator": by})
        found[-1]["delta_value"] = qty * story.price_on(day)
    for day, price in story.prices[1:]:
        value = story.open_on(day) * (price - story.prices[0][1])
        found.append({"kind": "reprice", "changed_date": day, "delta_qty": 0, "delta_value": value})
    for number, row in enumerate(found):
        late = rng.random() < 0.3 and row["kind"] != "new"
        recorded = upto(plus(row["changed_date"], rng.integers(0, 4))) if late else None
        row |= {"order_line_id": line, "change_id": f"{line}-{number}", "recorded_date": recorded}
    return found


def _snapshot(erp: dict, story: Story, day: date, manner: int) -> list[dict]:
    """The line on a day; where snapshots are all there is, they hold only what is open."""
    rest = story.open_on(day)
    if day < story.order["ordered_date"] or (manner == SNAPSHOTS and rest == 0):
        return []
    line, price = story.row["order_line_id"], story.price_on(day)
    return [
        {"snapshot_date": day, "order_line_id": line, "ordered_qty": story.sum_on(day, "new", "qty_up", "qty_down"),
         "cancelled_qty": -story.sum_on(day, "cancel", "reopen"), "open_qty": rest, "open_value": rest * price,
         "status": "closed" if story.sum_on(day, "short_close") else "open"}
    ]  # fmt: skip
