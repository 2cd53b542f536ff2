"""M15 from the text of the book: open lines served one after another from supplies, by a plain loop."""

from collections import defaultdict
from datetime import date, timedelta
from math import ceil, inf

from tests.oracle.company import AS_OF, Company
from tests.oracle.lines import DEMAND, PROOF, lines_of

Row = dict
NOW, NEVER = -inf, inf


def rank_on(company: Company, customer: str, day: date) -> float:
    """Priority of a customer on a day; the first known one extends back, none is the last."""
    rows = sorted(
        (row for row in company["customer_history"] if row["customer_id"] == customer),
        key=lambda row: row["valid_from"],
    )
    known = [row["priority_rank"] for row in rows if row.get("priority_rank")]
    held = [row.get("priority_rank") for row in rows if row["valid_from"] <= day]
    if known and (not held or not any(held)):
        return known[0]
    return held[-1] if held and held[-1] else inf


def open_lines(company: Company) -> list[Row]:
    """Every line of which something has not left, with what it wants, when and at which price."""
    shipped: dict[str, float] = defaultdict(float)
    for part in company["shipment_line"]:
        shipped[part["order_line_id"]] += part["qty_shipped"]
    closed = {row["order_line_id"] for row in company["order_line_change"] if row["kind"] == "short_close"}
    rates = {(row["rate_date"], row["from_ccy"]): row["rate"] for row in company["fx_rate"]}
    days = {(row["product_id"], row["site_id"]): row["pick_pack_days"] for row in company["product_site"]}
    transit, found = transits(company), []
    for line in lines_of(company, AS_OF):
        row, order = line.row, line.order
        left = row["ordered_qty"] - (row.get("cancelled_qty") or 0) - shipped[line.line_id]
        promise = line.first or row["requested_date"]
        if left <= 0 or line.line_id in closed or promise is None:
            continue
        place = row["product_id"], row["site_id"]
        before = days.get(place, 0) + transit.get((row["site_id"], order["ship_to_country"]), 0)
        rate = rates[order["ordered_date"], order["currency"]] if order["currency"] != "EUR" else 1
        found.append(
            {"line": line.line_id, "place": place, "want": left, "price": row["unit_price"] * rate, "promise": promise,
             "need": (promise - timedelta(days=before)).toordinal(), "customer": order["customer_id"],
             "rank": rank_on(company, order["customer_id"], AS_OF), "current": line.current or row["requested_date"],
             "ordered": order["ordered_date"], "order": order["order_id"], "whole": order["ship_complete"]}
        )  # fmt: skip
    return found


def transits(company: Company) -> dict[tuple, int]:
    """Least days in which half of the proved deliveries of a lane came."""
    orders = {row["order_id"]: row for row in company["sales_order"]}
    lines = {row["order_line_id"]: orders[row["order_id"]] for row in company["order_line"]}
    of = {part["shipment_id"]: lines[part["order_line_id"]] for part in company["shipment_line"]}
    took: dict[tuple, list[int]] = defaultdict(list)
    for row in company["shipment"]:
        if row["delivery_basis"] in PROOF and row["delivered_date"]:
            lane = row["site_id"], of[row["shipment_id"]]["ship_to_country"]
            took[lane].append((row["delivered_date"] - row["shipped_date"]).days)
    return {lane: covers(days, 0.5) for lane, days in took.items()}


def covers(days: list[int], share: float) -> int:
    """The least number of days that covers a share of them."""
    return sorted(days)[ceil(share * len(days) - 1e-9) - 1]


def lateness(company: Company) -> dict[str, list[int]]:
    """Days after the confirmed day, a value a receipt, by supplier."""
    of = {row["po_id"]: row["supplier_id"] for row in company["purchase_order"]}
    lines = {row["po_line_id"]: row for row in company["po_line"]}
    found: dict[str, list[int]] = defaultdict(list)
    for row in company["po_receipt"]:
        line = lines[row["po_line_id"]]
        due = line["first_confirmed_date"] or line["current_confirmed_date"] or line["requested_date"]
        if row["qty_received"] > 0:
            found[of[line["po_id"]]].append((row["received_date"] - due).days)
    return found


def supplies(company: Company, worse: float | None = None) -> list[Row]:
    """What is still to come: place, quantity, day, the line it is for; stock comes first."""
    took: dict[str, float] = defaultdict(float)
    for row in company["po_receipt"]:
        took[row["po_line_id"]] += row["qty_received"]
    of, late, found = (
        {row["po_id"]: row["supplier_id"] for row in company["purchase_order"]},
        lateness(company),
        _stock(company),
    )
    for row in company["po_line"]:
        left = row["ordered_qty"] - row.get("cancelled_qty", 0) - took[row["po_line_id"]]
        if left > 0:
            found.append(_supply(row, left, arrival(row, late[of[row["po_id"]]], worse)))
    for row in company["production_order"]:
        if not row.get("completed_date"):
            day = row["due_date"] if row["due_date"] >= AS_OF else AS_OF + timedelta(days=1)
            found.append(_supply(row, row["qty"], day.toordinal()))
    return found


def _supply(row: Row, qty: float, day: float) -> Row:
    return {"place": (row["product_id"], row["site_id"]), "qty": qty, "day": day, "for": row.get("order_line_id")}


def _stock(company: Company) -> list[Row]:
    found: dict[tuple, float] = defaultdict(float)
    for row in company["inventory_snapshot"]:
        if row["snapshot_date"] == AS_OF and row["stock_type"] == "unrestricted":
            found[row["product_id"], row["site_id"]] += row["on_hand_qty"]
    return [{"place": place, "qty": max(0, qty), "day": NOW, "for": None} for place, qty in found.items()]


def arrival(row: Row, late: list[int], worse: float | None) -> int:
    """The confirmed day, or the day asked for and the median lateness; overdue what late ones took beyond today."""
    due = row["current_confirmed_date"] or row["requested_date"]
    slip = 0 if row["current_confirmed_date"] else max(0, covers(late, 0.5))
    beyond = [days - (AS_OF - due).days for days in late if days > (AS_OF - due).days]
    overdue = AS_OF.toordinal() + max(1, covers(beyond, 0.5) if beyond else 1)
    day = due.toordinal() + slip
    day = day if day >= AS_OF.toordinal() else overdue
    return day if worse is None else max(day, due.toordinal() + covers(late, worse))


def serve(company: Company, lines: list[Row], found: list[Row], by_promise: bool = False) -> list[Row]:
    """Each line with what it did not get in time and the day on which the last of it comes."""
    for line in lines:
        line |= {"short": line["want"], "ready": NOW, "open": line["want"]}
    own = [supply for supply in found if supply["for"]]
    for line, supply in _held(company, lines, found):
        own.append(supply | {"for": line["line"]})
    for line in lines:
        _take(line, [supply for supply in own if supply["for"] == line["line"]])
    free = defaultdict(list)
    for supply in found + [supply for supply in own if supply["day"] == NOW]:
        free[supply["place"]].append(supply)
    order = ("current", "rank") if by_promise else ("rank", "current")
    for line in sorted(lines, key=lambda line: tuple(line[name] for name in (*order, "ordered", "line"))):
        _take(line, free[line["place"]])
        line["ready"] = NEVER if line["open"] > 1e-9 else line["ready"]
    _whole(lines)
    return lines


def _held(company: Company, lines: list[Row], found: list[Row]) -> list[tuple[Row, Row]]:
    """Stock set aside for lines; where too much is, all get less."""
    orders = {row["order_id"] for row in company["sales_order"] if row["order_type"] in DEMAND}
    demand = {row["order_line_id"] for row in company["order_line"] if row["order_id"] in orders}
    want: dict[str, float] = defaultdict(float)
    other: dict[tuple, float] = defaultdict(float)  # for samples and the like, whose open quantity nobody follows
    for row in company["stock_reservation"]:
        if row["valid_from"] <= AS_OF and (row["valid_to"] is None or row["valid_to"] > AS_OF):
            want[row["order_line_id"]] += row["qty"]
            if row["order_line_id"] not in demand:
                other[row["product_id"], row["site_id"]] += row["qty"]
    taken = []
    for stock in [supply for supply in found if supply["day"] == NOW]:
        mine = [(line, min(want[line["line"]], line["want"])) for line in lines if line["place"] == stock["place"]]
        total = sum(qty for _, qty in mine) + other[stock["place"]]
        share = min(1, stock["qty"] / total) if total else 0
        for line, qty in mine:
            if qty:
                taken.append((line, stock | {"qty": qty * share}))
        stock["qty"] -= total * share
    return taken


def _take(line: Row, there: list[Row]) -> None:
    """In time the latest first, then the earliest."""
    good = sorted((s for s in there if s["day"] <= line["need"] or s["day"] == NOW), key=lambda s: -s["day"])
    late = sorted((s for s in there if s["day"] > line["need"] and s["day"] != NOW), key=lambda s: s["day"])
    for supply in good + late:
        qty = min(line["open"], supply["qty"])
        if qty > 0:
            supply["qty"] -= qty
            line["open"] -= qty
            line["short"] -= qty if supply in good else 0
            line["ready"] = max(line["ready"], supply["day"])


def _whole(lines: list[Row]) -> None:
    """An order that ships as a whole waits for its worst line."""
    ready: dict[str, float] = defaultdict(lambda: NOW)
    for line in lines:
        ready[line["order"]] = max(ready[line["order"]], line["ready"])
    for line in lines:
        if line["whole"] and ready[line["order"]] > line["need"]:
            line |= {"short": line["want"], "ready": ready[line["order"]]}


def told(lines: list[Row]) -> dict[str, float]:
    """The readings; what is late already is no risk any more."""
    late = [line for line in lines if line["promise"] < AS_OF]
    risk = [line for line in lines if line["promise"] >= AS_OF and line["short"] > 1e-9]
    return {
        "revenue_at_risk": sum(line["short"] * line["price"] for line in risk),
        "value_touched": sum(line["want"] * line["price"] for line in risk),
        "late_value": sum(line["want"] * line["price"] for line in late),
        "lines": len(risk),
        "customers": len({line["customer"] for line in risk}),
    }
