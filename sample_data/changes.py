"""What changed about orders after their entry: quantities, prices, cancellations taken back; and what was held, why."""

import numpy as np
import pandas as pd

from sample_data.orders import Orders
from sample_data.settings import rng, workday

REASONS = ("credit", "technical clarification", "export control")
SHARES = (("qty_up", 0.05), ("qty_down", 0.035), ("reprice", 0.012), ("reopen", 0.008))
REASON_OF = {
    "qty_up": "needs more",
    "qty_down": "needs less",
    "reprice": "price agreed anew",
    "cancel": "cancelled",
    "reopen": "cancellation taken back",
    "short_close": "rest not to be had",
}


def free_days(orders: Orders, delivery: pd.DataFrame, rows: pd.DataFrame, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each line the first and the last day between its entry and its first shipment (or the end)."""
    left = rows.assign(day=delivery["shipped"].to_numpy()[rows["delivery"]]).groupby("line")["day"].min()
    first_left = left.reindex(orders.line.index, fill_value=end + 1).to_numpy()
    entered = orders.order["entered"].to_numpy()[orders.line["order"]]
    return entered + 1, first_left - 1


def make_changes(seed: int, orders: Orders, cancelled: pd.DataFrame, free: tuple, end: int) -> pd.DataFrame:
    """Changes (line, day, recorded, kind, qty, value, by) in the order of line and day; less is negative.

    What a line says today is what it became: the changes tell what it was before. They happened before it shipped."""
    random, line = rng(seed, "changes"), orders.line
    first, last = free
    fit = (last - first >= 3) & ~line.index.isin(cancelled["line"]) & (line["short"] == 0).to_numpy()
    fit &= (orders.order["kind"] != "FD").to_numpy()[line["order"]]
    draw, size = random.random(len(line)), random.random(len(line))
    day = first + (random.random(len(line)) * np.maximum(last - first - 2, 1)).astype(int)
    slow = np.where(random.random(len(line)) < 0.3, random.integers(1, 4, len(line)), 0)
    qty, price = line["qty"].to_numpy(), line["price"].to_numpy()
    up = np.minimum(np.maximum(1, (qty * 0.5 * size).astype(int)), qty - 1)
    down = 1 + (qty * 0.6 * size).astype(int)
    value = np.round(line["net"].to_numpy() * (size - 0.5) * 0.1, 2)
    frames, floor = [], 0.0
    for kind, share in SHARES:
        chosen = np.flatnonzero(fit & (draw >= floor) & (draw < floor + share) & ((kind != "qty_up") | (qty > 1)))
        floor += share
        delta = {"qty_up": up, "qty_down": -down, "reprice": np.zeros_like(qty), "reopen": qty}[kind][chosen]
        money = value[chosen] if kind == "reprice" else np.round(delta * price[chosen], 2)
        told = {"line": chosen, "day": day[chosen], "kind": kind, "qty": delta, "value": money, "by": "customer"}
        told["recorded"] = np.minimum(day[chosen] + slow[chosen], np.minimum(last[chosen], end))
        frames.append(pd.DataFrame(told).assign(by="us" if kind == "reprice" else "customer"))
        if kind == "reopen":
            frames.append(taken_back(frames.pop(), last[chosen], end))
    frames += [cancels(orders, cancelled), short_closes(orders)]
    return pd.concat(frames, ignore_index=True).sort_values(["line", "day", "kind"], kind="stable", ignore_index=True)


def taken_back(reopened: pd.DataFrame, last: np.ndarray, end: int) -> pd.DataFrame:
    """A cancellation and, two days later or more, its reopening."""
    before = reopened.assign(kind="cancel", qty=-reopened["qty"], value=-reopened["value"], recorded=reopened["day"])
    later = np.minimum(reopened["day"] + 2, np.minimum(last, end))
    return pd.concat([before, reopened.assign(day=later, recorded=later)])


def cancels(orders: Orders, cancelled: pd.DataFrame) -> pd.DataFrame:
    """The cancellations that stood."""
    line = orders.line.loc[cancelled["line"]]
    told = {"line": cancelled["line"], "day": cancelled["day"], "recorded": cancelled["day"], "kind": "cancel"}
    money = -np.round(line["qty"] * line["price"], 2)
    return pd.DataFrame({**told, "qty": -line["qty"].to_numpy(), "value": money.to_numpy(), "by": cancelled["by"]})


def short_closes(orders: Orders) -> pd.DataFrame:
    """Lines whose rest we closed six days after it was due, the other part having left."""
    line = orders.line[orders.line["short"] > 0]
    day = line["promise"] + 6
    told = {"line": line.index, "day": day, "recorded": day, "kind": "short_close", "qty": -line["short"]}
    return pd.DataFrame({**told, "value": -np.round(line["short"] * line["price"], 2), "by": "us"})


def make_holds(seed: int, orders: Orders, cancelled: pd.DataFrame, free: tuple, outcome: pd.DataFrame, end: int):
    """Holds (line, since, until or -1, reason): lifted before the line left; some open lines are still held."""
    random, line = rng(seed, "holds"), orders.line
    first, last = free
    waits = (outcome["sent"] < line["qty"]).to_numpy() & ~line.index.isin(cancelled["line"])
    still = waits & (last >= end) & (random.random(len(line)) < 0.12)
    past = ~still & (last - first >= 4) & (random.random(len(line)) < 0.03)
    since = np.where(still, np.maximum(first, end - 12), first)
    until = np.where(still, -1, np.minimum(first + 2 + random.integers(0, 8, len(line)), last))
    reason = np.array(REASONS)[random.choice(len(REASONS), len(line), p=[0.6, 0.3, 0.1])]
    found = pd.DataFrame({"line": line.index, "since": since, "until": until, "reason": reason})
    return found[(still | past) & ~line.index.isin(cancelled["line"])].reset_index(drop=True)


def overtakers(orders: Orders, rank: np.ndarray, outcome: pd.DataFrame, end: int) -> np.ndarray:
    """Every third rush line that left while a better-ranked customer's line waited for the same product at the plant.

    Serving them out of turn had been approved."""
    line = orders.line
    entered = orders.order["entered"].to_numpy()[line["order"]]
    done = np.where(outcome["completion_ship"] >= 0, outcome["completion_ship"], end + 1)
    rush = np.flatnonzero((orders.order["kind"] == "SO").to_numpy()[line["order"]] & (done <= end))
    place = line["product"].to_numpy() * 10 + line["site"].str[0].astype(int).to_numpy()
    found = [
        k
        for k in rush
        if ((place == place[k]) & (rank < rank[k]) & (workday(entered + 2) <= done[k]) & (done > done[k])).any()
    ]
    return np.array(found[::3] if found else rush[:1], dtype=int)
