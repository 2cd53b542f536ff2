"""M5 from the text of the book, day by day: what lay at each place and what left it, both at cost."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from tests.oracle.company import Company
from tests.oracle.lines import DEMAND

MAX_AGE, NEW_FOR, COVERED, COUNTED_OVER = 35, 90, 180, 90
IDLE = {"slow": 90, "very_slow": 180, "dead": 365}
Place = tuple[str, str]


def turns(value_days: float, cogs: float) -> tuple[float, float | None]:
    """(turns a year, days of stock); without any issue the days are infinite, which is told as None."""
    return 365 * cogs / value_days, value_days / cogs if cogs else None


class Stock:
    """Stock and issues of one company."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.counts = self._counts()
        self.issues = list(self._issues())

    @property
    def places(self) -> list[Place]:
        return sorted(self.counts)

    def cost(self, place: Place, day: date) -> float | None:
        """The cost of the site, else the one for all sites, valid on a day."""
        held = [
            row
            for row in self.company["product_cost"]
            if row["product_id"] == place[0] and row.get("site_id") in (place[1], None)
            if row["valid_from"] <= day and (row.get("valid_to") is None or day < row["valid_to"])
        ]
        held.sort(key=lambda row: row.get("site_id") is None)
        return held[0]["unit_cost"] if held else self.first_cost(place, day)

    def first_cost(self, place: Place, day: date) -> float | None:
        """The first cost ever stated, for days before it (G9a); of one site only where none is for all sites."""
        own = [row for row in self.company["product_cost"] if row["product_id"] == place[0]]
        general = [row for row in own if row.get("site_id") is None]
        rows = general or [row for row in own if row["site_id"] == place[1]]
        first = min(rows, key=lambda row: row["valid_from"], default=None)
        return first["unit_cost"] if first and day < first["valid_from"] else None

    def _counts(self) -> dict[Place, dict[date, dict[str, float]]]:
        """Our own stock by place, day and kind; what lies at customers or belongs to others is none of it."""
        found: dict = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
        for row in self.company["inventory_snapshot"]:
            kinds = found[row["product_id"], row["site_id"]][row["snapshot_date"]]
            if row.get("ownership") in (None, "own") and row["stock_type"] != "consignment":
                kinds[row["stock_type"]] += row["on_hand_qty"]
        return found

    def _issues(self) -> Iterable[tuple[Place, date, float, str]]:
        """What left for customers or production, and what came back on the day it came."""
        company = self.company
        demand = {row["order_id"] for row in company["sales_order"] if row["order_type"] in DEMAND}
        lines = {row["order_line_id"]: row for row in company["order_line"] if row["order_id"] in demand}
        days = {row["shipment_id"]: row["shipped_date"] for row in company["shipment"]}
        moved = [(days[part["shipment_id"]], part["order_line_id"], part["qty_shipped"], "sale")
                 for part in company["shipment_line"]]  # fmt: skip
        moved += [(row["returned_date"], row["order_line_id"], -row["qty"], "return") for row in company["return_line"]]
        for day, line, qty, kind in moved:
            if line in lines:
                yield (lines[line]["product_id"], lines[line]["site_id"]), day, qty, kind
        for row in company["inventory_movement"]:
            if row["kind"] == "issue_prod":
                yield (row["product_id"], row["site_id"]), row["moved_date"], -row["qty"], "production"

    def last_count(self, place: Place, day: date) -> date | None:
        """The last day on which a place was counted, if that is not too long ago."""
        found = max((when for when in self.counts[place] if when <= day), default=None)
        return found if found and (day - found).days <= MAX_AGE else None

    def value(self, place: Place, day: date) -> float | None:
        """What lay there at the end of a day; kinds below zero count as nothing."""
        counted = self.last_count(place, day)
        cost = counted and self.cost(place, counted)
        if cost is None:
            return None
        return sum(max(0, qty) for qty in self.counts[place][counted].values()) * cost

    def sums(self, places: Iterable[Place], start: date, end: date) -> tuple[float, float]:
        """(value x days, cost of what left) over the days on which the stock of a place is known."""
        value_days = cogs = 0.0
        wanted = set(places)
        known = {
            (place, day): value
            for place in wanted
            for day in (start + timedelta(days=k) for k in range((end - start).days + 1))
            if (value := self.value(place, day)) is not None
        }
        value_days = sum(known.values())
        for place, day, qty, _ in self.issues:
            cost = self.cost(place, day)
            if (place, day) in known and cost is not None:
                cogs += qty * cost
        return value_days, cogs

    def idle_days(self, place: Place, day: date) -> float:
        """Days since anything left a place; infinite if nothing did."""
        left = [when for where, when, qty, kind in self.issues if where == place and qty > 0 and when <= day]
        return (day - max(left)).days if left else float("inf")

    def usable(self, place: Place, day: date) -> float:
        """What may be promised to anybody; of the days asked for none has stock that is reserved for something else."""
        rows = [
            row
            for row in self.company["inventory_snapshot"]
            if (row["product_id"], row["site_id"], row["snapshot_date"]) == (*place, day)
            if row["stock_type"] == "unrestricted" and row.get("ownership") in (None, "own")
            if row.get("expiry_date") is None or row["expiry_date"] > day
        ]
        return max(0, sum(row["on_hand_qty"] for row in rows) - self._reserved_elsewhere(place, day, rows))

    def _reserved_elsewhere(self, place: Place, day: date, rows: list[dict]) -> float:
        """What the count calls reserved and no customer line explains."""
        held = [
            row["qty"]
            for row in self.company["stock_reservation"]
            if (row["product_id"], row["site_id"]) == place and row["valid_from"] <= day
            if row["valid_to"] is None or row["valid_to"] > day
        ]
        return max(0, sum(row.get("reserved_qty") or 0 for row in rows) - sum(held))

    def wanted_a_day(self, place: Place, day: date) -> float:
        """Ordered in ninety days, less what was cancelled of it, and issued to production."""
        company, start = self.company, day - timedelta(days=90)
        orders = {row["order_id"]: row for row in company["sales_order"] if row["order_type"] in DEMAND}
        mine = [row for row in company["order_line"] if (row["product_id"], row["site_id"]) == place]
        mine = [row for row in mine if row["order_id"] in orders]
        mine = [row for row in mine if start < orders[row["order_id"]]["ordered_date"] <= day]
        made = [
            q for where, when, q, kind in self.issues if (where, kind) == (place, "production") and start < when <= day
        ]
        return (sum(row["ordered_qty"] - (row.get("cancelled_qty") or 0) for row in mine) + sum(made)) / COUNTED_OVER

    def slow(self, places: Iterable[Place], day: date) -> dict[str, float]:
        """Value by how long nothing left (dead within very slow within slow), beyond 180 days of demand, and of all."""
        launched = {row["product_id"]: row["launch_date"] for row in self.company["product"]}
        found = dict.fromkeys((*IDLE, "excess", "all"), 0.0)
        for place in places:
            value, wanted = self.value(place, day) or 0, COVERED * self.wanted_a_day(place, day)
            found["all"] += value
            if (day - launched[place[0]]).days < NEW_FOR or not value:
                continue
            found["excess"] += max(0, self.usable(place, day) - wanted) * self.cost(place, day)
            for name, days in IDLE.items():
                covered = name == "slow" and self.usable(place, day) > wanted
                found[name] += value if covered or self.idle_days(place, day) >= days else 0
        return found
