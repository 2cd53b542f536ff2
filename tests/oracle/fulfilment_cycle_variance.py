"""M6 from the text of the book, line by line: from entry to delivery, and which stage makes it vary."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from tests.oracle.answers import reason_out
from tests.oracle.company import Company
from tests.oracle.lines import Line

BETWEEN = ("released", "picked", "shipped")
ENOUGH = 0.8


@dataclass(frozen=True)
class Cycle:
    """One completed line: its milestones, the waiting the customer wanted, and what it is grouped by."""

    line: Line
    days: dict[str, date | None]
    dwell: int | None
    site: str
    family: str
    carrier: str | None

    @property
    def gross(self) -> int:
        return (self.days["delivered"] - self.days["entered"]).days

    def stages(self, between: tuple[str, ...]) -> list[int] | None:
        """Days between milestones, none before the one before it; None if one is missing."""
        told = [self.days[name] for name in ("entered", *between, "delivered")]
        if None in told:
            return None
        reached = np.maximum.accumulate([day.toordinal() for day in told])
        return list(np.diff(reached))


def cycles(company: Company, lines: list[Line], start: date, end: date) -> list[Cycle]:
    """Every line completed in a period."""
    done = [line for line in lines if line.cancel == "none" and line.completed and start <= line.completed <= end]
    return [_cycle(company, line) for line in done]


def entry(line: Line) -> date:
    """The day of entry, or of the order where nobody told it."""
    return line.order["entered_date"] or line.order["ordered_date"]


def _cycle(company: Company, line: Line) -> Cycle:
    shipment = next(row for row in company["shipment"] if row["shipment_id"] == line.completing)
    days = {"entered": entry(line), "released": line.released, "picked": shipment.get("picked_date")}
    days |= {"shipped": shipment["shipped_date"], "delivered": line.completed}
    return Cycle(line, days, _dwell(company, line), line.row["site_id"], line.family, _first_carrier(company, line))


def _dwell(company: Company, line: Line) -> int | None:
    """Days the customer wished to wait before work had to begin, counted from entry; None if nothing tells."""
    sold = {(row["product_id"], row["site_id"]): row["sales_lead_time_days"] for row in company["product_site"]}
    lead = sold.get((line.row["product_id"], line.row["site_id"]))
    if line.requested is None or lead is None:
        return None
    return max(0, (line.requested - entry(line)).days - lead)


def _first_carrier(company: Company, line: Line) -> str | None:
    """Who brought the first part of a line."""
    shipments = {row["shipment_id"]: row for row in company["shipment"]}
    mine = [shipments[p["shipment_id"]] for p in company["shipment_line"] if p["order_line_id"] == line.line_id]
    left = lambda row: row["delivery_basis"] == "goods_issue" or row["incoterm"] == "EXW"  # noqa: E731
    came = [row for row in mine if row["delivered_date"] or left(row)]
    return min(came, key=lambda row: row["delivered_date"] or row["shipped_date"])["carrier"]


def milestones(found: list[Cycle]) -> tuple[str, ...]:
    """The largest set that enough lines have whole; of several the one that most have."""
    for size in (3, 2, 1):
        shares = {names: np.mean([c.stages(names) is not None for c in found]) for names in combinations(BETWEEN, size)}
        names = max(shares, key=shares.get)
        if shares[names] >= ENOUGH:
            return names
    return ()


def workdays(company: Company, found: list[Cycle]) -> list[int]:
    """Days from entry to shipment that were worked."""
    worked = sorted(row["d"] for row in company["business_calendar"] if row["is_business_day"])
    return [sum(cycle.days["entered"] < day <= cycle.days["shipped"] for day in worked) for cycle in found]


def spread(days: list[int]) -> dict[str, float]:
    told = np.array(days, float)
    p50, p90, p95 = np.quantile(told, [0.5, 0.9, 0.95])
    sd = told.std(ddof=1)
    return {"cv": sd / told.mean(), "mean": told.mean(), "median": p50, "p90": p90, "sd": sd, "spread": p95 - p50}


def stage_shares(table: list[list[int]]) -> tuple[list[float], list[float]]:
    """(share of the variance, share of the mean) of each stage."""
    frame = pd.DataFrame(table, dtype=float)
    total = frame.sum(axis=1)
    return [frame[k].cov(total) / total.var() for k in frame], [frame[k].mean() / total.mean() for k in frame]


def between_groups(days: list[int], groups: list[str | None]) -> float:
    """Sum of squares between the groups over that of all."""
    told = np.array(days, float)
    members = defaultdict(list)
    for day, group in zip(told, groups, strict=True):
        members[group].append(day)
    between = sum(len(own) * (np.mean(own) - told.mean()) ** 2 for own in members.values())
    return between / ((told - told.mean()) ** 2).sum()


def waits(lines: list[Line], start: date, end: date, as_of: date) -> tuple[list[int], list[bool]]:
    """(days, whether cut short) of lines entered in a period: open ones until today, broken ones until they were."""
    days, censored = [], []
    for line in lines:
        entered = entry(line)
        if not start <= entered <= end or reason_out(line, as_of):
            continue
        done = line.completed if line.cancel == "none" else None
        stop = line.cancelled if line.cancel == "failure" else as_of
        days.append(max(0, ((done or stop) - entered).days))
        censored.append(done is None)
    return days, censored


def curve_quantile(days: list[int], censored: list[bool], share: float) -> float | None:
    """The first day by which that share is done, open ones counted by Kaplan and Meier."""
    sf = stats.ecdf(stats.CensoredData.right_censored(days, censored)).sf
    pairs = zip(sf.quantiles, sf.probabilities, strict=True)
    return next((float(day) for day, left in pairs if left <= 1 - share + 1e-9), None)


def half_width(cycles_: list[Cycle], function) -> float:
    """Of the 95% interval of a function of (n, sum, sum of squares), linearised over orders."""
    sums: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(3))
    for cycle in cycles_:
        sums[cycle.line.order["order_id"]] += [1, cycle.gross, cycle.gross**2]
    orders, total = np.array(list(sums.values())), sum(sums.values())
    steps = np.diag(total * 1e-6)
    slope = np.array([(function(*(total + h)) - function(*(total - h))) / (2 * h.sum()) for h in steps])
    m = len(orders)
    return stats.t.ppf(0.975, m - 1) * np.sqrt(m / (m - 1) * ((orders @ slope) ** 2).sum())


def mean_of(n: float, t: float, tt: float) -> float:
    return t / n


def sd_of(n: float, t: float, tt: float) -> float:
    return np.sqrt((tt - t * t / n) / (n - 1))


def cv_of(n: float, t: float, tt: float) -> float:
    return sd_of(n, t, tt) / mean_of(n, t, tt)
