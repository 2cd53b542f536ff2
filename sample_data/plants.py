"""The plants day by day: what is entered, cancelled, received, shipped and bought decides who gets what, and when."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sample_data import supply
from sample_data.orders import Orders
from sample_data.products import Assortment
from sample_data.settings import PRIORITY, SLOW_SUPPLIER, Calendar, rng

LEFT_OVER = 25  # units, at the first plant, of the product that nobody orders any more
REVIEW_DAYS = 24  # how much demand one purchase covers
TUESDAY, SATURDAY = 1, 5


@dataclass
class Place:
    """One product at one plant; waiting: [rank, ready day, line, open qty], coming: (day, good qty, bought qty)."""

    product: int
    stock: float
    reorder_at: float
    order_up_to: float
    owed: int = 0
    waiting: list = field(default_factory=list)
    coming: list = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What is fixed beforehand: place, quantity, rank of each line, whether it may be split, and the lines by day."""

    place: np.ndarray
    qty: np.ndarray
    rank: np.ndarray
    partial: np.ndarray
    entered: dict
    ready: dict
    stopped: dict


@dataclass(frozen=True)
class Run:
    """shipped (line, day, qty), bought (place and what `supply.buy` says), on_hand (place x day), dead (by line)."""

    shipped: pd.DataFrame
    bought: pd.DataFrame
    on_hand: np.ndarray
    dead: np.ndarray


def by_day(days: np.ndarray) -> dict:
    """Line numbers by day."""
    found = defaultdict(list)
    for line, day in enumerate(days.tolist()):
        found[day].append(line)
    return found


def make_plan(seed: int, orders: Orders, goods: Assortment, segment: np.ndarray, cancel_day: np.ndarray) -> Plan:
    line = orders.line
    code = {name: k for k, name in enumerate(goods.product["product"])}
    pairs = zip(goods.stocked["product"], goods.stocked["site"], strict=True)
    index = {(code[product], site): k for k, (product, site) in enumerate(pairs)}
    return Plan(
        place=np.array([index[pair] for pair in zip(line["product"], line["site"], strict=True)], dtype=int),
        qty=line["qty"].to_numpy(),
        rank=np.array([PRIORITY[name] for name in segment]),
        partial=orders.order["partial_allowed"].to_numpy()[line["order"]],
        entered=by_day(orders.order["entered"].to_numpy()[line["order"]]),
        ready=by_day(supply.ready_days(seed, orders, segment)),
        stopped=by_day(cancel_day),
    )


def make_places(plan: Plan, goods: Assortment, days: int) -> list[Place]:
    """The stocked pairs with their opening stock and the levels at which the planner buys."""
    count, found = len(goods.stocked), []
    total = np.bincount(plan.place, plan.qty, count)
    typical = np.bincount(plan.place, plan.qty.astype(float) ** 2, count) / np.maximum(total, 1)
    for k, (rate, size) in enumerate(zip(total / days, typical, strict=True)):
        product = k % len(goods.product)
        if not rate:
            found.append(Place(product, LEFT_OVER if k == product else 0, 0, 0))
            continue
        spare = 0.0 if goods.product["supplier"].iat[product] == SLOW_SUPPLIER else 0.15 * size + 1
        reorder = rate * 0.3 * goods.product["lead_time"].iat[product] + spare
        found.append(Place(product, round(reorder + rate * REVIEW_DAYS * 0.5), reorder, reorder + rate * REVIEW_DAYS))
    return found


def receive(place: Place, day: int) -> None:
    place.stock += sum(good for due, good, _ in place.coming if due == day)
    place.coming = [item for item in place.coming if item[0] != day]


def serve(place: Place, day: int, partial: np.ndarray, shipped: list) -> None:
    """Ship what is ready from what there is, better rank first; a short line takes part of it if it may."""
    place.waiting.sort()
    left = []
    for rank, ready, line, qty in place.waiting:
        give = qty if place.stock >= qty else (int(place.stock) if partial[line] and place.stock >= 0.3 * qty else 0)
        if give > 0:
            place.stock -= give
            place.owed -= give
            shipped.append((line, day, give))
        if give < qty:
            left.append([rank, ready, line, qty - give])
    place.waiting = left


def review(random: np.random.Generator, goods: Assortment, place: Place, day: int) -> dict | None:
    """Buy when stock and what is coming, less what is owed, has fallen to the level."""
    position = place.stock + sum(item[2] for item in place.coming) - place.owed
    if position >= place.reorder_at:
        return None
    new = supply.buy(random, goods, place.product, int(np.ceil(place.order_up_to - position)), day)
    place.coming.append((new["received"], new["qty"] - new["rejected"], new["qty"]))
    return new


def run(
    seed: int, calendar: Calendar, orders: Orders, goods: Assortment, segment: np.ndarray, cancel_day: np.ndarray
) -> Run:
    """Every day orders come in or are cancelled, goods arrive and ready lines ship; on Tuesdays the planners buy."""
    random = rng(seed, "supply")
    plan = make_plan(seed, orders, goods, segment, cancel_day)
    days = calendar.end - calendar.start + 1
    places = make_places(plan, goods, days)
    dead, on_hand, shipped, bought = np.zeros(len(plan.qty), dtype=bool), np.zeros((len(places), days)), [], []
    started = set()
    for day in range(calendar.start, calendar.end + 1):
        for line in plan.entered.get(day, ()):
            places[plan.place[line]].owed += plan.qty[line]
        for line in plan.stopped.get(day, ()):
            if line not in started:
                dead[line] = True
                place = places[plan.place[line]]
                place.owed -= plan.qty[line]
                place.waiting = [item for item in place.waiting if item[2] != line]
        for line in plan.ready.get(day, ()):
            if not dead[line]:
                places[plan.place[line]].waiting.append([plan.rank[line], day, line, int(plan.qty[line])])
        weekday = (day + 3) % 7
        for k, place in enumerate(places):
            receive(place, day)
            if place.waiting and weekday < SATURDAY:
                before = len(shipped)
                serve(place, day, plan.partial, shipped)
                started.update(line for line, _, _ in shipped[before:])
            if weekday == TUESDAY and (new := review(random, goods, place, day)):
                bought.append({"place": k, **new})
        on_hand[:, day - calendar.start] = [place.stock for place in places]
    return Run(pd.DataFrame(shipped, columns=["line", "day", "qty"]), pd.DataFrame(bought), on_hand, dead)
