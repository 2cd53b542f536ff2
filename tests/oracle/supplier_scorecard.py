"""M14 from the text of the book: receipts, due lines, lead times, prices and documents of suppliers, row by row."""

from collections import defaultdict
from datetime import date

import numpy as np

from tests.oracle.company import Company

Row = dict
ANCHORS = {"quality": (10_000, 500), "delivery": (0.80, 0.98), "price": (0.05, 0), "lead_time": (0.5, 0.1)}
WEIGHTS = {"quality": 0.35, "delivery": 0.30, "price": 0.20, "lead_time": 0.15}
MANY = 1e-9  # products of floating numbers miss an exact .1


def bought(company: Company, as_of: date) -> list[Row]:
    """Every line that nobody cancelled, with its order, its receipts and returns up to a day."""
    orders = {row["po_id"]: row for row in company["purchase_order"]}
    found = []
    for row in company["po_line"]:
        net = row["ordered_qty"] - row.get("cancelled_qty", 0)
        order = orders[row["po_id"]]
        if order["ordered_date"] <= as_of and net > 0:
            found.append({**row, "supplier_id": order["supplier_id"], "ordered": order["ordered_date"], "net": net})
    came, back = defaultdict(list), defaultdict(list)
    for row in company["po_receipt"]:
        if row["received_date"] <= as_of:
            came[row["po_line_id"]].append(row)
    for row in company["supplier_return_line"]:
        if row["returned_date"] <= as_of:
            back[row["po_line_id"]].append(row)
    for line in found:
        line["came"] = sorted(came[line["po_line_id"]], key=lambda row: row["received_date"])
        line["back"] = back[line["po_line_id"]]
        line["due"] = line["first_confirmed_date"] or line["requested_date"]
        line["agreed"] = _agreed(company, line)
    return found


def _agreed(company: Company, line: Row) -> float | None:
    """The contract price of the day of the order."""
    for row in company["product_supplier"]:
        same = row["supplier_id"] == line["supplier_id"] and row["product_id"] == line["product_id"]
        if (
            same
            and row["valid_from"] <= line["ordered"]
            and (not row.get("valid_to") or line["ordered"] < row["valid_to"])
        ):
            return row["contract_price"]
    return None


def rejected(line: Row) -> list[tuple[date, float, float]]:
    """(day, received, rejected) of each receipt; what was sent back was rejected with the last goods before it."""
    found = []
    for row in line["came"]:
        bad = row.get("qty_rejected")
        bad = row["qty_received"] - row["qty_accepted"] if bad is None else bad
        found.append([row["received_date"], row["qty_received"], bad])
    for row in line["back"]:
        last = [receipt for receipt in found if receipt[1] > 0 and receipt[0] <= row["returned_date"]][-1]
        last[2] += row["qty"]
    return [tuple(row) for row in found]


def quality(lines: list[Row], start: date, end: date, price: bool = False) -> float | None:
    """Rejected over received in the period; of units, or of their value."""
    took = came = 0.0
    for line in lines:
        weight = line["unit_price"] if price else 1
        for day, got, bad in rejected(line):
            if start <= day <= end:
                took, came = took + bad * weight, came + got * weight
    return took / came if came else None


def on_time(lines: list[Row], start: date, end: date) -> tuple[int, int]:
    """(accepted in full by the due day, due in the period)."""
    due = [line for line in lines if start <= line["due"] <= end]
    by = lambda line: sum(r["qty_accepted"] for r in line["came"] if r["received_date"] <= line["due"])  # noqa: E731
    return sum(by(line) >= line["net"] for line in due), len(due)


def price_variance(lines: list[Row], start: date, end: date) -> float | None:
    more = agreed = 0.0
    for line in lines:
        got = sum(row["qty_received"] for row in line["came"] if start <= row["received_date"] <= end)
        if line["agreed"] is not None:
            more += (line["unit_price"] - line["agreed"]) * got
            agreed += line["agreed"] * got
    return more / agreed if agreed else None


def waits(lines: list[Row], start: date, end: date, as_of: date) -> list[tuple[int, bool]]:
    """(days, over) from the order until all had come; what is due and open waits on."""
    found = []
    for line in lines:
        if not start <= line["ordered"] <= end:
            continue
        done = _complete(line)
        if done is not None:
            found.append(((done - line["ordered"]).days, True))
        elif line["due"] <= as_of:
            found.append(((as_of - line["ordered"]).days, False))
    return found


def _complete(line: Row) -> date | None:
    total = 0
    for row in line["came"]:
        total += row["qty_received"]
        if total >= line["net"]:
            return row["received_date"]
    return None


def lead_time(spans: list[tuple[int, bool]]) -> dict[str, float | None]:
    """Mean, spread over mean and nine in ten of the curve that open lines leave, its rest on the longest wait.

    The curve rests on the lines that had come: of these there are n in the sample's spread, as without open lines.
    """
    left, masses, ninth = 1.0, defaultdict(float), None
    for day in sorted({days for days, over in spans if over}):
        risk = sum(days >= day for days, _ in spans)
        step = left * sum(days == day and over for days, over in spans) / risk
        left, masses[day] = left - step, step
        ninth = day if ninth is None and left <= 0.1 + MANY else ninth
    masses[max(days for days, _ in spans)] += left
    days, mass, n = np.array(list(masses)), np.array(list(masses.values())), sum(over for _, over in spans)
    mean = float(days @ mass)
    spread = np.sqrt((days - mean) ** 2 @ mass * n / (n - 1)) if n > 1 else None
    return {"mean": mean, "p90": ninth, "cv": None if spread is None else float(spread) / mean}


def compliance(company: Company, suppliers: set[str], day: date) -> tuple[int, int]:
    """(required documents that hold on a day, required documents)."""
    asked = [row for row in company["supplier_compliance"] if row["required"] and row["supplier_id"] in suppliers]
    holds = lambda r: (  # noqa: E731
        (r["valid_from"] or r["valid_to"])
        and (not r["valid_from"] or r["valid_from"] <= day)
        and (not r["valid_to"] or day < r["valid_to"])
    )
    return sum(bool(holds(row)) for row in asked), len(asked)


def scores(values: dict[str, float | None], anchors: dict[str, tuple] = ANCHORS) -> dict[str, float]:
    """Score of each known criterion against its anchors."""
    found = {}
    for name, (floor, target) in anchors.items():
        if values[name] is not None:
            found[name] = 100 * min(max((values[name] - floor) / (target - floor), 0), 1)
    return found


def total(found: dict[str, float]) -> float | None:
    there = sum(WEIGHTS[name] for name in found)
    return sum(WEIGHTS[name] * score for name, score in found.items()) / there if there >= 0.7 - MANY else None
