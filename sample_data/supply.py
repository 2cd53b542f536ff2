"""What disturbs supply: lines that lie too long, customers who cancel, suppliers that come late."""

import numpy as np
import pandas as pd

from sample_data.orders import Orders
from sample_data.products import Assortment
from sample_data.settings import LAST_SEGMENT, REDATING_SITE, SLOW_SUPPLIER, rng, workday, workday_before


def extra_wait(seed: int, orders: Orders, segment: np.ndarray) -> np.ndarray:
    """Days a line lies before it is picked: long at the re-dating plant, long for the segment served last."""
    random, line = rng(seed, "waits"), orders.line
    wait = np.where(random.random(len(line)) < 0.05, random.integers(2, 9, len(line)), 0)
    last = (segment == LAST_SEGMENT) & (random.random(len(line)) < 0.40)
    wait = wait + np.where(last, random.integers(5, 16, len(line)), 0)
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
    day[(line["promise"] < 0) & (draw >= 0.042)] = -1  # what was never promised cannot be given up for being late
    by = np.select([draw < 0.030, draw < 0.042, draw < 0.10], ["customer", "us", "customer"], "")
    return pd.DataFrame({"day": np.where(day == promise, day - 1, day), "by": by})


def buy(random: np.random.Generator, goods: Assortment, product: int, qty: int, day: int) -> dict:
    """A purchase order line: the supplier confirms its lead time and keeps it, or not."""
    row = goods.product.iloc[product]
    confirmed = int(workday(day + row["lead_time"]))
    slow = row["supplier"] == SLOW_SUPPLIER
    late = random.gamma(3.0, 11.0) if slow and random.random() < 0.85 else random.choice([0, 0, 0, 0, 0, -1, 1, 3, 6])
    received = int(workday(max(day + 2, confirmed + int(late))))
    rejected = int(qty * random.uniform(0.02, 0.08)) if random.random() < (0.18 if slow else 0.05) else 0
    return {
        "supplier": row["supplier"],
        "ordered": day,
        "qty": qty,
        "confirmed": confirmed,
        "received": received,
        "rejected": rejected,
    }
