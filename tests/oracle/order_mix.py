"""M3 from the text of the book: booked value by member of a period, then shares, concentration and bridge."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np

from tests.oracle.company import Company
from tests.oracle.lines import DEMAND, segment_on


@dataclass(frozen=True)
class Booked:
    """One order line and what was left of it: value in the reporting currency, quantity."""

    order: str
    customer: str
    segment: str
    region: str
    family: str
    category: str
    day: date
    value: float
    qty: float


def booked(company: Company, as_of: date, gross: bool = False) -> list[Booked]:
    """Every demand line; what was cancelled by a day is out, and lines cancelled on no known day altogether."""
    orders = {row["order_id"]: row for row in company["sales_order"]}
    products = {row["product_id"]: row for row in company["product"]}
    regions = {row["customer_id"]: row["region"] for row in company.erp["customer"] if "region" in row}
    rates = {(row["rate_date"], row["from_ccy"]): row["rate"] for row in company["fx_rate"]}
    found = []
    for row in company["order_line"]:
        order, gone, since = orders[row["order_id"]], row.get("cancelled_qty") or 0, row.get("cancelled_date")
        day, product = order["ordered_date"], products[row["product_id"]]
        if order["order_type"] not in DEMAND or day > as_of or (gone and since is None and not gross):
            continue
        left = row["ordered_qty"] - (gone if since and since <= as_of and not gross else 0)
        rate = 1 if order["currency"] == "EUR" else rates[day, order["currency"]]
        value = row["net_amount"] * rate * left / row["ordered_qty"]
        segment = segment_on(company, order["customer_id"], day) or "Unsegmented"
        where = regions.get(order["customer_id"]), product["family"], product["category"]
        found.append(Booked(order["order_id"], order["customer_id"], segment, *where, day, value, left))
    return found


def within(lines: list[Booked], start: date, end: date) -> list[Booked]:
    """Lines of the period with something left of them."""
    return [line for line in lines if start <= line.day <= end and line.value]


def values(lines: list[Booked], member: str) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for line in lines:
        found[getattr(line, member)] += line.value
    return dict(found)


def shares(value: dict[str, float]) -> dict[str, float]:
    return {name: one / sum(value.values()) for name, one in value.items()}


def concentration(share: dict[str, float], orders: int) -> dict[str | tuple, float]:
    """HHI, the same without small-sample bias, the number of equal members, and the part of the largest."""
    hhi, largest = sum(s * s for s in share.values()), sorted(share.values(), reverse=True)
    unbiased = (orders * hhi - 1) / (orders - 1) if orders > 1 else None
    return {
        "hhi": hhi,
        "hhi_unbiased": unbiased,
        "effective_number": 1 / hhi,
        **{("top_share", str(k)): sum(largest[:k]) for k in (1, 5, 10)},
    }


def shift(now: dict[str, float], then: dict[str, float]) -> float:
    """Share of the value that changed place."""
    return sum(abs(now.get(name, 0) - then.get(name, 0)) for name in now.keys() | then.keys()) / 2


def bridge(now: dict[str, tuple], then: dict[str, tuple]) -> dict[str, float]:
    """(value, quantity) by member of two periods: volume, mix and price of those in both, and the others apart."""
    both = sorted(now.keys() & then.keys())
    v1, q1 = np.array([now[name] for name in both], float).reshape(-1, 2).T
    v0, q0 = np.array([then[name] for name in both], float).reshape(-1, 2).T
    growth, p0, p1 = q1.sum() / q0.sum(), v0 / q0, v1 / q1
    return {
        "volume": (growth - 1) * v0.sum(),
        "mix": float(((q1 - q0 * growth) * p0).sum()),
        "price": float(((p1 - p0) * q1).sum()),
        "new": sum(value for name, (value, _) in now.items() if name not in then),
        "lost": -sum(value for name, (value, _) in then.items() if name not in now),
    }


def pairs(lines: list[Booked], member: str) -> dict[str, tuple]:
    """(value, quantity) by member."""
    found = defaultdict(lambda: [0.0, 0.0])
    for line in lines:
        found[getattr(line, member)][0] += line.value
        found[getattr(line, member)][1] += line.qty
    return {name: tuple(pair) for name, pair in found.items()}


def interval(lines: list[Booked], member: str, draws: int = 2000) -> tuple[float, float]:
    """Orders drawn again: percentiles of the unbiased replicates, shifted so that their mean is hhi_unbiased."""
    orders, members = sorted({line.order for line in lines}), sorted({getattr(line, member) for line in lines})
    table = np.zeros((len(orders), len(members)))
    for line in lines:
        table[orders.index(line.order), members.index(getattr(line, member))] += line.value
    n, rng = len(orders), np.random.default_rng(0)

    def unbiased(value):
        return (n * (value**2).sum(-1) / value.sum(-1) ** 2 - 1) / (n - 1)

    drawn = unbiased(np.array([table[rng.integers(0, n, n)].sum(0) for _ in range(draws)]))
    return tuple(np.percentile(drawn, [2.5, 97.5]) - drawn.mean() + unbiased(table.sum(0)))
