"""M9 from the text of the book, row by row: what was known at a month end and what came of it."""

from collections import defaultdict
from functools import cache
from math import sqrt

import numpy as np
from scipy import stats

from tests.oracle.company import AS_OF, Company
from tests.oracle.lines import segment_on
from tests.oracle.pipeline import LAST, month_end, month_of

KAPPA, MONTHS_BACK, LEAST_MONTHS, HORIZONS = 10, 6, 3, range(1, 7)
TRAINING, TRAINING_WINS, RATIO_WINS, MAX_AGE = 30, 5, 20, 7
Group = tuple[str, str]


class Forecaster:
    """Forecasts of one company from any month end."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.orders = {o["order_id"]: o for o in company["sales_order"] if o["order_type"] in ("standard", "rush")}
        self.deals = {row["opportunity_id"]: row for row in company["opportunity"]}
        self.families = {row["product_id"]: row["family"] for row in company["product"]}
        self.segments: dict[tuple, str] = {}
        self.values = self._values()
        self.totals: dict[str, float] = defaultdict(float)
        self.demand: dict[tuple[Group, int], float] = defaultdict(float)
        for (order, family), value in self.values.items():
            self.demand[self._group(order, family), self._month(order)] += value
            self.totals[order] += value
        self.firsts = self._first_orders()
        self.seen: set[Group] = set()
        self.begin = min(month for _, month in self.demand)
        self.states = {month: state for month in range(self.begin, LAST + 1) if (state := self._state(month))}

    def segment(self, customer: str, day) -> str:
        key = customer, day
        if key not in self.segments:
            self.segments[key] = segment_on(self.company, customer, day) or "Unsegmented"
        return self.segments[key]

    def _values(self) -> dict[tuple[str, str], float]:
        """Booked value by order and family, gross of later cancellations."""
        found: dict[tuple[str, str], float] = defaultdict(float)
        for row in self.company["order_line"]:
            if row["order_id"] in self.orders:
                found[row["order_id"], self.families[row["product_id"]]] += row["net_amount"]
        return found

    def _month(self, order: str) -> int:
        return month_of(self.orders[order]["ordered_date"])

    def _group(self, order: str, family: str) -> Group:
        row = self.orders[order]
        return self.segment(row["customer_id"], row["ordered_date"]), family

    def _first_orders(self) -> dict[str, str]:
        linked = defaultdict(list)
        for link in self.company["opportunity_order_link"]:
            if link["order_id"] in self.orders:
                linked[link["opportunity_id"]].append(link["order_id"])
        return {deal: min(some, key=lambda o: (self.orders[o]["ordered_date"], o)) for deal, some in linked.items()}

    def _state(self, month: int) -> dict[str, dict]:
        """Open deals in the latest snapshot up to a month end, at most a week old."""
        end, held = month_end(month), self.company["opportunity_snapshot"]
        day = max((row["snapshot_date"] for row in held if row["snapshot_date"] <= end), default=None)
        if day is None or (end - day).days > MAX_AGE:
            return {}
        return {r["opportunity_id"]: r for r in held if r["snapshot_date"] == day and r["outcome"] == "open"}

    def won(self, deal: str, month: int) -> float | None:
        """The value of the first linked order of a deal if it falls in a month."""
        order = self.firsts.get(deal)
        if order is None or month_of(self.orders[order]["ordered_date"]) != month:
            return None
        return self.totals[order]

    def training(self, origin: int, horizon: int):
        """(state, value won or None) of every deal open at every origin whose outcome is known."""
        for month, state in self.states.items():
            if month + horizon <= origin:
                for deal, row in state.items():
                    yield deal, row, month, self.won(deal, month + horizon)

    def chances(self, origin: int, horizon: int):
        """The chance of a state: by stage and bucket, backing off to the stage and to all; None without training."""
        tally: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
        for _, row, month, value in self.training(origin, horizon):
            for key in {(), (row["stage_code"],), (row["stage_code"], bucket(row, month))}:
                tally[key][0] += value is not None
                tally[key][1] += 1
        wins, total = tally[()]
        if not total:
            return None
        pooled = wins / total
        low = total < TRAINING or wins < TRAINING_WINS

        def chance(row: dict) -> float:
            if low:
                return pooled
            cell = (row["stage_code"], bucket(row, origin))
            known = shrunk(tally.get(cell[:1], (0, 0)), pooled)
            return known if cell[1] is None else shrunk(tally.get(cell, (0, 0)), known)

        return chance

    @cache  # noqa: B019
    def ratio(self, origin: int) -> float:
        """Ordered over expected value among the deals won, over all horizons."""
        ordered = expected = 0.0
        deals = set()
        for horizon in HORIZONS:
            for deal, row, _, value in self.training(origin, horizon):
                if value is not None:
                    ordered, expected = ordered + value, expected + row["amount"]
                    deals.add(deal)
        return 1.0 if len(deals) < RATIO_WINS else min(1.5, max(0.5, ordered / expected))

    def shares(self, deal: str, origin: int) -> dict[str, float]:
        """Families of a deal: its lines at the origin, else what the customer bought in a year, else its segment."""
        end, found = month_end(origin), defaultdict(float)
        for row in self.company["opportunity_line"]:
            if row["opportunity_id"] == deal and row["valid_from"] <= end and (row.get("valid_to") or AS_OF_NEXT) > end:
                found[row.get("family") or self.families[row["product_id"]]] += row["amount"]
        customer = self.deals[deal]["customer_id"]
        segment = self.segment(customer, end)
        for mine in (lambda o: o["customer_id"] == customer, lambda o: self._segment_of(o) == segment):
            if not found:
                for (order, family), value in self.values.items():
                    if origin - 12 < self._month(order) <= origin and mine(self.orders[order]):
                        found[family] += value
        total = sum(found.values())
        return {family: value / total for family, value in found.items()}

    def _segment_of(self, order: dict) -> str:
        return self.segment(order["customer_id"], order["ordered_date"])

    def base(self, origin: int, horizon: int) -> dict[Group, float] | None:
        """Mean monthly value of orders that no open deal showed so many months before."""
        months = [m for m in range(origin - MONTHS_BACK + 1, origin + 1) if m - horizon in self.states]
        if len(months) < LEAST_MONTHS:
            return None
        deal_of = {order: deal for deal, order in self.firsts.items()}
        found: dict[Group, float] = defaultdict(float)
        for (order, family), value in self.values.items():
            month = self._month(order)
            if month in months and deal_of.get(order) not in self.states[month - horizon]:
                found[self._group(order, family)] += value / len(months)
        return found

    def forecast(self, origin: int, horizon: int) -> dict[Group, float] | None:
        """Pipeline plus base by group."""
        chance, base = self.chances(origin, horizon), self.base(origin, horizon)
        if origin not in self.states or chance is None or base is None:
            return None
        ratio, found = self.ratio(origin), defaultdict(float, base)
        for deal, row in self.states[origin].items():
            segment = self.segment(self.deals[deal]["customer_id"], month_end(origin))
            for family, share in self.shares(deal, origin).items():
                found[segment, family] += row["amount"] * share * chance(row) * ratio
        return found

    def cells(self) -> list[dict]:
        """Every group, origin and horizon with the forecasts of each method; the demand once its month is over."""
        found = []
        for origin in self.states:
            for horizon in HORIZONS:
                forecast = self.forecast(origin, horizon)
                if forecast is not None:
                    found += [self._cell(group, origin, horizon, forecast) for group in self._known(origin, forecast)]
        return found

    def _known(self, origin: int, forecast: dict) -> list[Group]:
        """Groups that ordered or had an open deal by then."""
        self.seen |= set(forecast)
        return sorted({group for group, month in self.demand if month <= origin} | self.seen)

    def _cell(self, group: Group, origin: int, horizon: int, forecast: dict) -> dict:
        y = lambda month: self.demand.get((group, month), 0) if month >= self.begin else None  # noqa: E731
        target, last = origin + horizon, [y(origin - back) for back in range(3)]
        return {
            "group": group, "origin": origin, "h": horizon, "target": target,
            "y": y(target) if target <= LAST else None, "pipeline": forecast.get(group, 0.0),
            "naive": last[0], "ma3": None if None in last else sum(last) / 3, "seasonal_naive": y(target - 12),
        }  # fmt: skip


AS_OF_NEXT = month_end(month_of(AS_OF) + 1)


def bucket(row: dict, month: int) -> int | str | None:
    """Months to the expected close: overdue, 0, 1, 2, 3 and more; None without a date, which backs off to the stage."""
    day = row["expected_close_date"]
    if day is None:
        return None
    away = month_of(day) - month
    return "overdue" if away < 0 else min(away, 3)


def shrunk(tally, prior: float) -> float:
    return (tally[0] + KAPPA * prior) / (tally[1] + KAPPA)


def judged(cells: list[dict], seasonal: bool) -> list[dict]:
    """The cells whose month is over and for which every method has a forecast."""
    needed = ["y", "naive", "ma3"] + (["seasonal_naive"] if seasonal else [])
    return [cell for cell in cells if all(cell[name] is not None for name in needed)]


def wape(cells: list[dict], method: str) -> float:
    return sum(abs(c["y"] - c[method]) for c in cells) / sum(abs(c["y"]) for c in cells)


def bias(cells: list[dict], method: str) -> float:
    return sum(c[method] - c["y"] for c in cells) / sum(c["y"] for c in cells)


def fva_interval(cells: list[dict], bench: str, horizon: int) -> tuple[float, float] | None:
    """FVA of all origins, give or take what every h-th origin, newest backwards, says of its spread."""
    newest = max(c["origin"] for c in cells)
    gain, total = defaultdict(float), defaultdict(float)
    for c in cells:
        if (newest - c["origin"]) % horizon == 0:
            gain[c["origin"]] += abs(c["y"] - c[bench]) - abs(c["y"] - c["pipeline"])
            total[c["origin"]] += c["y"]
    if len(gain) < 4:
        return None
    a, y = np.array(list(gain.values())), np.array(list(total.values()))
    d = (a - a.sum() / y.sum() * y) / y.mean()
    half = stats.t.ppf(0.975, len(d) - 1) * d.std(ddof=1) / sqrt(len(d))
    fva = wape(cells, bench) - wape(cells, "pipeline")
    return fva - half, fva + half
