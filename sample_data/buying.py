"""Purchases in full: in which book they stand, what was asked, confirmed, moved, changed and paid.

Plant 3000 buys through a portal that keeps its own lists; some controls of plant 1000 are assembled there, so their
receipts are production orders. All others are SAP purchase orders.
"""

import numpy as np
import pandas as pd

from sample_data.orders import Orders
from sample_data.products import OF_FAMILY, SLOW_FAMILY, Assortment
from sample_data.settings import SITES, SLOPPY_SUPPLIER, rng, workday, workday_before

PORTAL_SITE, MAKING_SITE, MADE_FAMILY = "3000", "1000", "Controls"
NEW_CONTRACT = np.datetime64("2025-07-01", "D").astype(int)
SHARE_ANSWERED = 0.9


def is_made(goods: Assortment) -> pd.Series:
    """Whether each product is assembled at the making plant (by place of the product)."""
    turn = goods.product.groupby("family").cumcount()
    return (goods.product["family"] == MADE_FAMILY) & (turn % 2 == 0)


def books(goods: Assortment, bought: pd.DataFrame) -> np.ndarray:
    """sap, portal or own (made) of each purchase."""
    made = bought["product"].isin(goods.product.loc[is_made(goods), "product"]) & (bought["site"] == MAKING_SITE)
    return np.select([made, bought["site"] == PORTAL_SITE], ["own", "portal"], "sap")


def second_source(goods: Assortment, bought: pd.DataFrame) -> pd.Series:
    """The supplier, every fifth time the other one of the family; motors have one."""
    family = goods.product.set_index("product")["family"].reindex(bought["product"]).to_numpy()
    other = {name: dict(zip(group, group[::-1], strict=True)) for name, group in OF_FAMILY.items() if len(group) == 2}
    turn = bought.groupby("product").cumcount().to_numpy()
    swapped = [
        other[name][supplier] if name != SLOW_FAMILY and k % 5 == 4 else supplier
        for name, supplier, k in zip(family, bought["supplier"], turn, strict=True)
    ]
    return pd.Series(swapped, index=bought.index)


def contracts(goods: Assortment) -> pd.DataFrame:
    """Agreed prices (product, supplier, since, until or -1, price, days): anew in July 2025; every seventh has none."""
    rows = []
    for k, row in enumerate(goods.product.itertuples()):
        for supplier in dict.fromkeys((row.supplier, *OF_FAMILY[row.family])):
            if k % 7 == 6 or (row.family == SLOW_FAMILY and supplier != row.supplier):
                continue
            main = supplier == row.supplier
            price = row.cost * (1.01 if main else 1.03)
            day = np.datetime64("2023-01-01", "D").astype(int)
            rows.append((row.product, supplier, day, NEW_CONTRACT, round(price, 2), row.lead_time, main))
            rows.append((row.product, supplier, NEW_CONTRACT, -1, round(price * 1.03, 2), row.lead_time, main))
    columns = ["product", "supplier", "since", "until", "price", "days", "main"]
    return pd.DataFrame(rows, columns=columns)


def prices(goods: Assortment, bought: pd.DataFrame) -> np.ndarray:
    """What one unit cost in each purchase: up to three per cent above the standard cost, more since new contracts."""
    cost = goods.product.set_index("product")["cost"].reindex(bought["product"]).to_numpy()
    step = bought.groupby(["ordered", "supplier"]).ngroup().to_numpy() % 4
    return np.round(cost * (1 + 0.01 * step) * np.where(bought["ordered"] >= NEW_CONTRACT, 1.03, 1.0), 2)


def purchase_orders(seed: int, goods: Assortment, bought: pd.DataFrame, end: int) -> pd.DataFrame:
    """Purchase lines with their numbers, one order per book, supplier and day, and every day of their lives.

    asked, told (acknowledged, -1 never), confirmed (first), current (last confirmed), moved (day it was put off, -1),
    returned (rejects went back, -1), replaced (units rejected and replaced on the same day), typo (posted wrongly and
    reversed the same day)."""
    random = rng(seed, "buying")
    frame = bought.assign(book=books(goods, bought), supplier=second_source(goods, bought))
    frame = frame.sort_values(["ordered", "supplier", "place"], kind="stable").reset_index(drop=True)
    head = frame.groupby(["book", "ordered", "supplier"]).ngroup()
    start = {"sap": 4500000200, "portal": 700100, "own": 1000300}
    frame["ebeln"] = [f"{'P' if b == 'portal' else ''}{start[b] + k}" for b, k in zip(frame["book"], head, strict=True)]
    frame.loc[frame["book"] == "own", "ebeln"] = [f"{1000300 + k:012d}" for k in range((frame["book"] == "own").sum())]
    frame["ebelp"] = [f"{10 + 10 * k:05d}" for k in frame.groupby(head).cumcount()]
    frame["price"] = prices(goods, frame)
    count = len(frame)
    early = random.choice([0, 0, 0, 2, 4], count)
    frame["asked"] = np.where(frame["book"] == "portal", workday_before(frame["confirmed"] - early), frame["confirmed"])
    told = workday(frame["ordered"] + random.integers(1, 6, count))
    frame["told"] = np.where((random.random(count) < 0.06) | (told > end) | (frame["book"] == "own"), -1, told)
    late = (frame["received"] > frame["confirmed"] + 5).to_numpy()
    moved = np.maximum(frame["ordered"] + 1, frame["confirmed"] - 3)
    frame["moved"] = np.where(late & (moved <= end), moved, -1)
    frame["current"] = np.where(frame["moved"] >= 0, workday_before(frame["received"] - 2), frame["confirmed"])
    month = frame["received"].to_numpy().astype("datetime64[D]").astype("datetime64[M]")
    back = np.minimum(frame["received"] + 3, (month + 1).astype("datetime64[D]").astype(int) - 1)
    frame["returned"] = np.where((frame["rejected"] > 0) & (frame["received"] <= end), np.minimum(back, end), -1)
    sloppy = (frame["supplier"] == SLOPPY_SUPPLIER) & (frame["book"] == "portal")
    again = sloppy & (sloppy.groupby(sloppy).cumcount() % 3 == 0)
    frame["replaced"] = np.where(again, np.ceil(frame["qty"] * 0.08), 0).astype(int)
    frame["typo"] = (random.random(count) < 0.02) & (frame["book"] == "sap").to_numpy() & (frame["qty"] > 2).to_numpy()
    return frame


def answer(seed: int, purchase: pd.DataFrame, orders: Orders, change: pd.DataFrame, goods: Assortment, end: int):
    """The purchases with the change of quantity each took in answer to a customer's: changed (day or -1), qty_before.

    What a purchase line says today is what it became. One changes once at most."""
    random = rng(seed, "answers")
    wish = change[(change["by"] == "customer") & change["kind"].isin(["qty_up", "qty_down", "cancel"])]
    place = {key: k for k, key in enumerate(zip(goods.stocked["product"], goods.stocked["site"], strict=True))}
    line = orders.line.loc[wish["line"]]
    at = [place[key] for key in zip(goods.product["product"].to_numpy()[line["product"]], line["site"], strict=True)]
    changed, before = np.full(len(purchase), -1), purchase["qty"].to_numpy().copy()
    taken = random.random(len(wish)) < SHARE_ANSWERED
    day = workday(wish["recorded"].to_numpy() + random.integers(1, 7, len(wish)))
    by_place = purchase.groupby("place").indices
    ordered, received, qty = (purchase[name].to_numpy() for name in ("ordered", "received", "qty"))
    for k in np.flatnonzero(taken & (day <= end)):
        rows = by_place.get(at[k], np.array([], dtype=int))
        rows = rows[(ordered[rows] < day[k]) & (received[rows] > day[k]) & (changed[rows] < 0)]
        delta = int(wish["qty"].iat[k])
        if len(rows) and (delta < 0 or qty[rows[0]] > delta):
            changed[rows[0]], before[rows[0]] = day[k], qty[rows[0]] - delta
    return purchase.assign(changed=changed, qty_before=before)


def compliance(goods: Assortment, end: int) -> pd.DataFrame:
    """Papers suppliers must hold (supplier, kind, since, until or -1): one has run out, one was never handed in."""
    rows = []
    for k, supplier in enumerate(goods.supplier["supplier"]):
        rows.append((supplier, "ISO 9001", end - 900 + 20 * k, end - 40 if k == 4 else end + 195 + 20 * k))
        if k != 6:
            rows.append((supplier, "REACH declaration", end - 400 + 10 * k, -1))
    return pd.DataFrame(rows, columns=["supplier", "kind", "since", "until"])


def never_handed_in(goods: Assortment) -> str:
    """The supplier whose declaration is missing."""
    return str(goods.supplier["supplier"].iat[6])


assert PORTAL_SITE in SITES and MAKING_SITE in SITES
