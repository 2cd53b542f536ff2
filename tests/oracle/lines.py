"""Order lines of a generated company judged one by one, from the text of the KPI book alone (G1-G8)."""

from dataclasses import dataclass
from datetime import date

from tests.oracle.company import Company

PROOF = ("pod", "carrier")
DEMAND = ("standard", "contract_release", "rush")


@dataclass(frozen=True)
class Line:
    """What the book says of one demand line as known on a day."""

    line_id: str
    order: dict
    segment: str
    family: str
    first: date | None
    current: date | None
    requested: date | None
    cancel: str
    cancelled: date | None
    completed: date | None
    first_delivery: date | None
    completing_ship: date | None
    unproved: bool
    released: date | None
    repromises: int
    row: dict
    completing: str | None


def lines_of(company: Company, as_of: date) -> list[Line]:
    """Every demand line ordered by then."""
    orders = {row["order_id"]: row for row in company["sales_order"]}
    found = []
    for row in company["order_line"]:
        order = orders[row["order_id"]]
        if order["order_type"] in DEMAND and order["ordered_date"] <= as_of:
            found.append(_line(company, row, order, as_of))
    return found


def _line(company: Company, row: dict, order: dict, as_of: date) -> Line:
    made = [
        p for p in company["promise_history"] if p["order_line_id"] == row["order_line_id"] and p["set_date"] <= as_of
    ]
    made.sort(key=lambda p: p["promise_seq"])
    resets = [i for i, promise in enumerate(made) if promise["initiator"] == "customer"]
    first = made[resets[-1] if resets else 0]["promised_date"] if made else None
    cancel, net = _cancel(row, first, as_of)
    proved, shipped = _deliveries(company, row["order_line_id"], as_of)
    completed = _completion(proved, net)
    segment = segment_on(company, order["customer_id"], order["ordered_date"])
    product = next(p for p in company["product"] if p["product_id"] == row["product_id"])
    ours = [p for p in made[1:] if p["initiator"] != "customer"]
    return Line(
        row["order_line_id"], order, segment or "Unsegmented", product["family"], first,
        made[-1]["promised_date"] if made else None, first if resets else row["requested_date"], cancel,
        row.get("cancelled_date"),
        completed[0], min((day for day, *_ in proved), default=None), completed[1],
        completed[0] is None and sum(shipped) >= net > 0, row["released_date"] or None, len(ours),
        row, completed[2],
    )  # fmt: skip


def _cancel(row: dict, first: date | None, as_of: date) -> tuple[str, float]:
    """(none | excusable | failure | unknown_date, quantity still owed)."""
    gone, day, by = row.get("cancelled_qty") or 0, row.get("cancelled_date"), row.get("cancel_initiator")
    if not gone or (day is not None and day > as_of):
        return "none", row["ordered_qty"]
    whole = gone >= row["ordered_qty"]
    if day is None:
        return "unknown_date", row["ordered_qty"]
    deadline = first or row["requested_date"]
    missed = deadline is not None and day > deadline
    excusable = by != "us" and not missed
    if not excusable:
        return "failure" if whole else "none", row["ordered_qty"]
    return "excusable" if whole else "none", row["ordered_qty"] - gone


def _deliveries(company: Company, line_id: str, as_of: date) -> tuple[list[tuple], list[float]]:
    """(delivered on, quantity, shipped on, shipment) with sufficient proof, and every quantity that left."""
    shipments = {row["shipment_id"]: row for row in company["shipment"]}
    proved, shipped = [], []
    for part in company["shipment_line"]:
        if part["order_line_id"] != line_id:
            continue
        shipment = shipments[part["shipment_id"]]
        if shipment["shipped_date"] > as_of:
            continue
        basis, day = shipment["delivery_basis"], shipment["delivered_date"]
        if basis not in PROOF or (day is not None and day <= as_of):  # with proof to come it is under way, not unproved
            shipped.append(part["qty_shipped"])
        if basis in PROOF and day is not None and day <= as_of:
            proved.append((day, part["qty_shipped"], shipment["shipped_date"], part["shipment_id"]))
        elif shipment["incoterm"] == "EXW":
            left = shipment["shipped_date"]
            proved.append((left, part["qty_shipped"], left, part["shipment_id"]))
    return sorted(proved), shipped


def _completion(proved: list[tuple], net: float) -> tuple[date | None, date | None, str | None]:
    """Day on which the owed quantity had arrived, and the ship day and id of the shipment that completed it."""
    total = 0
    for day, qty, ship, shipment in proved:
        total += qty
        if total >= net > 0:
            return day, ship, shipment
    return None, None, None


def segment_on(company: Company, customer: str, day: date) -> str | None:
    """Segment on a day; the first known one extends back over what was not known."""
    rows = sorted(
        (r for r in company["customer_history"] if r["customer_id"] == customer), key=lambda r: r["valid_from"]
    )
    known = [row for row in rows if row["segment"]]
    held = [row for row in rows if row["valid_from"] <= day]
    if not known or (held and known[0]["valid_from"] <= day):
        return held[-1]["segment"] if held else None
    return known[0]["segment"]
