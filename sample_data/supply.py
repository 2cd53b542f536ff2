"""Stock and supply: a day-by-day run of every plant that decides which line ships when, and what suppliers bring."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sample_data.orders import Orders
from sample_data.products import Assortment
from sample_data.settings import LAST_SEGMENT, PRIORITY, REDATING_SITE, SLOW_SUPPLIER, Calendar, rng, workday, workday_before

REVIEW_DAYS = 24  # how much demand one purchase covers


@dataclass(frozen=True)
class Supply:
    """delivery (one shipment of one order from one plant), delivery_line, purchase (lines with receipts), stock by day and place."""

    shipped: pd.DataFrame  # line, day, qty
    purchase: pd.DataFrame  # place, product, site, supplier, ordered, qty, confirmed, received, rejected
    on_hand: np.ndarray  # place x day, at the end of the day, in units


@dataclass
class Place:
    """One product at one plant during the run."""

    stock: float
    reorder_at: float
    order_up_to: float
    waiting: list = field(default_factory=list)  # [rank, ready day, line, open qty]
    coming: list = field(default_factory=list)  # (day, good qty)


def extra_wait(seed: int, orders: Orders, segment: np.ndarray) -> np.ndarray:
    """Days a line lies before it is picked: long at the re-dating plant, long for the segment served last."""
    random, line = rng(seed, "waits"), orders.line
    wait = np.where(random.random(len(line)) < 0.05, random.integers(2, 9, len(line)), 0)
    last = (segment == LAST_SEGMENT) & (random.random(len(line)) < 0.32)
    wait = wait + np.where(last, random.integers(4, 13, len(line)), 0)
    slow = (line["site"] == REDATING_SITE) & (random.random(len(line)) < 0.34)
    return wait + np.where(slow, random.integers(4, 22, len(line)), 0)


def ready_days(seed: int, orders: Orders, segment: np.ndarray) -> np.ndarray:
    """The first day on which a line may leave: released, and not much before it is due."""
    random, line = rng(seed, "ready"), orders.line
    entered = orders.order["entered"].to_numpy()[line["order"]]
    due = np.where(line["promise"] >= 0, line["promise"], line["requested"]) - line["transit"]
    early = random.integers(0, 5, len(line))
    return workday(np.maximum(entered + 2, workday_before(due - early)) + extra_wait(seed, orders, segment))


def cancellations(seed: int, orders: Orders) -> pd.DataFrame:
    """Lines somebody means to cancel (day, by); it happens only if nothing has shipped by then."""
    random, line = rng(seed, "cancellations"), orders.line
    entered = orders.order["entered"].to_numpy()[line["order"]]
    draw, part = random.random(len(line)), random.random(len(line))
    promise = np.where(line["promise"] >= 0, line["promise"], line["requested"])
    before = entered + 1 + (part * np.maximum(promise - entered - 2, 1)).astype(int)
    after = promise + 3 + (part * 12).astype(int)
    day = np.select([draw < 0.030, draw < 0.042, draw < 0.10], [before, before, after], -1)
    by = np.select([draw < 0.030, draw < 0.042, draw < 0.10], ["customer", "us", "customer"], "")
    return pd.DataFrame({"day": np.where(day == promise, day - 1, day), "by": by})


def serve(place: Place, day: int, partial: np.ndarray, shipped: list) -> None:
    """Ship what is ready from what there is, better rank first; a short line takes part of it if it may."""
    place.waiting.sort()
    left = []
    for rank, ready, line, qty in place.waiting:
        give = qty if place.stock >= qty else (place.stock if partial[line] and place.stock >= 0.3 * qty else 0)
        if give > 0:
            place.stock -= give
            shipped.append((line, day, int(give)))
        if give < qty:
            left.append([rank, ready, line, qty - give])
    place.waiting = left


def buy(random: np.random.Generator, goods: Assortment, product: int, qty: int, day: int) -> dict:
    """A purchase order line: the supplier confirms its lead time and keeps it, or not."""
    row = goods.product.iloc[product]
    confirmed = int(workday(day + row["lead_time"]))
    slow = row["supplier"] == SLOW_SUPPLIER
    late = random.gamma(3.0, 9.5) if slow and random.random() < 0.85 else random.choice([0, 0, 0, 0, 0, -1, 1, 3, 6])
    received = int(workday(max(day + 2, confirmed + int(late))))
    rejected = int(qty * random.uniform(0.02, 0.08)) if random.random() < (0.18 if slow else 0.05) else 0
    return {"supplier": row["supplier"], "ordered": day, "qty": qty, "confirmed": confirmed, "received": received, "rejected": rejected}


def places(orders: Orders, goods: Assortment, calendar: Calendar) -> tuple[list[Place], np.ndarray]:
    """The stocked product-plant pairs with their opening stock, and the place of each line."""
    code = {name: k for k, name in enumerate(goods.product["product"])}
    index = {(code[p], s): k for k, (p, s) in enumerate(zip(goods.stocked["product"], goods.stocked["site"], strict=True))}
    of_line = np.array([index[pair] for pair in zip(orders.line["product"], orders.line["site"], strict=True)], dtype=int)
    qty = orders.line["qty"].to_numpy()
    daily = np.bincount(of_line, qty, len(index)) / (calendar.end - calendar.start + 1)
    typical = np.bincount(of_line, qty.astype(float) ** 2, len(index)) / np.maximum(np.bincount(of_line, qty, len(index)), 1)
    lead = goods.product["lead_time"].to_numpy()[[p for p, _ in index]]
    found = []
    for rate, size, days in zip(daily, typical, lead, strict=True):
        reorder = rate * 0.3 * days + 0.15 * size + 1
        found.append(Place(round(reorder + rate * REVIEW_DAYS * 0.5), reorder, reorder + rate * REVIEW_DAYS))
    return found, of_line


def run(seed: int, calendar: Calendar, orders: Orders, goods: Assortment, segment: np.ndarray) -> tuple[Supply, pd.DataFrame]:
    """The run itself; returns what moved and the cancellations that took place (line index, day, by)."""
    random = rng(seed, "supply")
    spots, of_line = places(orders, goods, calendar)
    product_of = [k % len(goods.product) for k in range(len(spots))]
    line = orders.line
    ready, plan = ready_days(seed, orders, segment), cancellations(seed, orders)
    rank = np.array([PRIORITY[name] for name in segment])
    partial = orders.order["partial_allowed"].to_numpy()[line["order"]]
    appears = {day: list(rows) for day, rows in pd.Series(line.index).groupby(ready).groups.items()}
    entered = orders.order["entered"].to_numpy()[line["order"]]
    arrives = {day: list(rows) for day, rows in pd.Series(line.index).groupby(entered).groups.items()}
    stops = {day: list(rows) for day, rows in plan.index.to_series().groupby(plan["day"]).groups.items() if day >= 0}
    qty = line["qty"].to_numpy()
    owed, gone, dead = np.zeros(len(spots)), np.zeros(len(line), dtype=int), np.zeros(len(line), dtype=bool)
    on_order = np.zeros(len(spots))
    bought, shipped, on_hand = [], [], np.zeros((len(spots), calendar.end - calendar.start + 1))
    for day in range(calendar.start, calendar.end + 1):
        touched = set()
        for row in arrives.get(day, ()):
            owed[of_line[row]] += qty[row]
        for row in stops.get(day, ()):
            if gone[row] == 0 and entered[row] <= day:
                dead[row] = True
                owed[of_line[row]] -= qty[row]
                spots[of_line[row]].waiting = [item for item in spots[of_line[row]].waiting if item[2] != row]
        for k, spot in enumerate(spots):
            due = [item for item in spot.coming if item[0] == day]
            if due:
                spot.coming = [item for item in spot.coming if item[0] != day]
                spot.stock += sum(item[1] for item in due)
                on_order[k] -= sum(item[2] for item in due)
                touched.add(k)
        for row in appears.get(day, ()):
            if not dead[row]:
                spots[of_line[row]].waiting.append([rank[row], day, row, int(qty[row])])
                touched.add(of_line[row])
        if (day + 3) % 7 < 5:
            before = len(shipped)
            for k in sorted(touched | {k for k, spot in enumerate(spots) if spot.waiting}):
                serve(spots[k], day, partial, shipped)
            for row, _, given in shipped[before:]:
                gone[row] += given
                owed[of_line[row]] -= given
        if (day + 3) % 7 == 1:
            for k, spot in enumerate(spots):
                position = spot.stock + on_order[k] - owed[k]
                if position < spot.reorder_at:
                    new = buy(random, goods, product_of[k], int(np.ceil(spot.order_up_to - position)), day)
                    bought.append({"place": k, **new})
                    spot.coming.append((new["received"], new["qty"] - new["rejected"], new["qty"]))
                    on_order[k] += new["qty"]
        on_hand[:, day - calendar.start] = [spot.stock for spot in spots]
    shipments = pd.DataFrame(shipped, columns=["line", "day", "qty"])
    cancelled = plan[dead].rename_axis("line").reset_index()
    return Supply(shipments, pd.DataFrame(bought), on_hand), cancelled
