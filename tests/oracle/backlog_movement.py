"""M7 from the text of the book, event by event: what was open, what came, what left, what is open."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from tests.oracle.answers import kaplan_meier_median
from tests.oracle.company import Company
from tests.oracle.lines import Line, lines_of

LEGS = {"new": "new", "qty_up": "increases", "reopen": "reopened", "qty_down": "decreases", "cancel": "cancelled",
        "short_close": "short_closed", "reprice": "reprice", "vanished": "unexplained"}  # fmt: skip
BUCKETS = ((0, "not_due"), (7, "1_7"), (30, "8_30"), (60, "31_60"), (90, "61_90"), (None, "gt_90"))
FIRST_OF_A_DAY = ("new", "increases", "reopened")


@dataclass(frozen=True)
class Event:
    """One change of what is open of a line, in the currency of the order; less is negative."""

    day: date
    leg: str
    qty: float
    value: float
    over: float = 0.0  # value of what left beyond what was open


@dataclass(frozen=True)
class Story:
    """A line of demand with its events; what its state says is open, apart from them."""

    line: Line
    events: tuple[Event, ...]
    left: float
    left_value: float

    def value_on(self, day: date) -> float:
        return sum(event.value for event in self.events if event.day <= day)

    def emptied(self) -> date | None:
        """The first day on which nothing of the line was open."""
        qty = 0.0
        for event in self.events:
            qty += event.qty
            if qty <= 0:
                return event.day
        return None


def stories(company: Company, as_of: date) -> list[Story]:
    """Every line whose cancellation, if any, has a day."""
    shipped = _shipped(company)
    told = defaultdict(list)
    for row in company["order_line_change"]:
        told[row["order_line_id"]].append(row)
    seen = defaultdict(list)
    for row in company["order_line_snapshot"]:
        seen[row["order_line_id"]].append(row)
    days = sorted({row["snapshot_date"] for row in company["order_line_snapshot"]})
    known = [line for line in lines_of(company, as_of) if line.cancel != "unknown_date"]
    return [
        _story(line, told[line.line_id] or _differences(line, seen[line.line_id], days), shipped[line.line_id])
        for line in known
    ]


def _shipped(company: Company) -> dict[str, list[tuple[date, float]]]:
    days = {row["shipment_id"]: row["shipped_date"] for row in company["shipment"]}
    found = defaultdict(list)
    for part in company["shipment_line"]:
        found[part["order_line_id"]].append((days[part["shipment_id"]], part["qty_shipped"]))
    return found


def _differences(line: Line, seen: list[dict], days: list[date]) -> list[dict]:
    """What the line and its snapshots tell where no changes are kept: each difference is dated at the later one."""
    row, price = line.row, line.row["unit_price"]
    moves = [
        (after["snapshot_date"], "qty_up" if delta > 0 else "qty_down", delta)
        for before, after in zip(seen, seen[1:], strict=False)
        if (delta := after["ordered_qty"] - before["ordered_qty"])
    ]
    first = row["ordered_qty"] - sum(qty for _, _, qty in moves)
    moves.append((line.order["ordered_date"], "new", first))
    if row.get("cancelled_qty"):
        moves.append((row["cancelled_date"], "cancel", -row["cancelled_qty"]))
    if row.get("status") == "closed":
        moves.append((next(day for day in days if day > seen[-1]["snapshot_date"]), "vanished", None))
    return [{"changed_date": d, "kind": k, "delta_qty": q, "delta_value": q and q * price} for d, k, q in moves]


def _story(line: Line, told: list[dict], shipped: list[tuple[date, float]]) -> Story:
    moves = [(r["changed_date"], LEGS[r["kind"]], r["delta_qty"], r["delta_value"]) for r in told]
    moves += [(day, "shipped", -qty, None) for day, qty in shipped]
    moves.sort(key=lambda move: (move[0], move[1] not in FIRST_OF_A_DAY))
    gone = (line.row.get("cancelled_qty") or 0) + sum(qty for _, qty in shipped)
    left = 0 if line.row.get("status") == "closed" else max(0, line.row["ordered_qty"] - gone)
    return Story(line, tuple(_priced(moves)), left, left * line.row["unit_price"])


def _priced(moves: list[tuple]):
    """What ships has the price of its day, and no more leaves than is open."""
    qty = value = price = 0.0
    for day, leg, delta, worth in moves:
        over = 0.0
        if leg in ("shipped", "unexplained"):
            over = max(0, -delta - qty) * price if delta is not None else 0.0
            delta = -qty if delta is None else max(delta, -qty)
            worth = delta * price
        elif leg == "new":
            price = worth / delta
        elif leg == "reprice":
            price = (value + worth) / qty
        qty, value = qty + delta, value + worth
        yield Event(day, leg, delta, worth, over)


class Backlog:
    """Sums of some lines, in the reporting currency at the rates of the days."""

    def __init__(self, company: Company, found: list[Story]) -> None:
        self.found = found
        self.rates = {(row["from_ccy"], row["rate_date"]): row["rate"] for row in company["fx_rate"]}

    def rate(self, story: Story, day: date) -> float:
        currency = story.line.order["currency"]
        return 1.0 if currency == "EUR" else self.rates[currency, day]

    def movement(self, start: date, end: date) -> dict[str, float]:
        """The legs of a period; opening and legs at their own rates, `fx` what the rates of its end make of them."""
        before, found = start - timedelta(days=1), defaultdict(float)
        for story in self.found:
            found["opening"] += story.value_on(before) * self.rate(story, before)
            for event in story.events:
                if start <= event.day <= end:
                    found[event.leg] += event.value * self.rate(story, event.day)
            found["fx"] += story.value_on(end) * self.rate(story, end)
        found["fx"] -= sum(value for leg, value in found.items() if leg != "fx")
        return dict(found)

    def over_shipped(self, start: date, end: date) -> float:
        """Value of what left beyond what was open; it was never in the backlog."""
        return sum(
            event.over * self.rate(story, event.day)
            for story in self.found
            for event in story.events
            if start <= event.day <= end
        )

    def residual(self, end: date) -> float:
        """What is open less what all movements that are known would leave, at the rates of the end."""
        return sum(
            event.value * self.rate(story, end)
            for story in self.found
            for event in story.events
            if event.leg == "unexplained" and event.day <= end
        )

    def closing(self, day: date) -> float:
        return sum(story.left_value * self.rate(story, day) for story in self.found)

    def ageing(self, day: date) -> dict[str, tuple[float, int]]:
        """(value, lines) by days past the first promise; what has none is not due."""
        found = {name: (0.0, 0) for _, name in BUCKETS}
        for story in self.found:
            if story.left > 0:
                late = (day - story.line.first).days if story.line.first else 0
                name = next(name for most, name in BUCKETS if most is None or late <= most)
                value, lines = found[name]
                found[name] = value + story.left_value * self.rate(story, day), lines + 1
        return found

    def mean_age(self, day: date) -> float:
        """Days since the order, weighted by open value."""
        ages = sum(
            (day - story.line.order["ordered_date"]).days * story.left_value * self.rate(story, day)
            for story in self.found
        )
        return ages / self.closing(day)

    def half_life(self, start: date, end: date, as_of: date) -> float | None:
        """Days after which half of the lines that came in a period had left, whatever took them."""
        days, censored = [], []
        for story in self.found:
            entered = story.events[0].day
            if start <= entered <= end:
                out = story.emptied()
                days.append(((out or as_of) - entered).days)
                censored.append(out is None)
        return kaplan_meier_median(days, censored)[0]


def book_to_bill(legs: dict[str, float], *booked: str) -> float:
    """What was booked over what was shipped."""
    return sum(legs.get(leg, 0) for leg in booked) / -legs["shipped"]


def backlog_days(closing: float, shipped: float, days: int) -> float:
    """How long the backlog lasts at the pace of a period."""
    return closing / (-shipped / days)
