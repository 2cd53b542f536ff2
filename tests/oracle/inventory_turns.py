"""M5 from the text of the book, day by day: what lay at each place and what left it, both at cost."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from tests.oracle.company import Company
from tests.oracle.lines import DEMAND

MAX_AGE, NEW_FOR, COVERED = 35, 90, 180
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
        return held[0]["unit_cost"] if held else None

    def _counts(self) -> dict[Place, dict[date, dict[str, float]]]:
        """Our own stock by place, day and kind; what lies at customers or belongs to others is none of it."""
        found: dict = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
        for row in self.company["inventory_snapshot"]:
            kinds = found[row["product_id"], row["site_id"]][row["snapshot_date"]]
            if row.get("ownership") in (None, "own") and row["stock_type"] != "consignment":
                kinds[row["stock_type"]] += row["on_hand_qty"]
        return found

    def _issues(self) -> Iterable[tuple[Place, date, float]]:
        """Quantities that left for demand, less what came back of them on the day it came."""
        company = self.company
        demand = {row["order_id"] for row in company["sales_order"] if row["order_type"] in DEMAND}
        lines = {row["order_line_id"]: row for row in company["order_line"] if row["order_id"] in demand}
        days = {row["shipment_id"]: row["shipped_date"] for row in company["shipment"]}
        moved = [(days[part["shipment_id"]], part["order_line_id"], part["qty_shipped"], "issue")
                 for part in company["shipment_line"]]  # fmt: skip
        moved += [(row["returned_date"], row["order_line_id"], -row["qty"], "return") for row in company["return_line"]]
        for day, line, qty, kind in moved:
            if line in lines:
                yield (lines[line]["product_id"], lines[line]["site_id"]), day, qty, kind

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
        left = [when for where, when, qty, kind in self.issues if where == place and kind == "issue" and when <= day]
        return (day - max(left)).days if left else float("inf")

    def slow(self, places: Iterable[Place], day: date) -> dict[str, float]:
        """Value by how long nothing left: dead within very slow within slow."""
        launched = {row["product_id"]: row["launch_date"] for row in self.company["product"]}
        found = dict.fromkeys(IDLE, 0.0)
        for place in places:
            value = self.value(place, day) or 0
            if (day - launched[place[0]]).days >= NEW_FOR:
                for name, days in IDLE.items():
                    found[name] += value if self.idle_days(place, day) >= days else 0
        return found
