"""M4 from the text of the book: the order days of one customer after another, within a slice."""

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta

import numpy as np
from scipy import stats

from tests.oracle.company import Company
from tests.oracle.lines import DEMAND, segment_on

Days = dict[str, list[date]]


def bought(company: Company, as_of: date, family: str | None = None, segment: str | None = None) -> Days:
    """Order days by customer, of orders within the slice of which something is left."""
    families = {row["product_id"]: row["family"] for row in company["product"]}
    lines = defaultdict(list)
    for row in company["order_line"]:
        if family is None or families[row["product_id"]] == family:
            lines[row["order_id"]].append(row)
    found, called = defaultdict(set), set()
    for order in sorted(company["sales_order"], key=lambda row: (row["ordered_date"], row["order_id"])):
        own, customer = lines[order["order_id"]], order["customer_id"]
        if order["order_type"] not in DEMAND or order["ordered_date"] > as_of:
            continue
        if not own or all(_gone(row, as_of) for row in own):
            continue
        if segment and (segment_on(company, customer, order["ordered_date"]) or "Unsegmented") != segment:
            continue
        if order["order_type"] == "contract_release":
            if customer in called:
                continue
            called.add(customer)
        found[customer].add(order["ordered_date"])
    return {customer: sorted(days) for customer, days in found.items()}


def _gone(row: dict, as_of: date) -> bool:
    day = row.get("cancelled_date")
    return (row.get("cancelled_qty") or 0) >= row["ordered_qty"] and (day is None or day <= as_of)


def occasions(days: list[date], merge: int = 1) -> list[date]:
    """First days of runs of order days at most `merge` days apart."""
    return [day for at, day in enumerate(days) if at == 0 or (day - days[at - 1]).days > merge]


def waits(first_days: list[date]) -> list[int]:
    return [(after - before).days for before, after in zip(first_days, first_days[1:], strict=False)]


def repeat_rate(found: Days, start: date, end: date, as_of: date, window: int) -> tuple[int, int]:
    """(customers with a second occasion in time, first-time customers) of months that had the whole window."""
    hit = new = 0
    for days in found.values():
        first = days[0]
        last = first.replace(day=monthrange(first.year, first.month)[1])
        if start <= first <= end and last + timedelta(days=window) <= as_of:
            new += 1
            hit += len(days) > 1 and (days[1] - first).days <= window
    return hit, new


def recent(found: Days, start: date, end: date) -> Days:
    """Customers whose last occasion is in the period."""
    return {customer: days for customer, days in found.items() if start <= days[-1] <= end}


def frequency(found: Days, as_of: date) -> float | None:
    years = sum((as_of - days[0]).days for days in found.values()) / 365
    return sum(len(days) - 1 for days in found.values()) / years if years else None


def durations(found: Days, as_of: date) -> tuple[list[int], list[bool]]:
    """Every wait, the one since the last occasion censored."""
    over = [wait for days in found.values() for wait in waits(days)]
    still = [(as_of - days[-1]).days for days in found.values()]
    return over + still, [False] * len(over) + [True] * len(still)


def pooled_cv(found: Days) -> float | None:
    own = [wait for days in found.values() for wait in waits(days)]
    return float(np.std(own, ddof=1) / np.mean(own)) if len(own) > 1 else None


def regularity(pairs: list[tuple[int, int]]) -> float | None:
    """Wheat and Morrison over the last two waits of each customer."""
    parts = [first / (first + second) for first, second in pairs]
    spread = float(np.var(parts, ddof=1)) if len(parts) > 1 else 0
    return (1 - 4 * spread) / (8 * spread) if spread else None


def last_pairs(found: Days) -> list[tuple[int, int]]:
    own = [waits(days) for days in found.values()]
    return [(some[-2], some[-1]) for some in own if len(some) >= 2]


def prior(found: Days, as_of: date) -> tuple[float | None, ...]:
    """Days by which a quarter, half and three quarters of all waits are over."""
    times, censored = durations(found, as_of)
    curve = stats.ecdf(stats.CensoredData.right_censored(times, censored)).sf
    steps = list(zip(curve.quantiles, curve.probabilities, strict=True))
    return tuple(next((float(d) for d, s in steps if s <= left + 1e-9), None) for left in (0.75, 0.5, 0.25))


def expected(days: list[date], held: tuple) -> tuple[float | None, ...]:
    """P25, P50 and P75 of a customer's own waits, with fewer than two those of the segment."""
    own = waits(days)
    return tuple(float(q) for q in np.percentile(own, [25, 50, 75])) if len(own) >= 2 else held


def overdue(found: Days, priors: dict[str, tuple], as_of: date) -> tuple[int, int]:
    """(customers past their window, customers with a window)."""
    late = [
        (as_of - days[-1]).days > window
        for customer, days in found.items()
        if (window := expected(days, priors[customer])[2]) is not None
    ]
    return sum(late), len(late)
