"""Deliveries: shipments of one order from one plant on one day, when they arrived, and whether that was proved."""

import numpy as np
import pandas as pd

from sample_data.orders import TRANSIT, Orders
from sample_data.settings import rng, workday


def make_deliveries(
    seed: int, orders: Orders, shipped: pd.DataFrame, incoterm: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """delivery (order, site, shipped, arrives, proved, incoterm, number) and delivery_line (delivery, line, qty).

    An ex-works delivery is the customer's at the ramp: it arrives the day it ships and needs no proof. `arrives` may
    lie after the last day (still on the road)."""
    random = rng(seed, "deliveries")
    rows = shipped.assign(
        order=orders.line["order"].to_numpy()[shipped["line"]], site=orders.line["site"].to_numpy()[shipped["line"]]
    )
    keys = ["day", "order", "site"]
    delivery = rows[keys].drop_duplicates().sort_values(keys, kind="stable").reset_index(drop=True)
    rows = rows.merge(delivery.reset_index(names="delivery"), on=keys)
    count = len(delivery)
    slip = random.choice([0, 1, 2, 4], count, p=[0.88, 0.08, 0.03, 0.01])
    delivery["incoterm"] = incoterm[delivery["order"]]
    ex_works = (delivery["incoterm"] == "EXW").to_numpy()
    travel = workday(delivery["day"] + delivery["site"].map(TRANSIT) + slip)
    delivery["arrives"] = np.where(ex_works, delivery["day"], travel)
    delivery["proved"] = ~ex_works & ~orders.order["no_proof"].to_numpy()[delivery["order"]]
    delivery["number"] = [f"{80002000 + k:010d}" for k in range(count)]
    lines = rows[["delivery", "line", "qty"]].sort_values(["delivery", "line"], kind="stable").reset_index(drop=True)
    return delivery.rename(columns={"day": "shipped"}), lines


def waiting_room(seed: int, orders: Orders, outcome: pd.DataFrame, cancelled: pd.DataFrame) -> pd.DataFrame:
    """Open lines (line, qty) whose delivery exists on the last day but has not left: there is no goods issue date."""
    left = orders.line["qty"] - outcome["sent"]
    left = left[(left > 0) & ~left.index.isin(cancelled["line"])]
    chosen = left[rng(seed, "picking").random(len(left)) < 0.10]
    return pd.DataFrame({"line": chosen.index, "qty": chosen.to_numpy()})


def held_stock(seed: int, orders: Orders, outcome: pd.DataFrame, cancelled: pd.DataFrame, end: int) -> pd.DataFrame:
    """Stock held for order lines (line, qty, since, until): until the goods left, -1 while they have not.

    Lines that were cancelled, left without proof or lie open for long had nothing held for them."""
    line, random = orders.line, rng(seed, "held")
    ordered = orders.order["ordered"].to_numpy()[line["order"]]
    left = (line["qty"] - outcome["sent"]).to_numpy()
    done = (outcome["completion"] >= 0).to_numpy()
    fit = ~line.index.isin(cancelled["line"]) & (orders.order["kind"] != "FD").to_numpy()[line["order"]]
    fit &= done | ((left > 0) & (ordered > end - 80))
    chosen = np.flatnonzero(fit & (random.random(len(line)) < np.where(done, 0.03, 0.3)))
    return pd.DataFrame(
        {
            "line": chosen,
            "qty": np.where(done, line["qty"], left)[chosen],
            "since": orders.order["entered"].to_numpy()[line["order"]][chosen],
            "until": np.where(done, outcome["completion_ship"], -1)[chosen],
        }
    )


def line_outcome(orders: Orders, delivery: pd.DataFrame, delivery_line: pd.DataFrame, end: int) -> pd.DataFrame:
    """What became of each line by the last day (index = line).

    Columns: sent and delivered quantity; completion, completion_ship and arrives (of all sent), -1 where not."""
    rows = delivery_line.join(delivery[["shipped", "arrives", "proved", "incoterm"]], on="delivery")
    rows["counts"] = (rows["proved"] | (rows["incoterm"] == "EXW")) & (rows["arrives"] <= end)
    done = rows[rows["counts"]].sort_values(["line", "arrives", "shipped"], kind="stable")
    done["so_far"] = done.groupby("line")["qty"].cumsum()
    qty = orders.line["qty"]
    full = done[done["so_far"].to_numpy() >= qty.to_numpy()[done["line"]]].groupby("line").first()
    found = pd.DataFrame(index=orders.line.index)
    found["sent"] = rows.groupby("line")["qty"].sum().reindex(found.index, fill_value=0)
    found["delivered"] = done.groupby("line")["qty"].sum().reindex(found.index, fill_value=0)
    found["completion"] = full["arrives"].reindex(found.index, fill_value=-1)
    found["completion_ship"] = full["shipped"].reindex(found.index, fill_value=-1)
    found["arrives"] = rows.groupby("line")["arrives"].max().reindex(found.index, fill_value=-1)
    return found
