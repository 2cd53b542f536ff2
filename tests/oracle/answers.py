"""The readings of the book over judged lines: counting in plain Python, Kaplan-Meier and ranks by scipy."""

from collections import defaultdict
from datetime import date, timedelta

import numpy as np
from scipy import stats

from tests.oracle.company import Company
from tests.oracle.lines import DEMAND, Line


def otif_line(lines: list[Line], start: date, end: date, as_of: date) -> tuple[int, int, dict]:
    """(on time and in full, due, excluded) by first promise over lines due in the period."""
    hit = due = 0
    excluded: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.first is None or not start <= line.first <= min(end, as_of):
            continue
        reason = reason_out(line, as_of)
        if reason:
            excluded[reason] += 1
            continue
        due += 1
        hit += line.cancel == "none" and line.completed is not None and line.completed <= line.first
    return hit, due, dict(excluded)


def reason_out(line: Line, as_of: date) -> str | None:
    """Why a due line is not judged."""
    if line.cancel == "excusable":
        return "cancelled"
    if line.cancel == "unknown_date":
        return "cancel_date_unknown"
    if line.cancel == "none" and line.completed is None and line.unproved:
        return "no_proof"
    return None


def otif_delivered(lines: list[Line], start: date, end: date) -> tuple[int, int]:
    """(on time, completed) over promised lines completed in the period, whatever is due."""
    done = [line for line in lines if line.first and line.completed and line.cancel == "none"]
    done = [line for line in done if start <= line.completed <= end]
    return sum(line.completed <= line.first for line in done), len(done)


def commitment(company: Company, line: Line) -> date:
    """C: the earlier of the win and the confirmation, else the order, else its entry."""
    dates = [day for day in (_win(company, line.order), line.order["confirmed_date"]) if day is not None]
    return min(dates) if dates else line.order["ordered_date"] or line.order["entered_date"]


def _deal_of(company: Company, order: dict) -> dict | None:
    """The opportunity of an order: the surest link, then the earliest opportunity."""
    deals = {row["opportunity_id"]: row for row in company["opportunity"]}
    links = [link for link in company["opportunity_order_link"] if link["order_id"] == order["order_id"]]
    links.sort(key=lambda k: (-k["confidence"], deals[k["opportunity_id"]]["created_date"], k["opportunity_id"]))
    return deals[links[0]["opportunity_id"]] if links else None


def _win(company: Company, order: dict) -> date | None:
    """The win counts for the first order of the opportunity within 30 days of it, and for no other."""
    deal = _deal_of(company, order)
    if deal is None or deal["outcome"] != "won" or deal["closed_date"] is None:
        return None
    demand = [row for row in company["sales_order"] if row["order_type"] in DEMAND]
    near = [row for row in demand if _deal_of(company, row) is deal]
    near = [row for row in near if (row["ordered_date"] - deal["closed_date"]).days <= 30]
    first = min(near, key=lambda row: (row["ordered_date"], row["order_id"]), default=None)
    return deal["closed_date"] if first is order else None


def kaplan_meier_median(durations: list[int], censored: list[bool]) -> tuple[float | None, tuple]:
    """Median and its log-log interval by scipy."""
    if not durations:
        return None, (None, None)
    curve = stats.ecdf(stats.CensoredData.right_censored(durations, censored)).sf
    band = curve.confidence_interval(method="log-log")
    days = curve.quantiles
    first = lambda ps: next((float(d) for d, p in zip(days, ps, strict=True) if p <= 0.5 + 1e-9), None)  # noqa: E731
    return first(curve.probabilities), (first(band.low.probabilities), first(band.high.probabilities))


def leads_won(company: Company, start: date, end: date, window: int | None, as_of: date) -> tuple[int, int]:
    """(leads of the period whose opportunity was won within the window, valid leads)."""
    wins = defaultdict(list)
    for deal in company["opportunity"]:
        if deal["outcome"] == "won" and deal["closed_date"] and deal["closed_date"] <= as_of:
            wins[deal["lead_id"]].append(deal["closed_date"])
    valid = [lead for lead in company["lead"] if lead["is_valid"] and start <= lead["created_date"] <= min(end, as_of)]
    lags = [[(day - lead["created_date"]).days for day in wins[lead["lead_id"]]] for lead in valid]
    return sum(any(lag >= 0 and (window is None or lag <= window) for lag in some) for some in lags), len(valid)


def days_of_inventory(company: Company, segments: dict[str, str], day: date) -> dict[str, tuple[float, float]]:
    """(value allocated, value of demand a day) by segment under demand share, from the last snapshot up to a day."""
    cost = {row["product_id"]: row["unit_cost"] for row in company["product_cost"]}
    orders = {row["order_id"]: row for row in company["sales_order"] if row["order_type"] in ("standard", "rush")}
    demand: dict[tuple, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in company["order_line"]:
        order = orders.get(row["order_id"])
        if order and day - timedelta(days=90) < order["ordered_date"] <= day:
            gone = row.get("cancelled_qty") or 0
            gone = gone if row.get("cancelled_date") is None or row["cancelled_date"] <= day else 0
            demand[row["product_id"], row["site_id"]][segments[order["customer_id"]]] += row["ordered_qty"] - gone
    stock = {}
    for row in company["inventory_snapshot"]:
        if row["snapshot_date"] == day and row["stock_type"] == "unrestricted":
            key = row["product_id"], row["site_id"]
            stock[key] = stock.get(key, 0) + row["on_hand_qty"]
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for key in set(stock) | set(demand):
        wanted, free, price = demand.get(key, {}), max(0, stock.get(key, 0)), cost[key[0]]
        total = sum(wanted.values())
        for segment, qty in wanted.items():
            found[segment][0] += free * qty / total * price if total else 0
            found[segment][1] += qty / 90 * price
    return {segment: tuple(np.round(pair, 9)) for segment, pair in found.items()}
