"""Promises over time: who moved a date, when, and whether the customer was told before the old one passed."""

import numpy as np
import pandas as pd

from sample_data.orders import Orders
from sample_data.settings import REDATING_SITE, rng, workday

NEVER = 10**6


def needed_day(orders: Orders, arrives: np.ndarray, complete: np.ndarray, cancelled: np.ndarray) -> np.ndarray:
    """The day each promised line is really done with: arrival, cancellation, or not within the data."""
    done = np.where(complete, arrives, NEVER)
    return np.where(cancelled >= 0, np.minimum(done, cancelled), done)


def seen(exports: np.ndarray, day: int) -> int:
    """The first export on or after a day: a later change is a difference that two exports can show."""
    place = np.searchsorted(exports, day)
    return int(exports[place]) if place < len(exports) else NEVER


def re_date(random, first: int, entered: int, done: int, exports: np.ndarray, end: int) -> list[tuple[int, int]]:
    """The re-dating planner: whenever a date is about to pass, it becomes a later one, so the last one holds."""
    moves, promise, free_from = [], first, seen(exports, entered) + 1
    while done > promise:
        day = max(int(workday(promise - 2)), free_from)
        if day > min(end, promise + 20) or day >= done:
            break
        promise = int(workday(max(promise, day) + random.integers(8, 19)))
        moves.append((day, promise))
        free_from = seen(exports, day) + 1
    return moves


def honest_move(random, first: int, entered: int, done: int, exports: np.ndarray, end: int) -> list[tuple[int, int]]:
    """One correction by an honest planner: near the truth, not always right."""
    day = max(int(workday(first - random.integers(1, 8))), seen(exports, entered) + 1)
    target = min(done, end + 12) + int(random.integers(-3, 6))
    new = int(workday(max(first + 1, target)))
    return [(day, new)] if day <= end and day < done else []


def nervous_move(random, first: int, entered: int, done: int, exports: np.ndarray) -> list[tuple[int, int]]:
    """A date put off out of fear, though the goods then came in time."""
    day = max(int(workday(first - random.integers(4, 10))), seen(exports, entered) + 1)
    return [(day, int(workday(first + random.integers(3, 10))))] if day < min(done, first) else []


def make_promises(seed: int, orders: Orders, done: np.ndarray, exports: list[int], end: int) -> pd.DataFrame:
    """All promises (line, seq, day set, promise); seq 0 is the first, set when the order was entered."""
    random, line = rng(seed, "moves"), orders.line
    entered = orders.order["entered"].to_numpy()[line["order"]]
    exports = np.array(exports)
    rows = []
    for k, (first, site, start) in enumerate(zip(line["promise"], line["site"], entered, strict=True)):
        if first < 0:
            continue
        rows.append((k, 0, int(start), int(first)))
        late = done[k] > first
        moves = []
        if late and site == REDATING_SITE:
            moves = re_date(random, int(first), int(start), int(done[k]), exports, end)
        elif late and random.random() < 0.35:
            moves = honest_move(random, int(first), int(start), int(done[k]), exports, end)
        elif not late and random.random() < 0.04:
            moves = nervous_move(random, int(first), int(start), int(done[k]), exports)
        rows.extend((k, seq, day, promise) for seq, (day, promise) in enumerate(moves, start=1))
    return pd.DataFrame(rows, columns=["line", "seq", "day", "promise"])


def make_notices(seed: int, orders: Orders, promise: pd.DataFrame, done: np.ndarray, end: int) -> pd.DataFrame:
    """Notifications (order, line or -1, day, kind): a confirmation of most orders; delays to those that are told.

    An order is told of every delay in time or of none: `told` is drawn per order, seldom at the re-dating plant."""
    random = rng(seed, "notices")
    order, line = orders.order, orders.line
    confirmed = order.index[random.random(len(order)) < 0.6]
    rows = [pd.DataFrame({"order": confirmed, "line": -1, "day": order["entered"][confirmed], "kind": "confirmation"})]
    evasive = (
        line.groupby("order")["site"]
        .agg(lambda sites: (sites == REDATING_SITE).any())
        .reindex(order.index, fill_value=False)
    )
    told = random.random(len(order)) < np.where(evasive, 0.12, 0.55)
    old = promise.groupby("line")["promise"].shift(1)
    moved = promise[old.notna() & told[line["order"].to_numpy()[promise["line"]]]].assign(old=old)
    moved = moved[moved["day"] < moved["old"]]
    moved = moved[moved["line"].isin(moved.loc[moved["seq"] == 1, "line"])]
    rows.append(
        pd.DataFrame(
            {
                "order": line["order"].to_numpy()[moved["line"]],
                "line": moved["line"],
                "day": moved["day"],
                "kind": "promise_change",
            }
        )
    )
    last = promise.groupby("line")["promise"].last()
    first = promise.groupby("line")["promise"].first()
    still = [k for k in last.index if done[k] > last[k] and last[k] == first[k] and told[line["order"].iat[k]]]
    day = np.minimum(workday(first[still].to_numpy() - 3), first[still].to_numpy() - 1)
    delay = pd.DataFrame({"order": line["order"].to_numpy()[still], "line": still, "day": day, "kind": "delay_notice"})
    rows.append(delay[(delay["day"] <= end) & (delay["day"] > order["entered"].to_numpy()[delay["order"]])])
    return (
        pd.concat(rows, ignore_index=True).sort_values(["day", "order", "line"], kind="stable").reset_index(drop=True)
    )
