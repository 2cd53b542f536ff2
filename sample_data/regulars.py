"""Customers who order the same kits on a fixed rhythm, one of whom has stopped, and one who changed segment.

Their goods are received and sent on the same day, so that no other customer's delivery depends on them.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from sample_data.orders import Orders
from sample_data.products import Assortment
from sample_data.settings import PLANNER, Calendar, Size, day_number, workday, workday_before

SITE, TRANSIT_DAYS = "1000", 2
CHANGED_SEGMENT = day_number("2025-11-01")
# name, form, VAT, segment, segment before, days between orders, first day after the start, last order on or before
CUSTOMERS = (
    ("Molkerei Allgäublick", "GmbH", "DE811900017", "Enterprise", "", 28, 20, "2026-04-30"),
    ("Papierfabrik Weserau", "AG", "DE811900025", "Enterprise", "Midmarket", 35, 12, "2026-04-30"),
    ("Zuckerwerk Elbaue", "KG", "DE811900033", "SMB", "", 30, 33, "2026-01-26"),
    ("Brauhaus Neckartal", "GmbH", "DE811900041", "SMB", "", 42, 40, "2026-04-30"),
)
SHORT = {0: 5, 3: 4}  # of these customers one order was closed by us with so many units still missing
LARGE_QTY, LARGE_ON, LARGE_LEFT = 250, day_number("2025-11-28"), day_number("2026-02-10")
SHORT_TURN = {"demo": 7, "small": 3}  # counted from the last


def companies(size: Size) -> pd.DataFrame:
    """The regular customers as rows of the company table; the small company has the first three."""
    known = CUSTOMERS if size.name == "demo" else CUSTOMERS[:3]
    frame = pd.DataFrame(known, columns=["name", "form", "vat", "segment", "before", "every", "after", "until"])
    frame["style"] = 13 + 6 * frame.index
    return frame.assign(country="DE", join="erp_number", incoterm="DAP", site=SITE)


def rhythm(row, calendar: Calendar, size: Size) -> np.ndarray:
    """The days on which one of them orders."""
    every = row.every if size.name == "demo" else 2 * row.every
    days = np.arange(calendar.start + row.after, min(calendar.end, day_number(row.until)) + 1, every)
    return workday_before(days)


def make_orders(customers: pd.DataFrame, first: int, calendar: Calendar, size: Size, goods: Assortment) -> tuple:
    """(order, line) of all of them: one kit a time, promised for a fortnight later; `first` is the first company."""
    kit = int(np.flatnonzero(goods.product["family"] == "Service kits")[0])
    price = round(float(goods.product["price"].iat[kit]) * 0.95, 2)
    orders, lines = [], []
    for k, regular in enumerate(customers.itertuples()):
        days = rhythm(regular, calendar, size)
        for turn, day in enumerate(days.tolist()):
            number = f"D{400100 + 1000 * k + turn}"
            orders.append({"company": first + k, "ordered": day, "entered": day, "number": number, "clerk": 1 + k})
            short = SHORT.get(k, 0) if turn == len(days) - SHORT_TURN[size.name] else 0
            promise = int(workday(day + 14))
            row = {"large": 0, "product": kit, "qty": 3 + (turn * 5 + k) % 4 + short, "price": price}
            lines.append({**row, "promise": promise, "short": short, "asked": promise})
            if k == 0 and day <= LARGE_ON < day + (days[1] - days[0]):
                orders.append({**orders[-1], "number": f"D{400900}"})
                lines.append(
                    {**row, "qty": LARGE_QTY, "promise": LARGE_LEFT + 3, "short": 0, "asked": day + 7, "large": 1}
                )
    order = pd.DataFrame(orders).assign(opp=-1, kind="OR", unpromised=False, no_proof=False, partial_allowed=True)
    line = pd.DataFrame(lines).assign(order=range(len(lines)), site=SITE, planner=PLANNER[SITE], line_no=10)
    line["net"] = np.round(line["qty"] * line["price"], 2)
    line = line.rename(columns={"asked": "requested"}).assign(transit=TRANSIT_DAYS)
    return order.assign(channel="10", book="desk"), line


def deliveries(order: pd.DataFrame, line: pd.DataFrame, end: int) -> tuple:
    """(delivery, delivery_line): each left three days before its promise and was signed for two days later."""
    shipped = workday_before(line["promise"].to_numpy() - 3)
    gone = np.flatnonzero(shipped <= end)
    delivery = pd.DataFrame({"shipped": shipped[gone], "order": line["order"].to_numpy()[gone], "site": SITE})
    delivery["incoterm"], delivery["proved"] = "DAP", True
    delivery["arrives"] = workday(delivery["shipped"] + TRANSIT_DAYS)
    delivery["number"] = [f"D{800100 + k}" for k in range(len(delivery))]
    rows = pd.DataFrame(
        {"delivery": range(len(delivery)), "line": gone, "qty": (line["qty"] - line["short"]).to_numpy()[gone]}
    )
    return delivery, rows


def purchases(line: pd.DataFrame, goods: Assortment, end: int) -> pd.DataFrame:
    """What is bought for them: received on the day it is sent on."""
    received = workday_before(line["promise"].to_numpy() - 3)
    product = int(line["product"].iat[0])
    stocked = goods.stocked
    code = goods.product["product"].iat[product]
    place = int(np.flatnonzero((stocked["product"] == code) & (stocked["site"] == SITE))[0])
    frame = pd.DataFrame({"qty": line["qty"] - line["short"]})
    frame = frame.assign(place=place, supplier=goods.product["supplier"].iat[product])
    frame["ordered"], frame["confirmed"], frame["received"] = workday_before(received - 9), received, received
    frame = frame.assign(rejected=0, product=code, site=SITE)
    return frame[frame["ordered"] <= end].reset_index(drop=True)


def out_of_turn(line: pd.DataFrame, order: pd.DataFrame) -> np.ndarray:
    """The line of the third customer that left, with approval, while the first one's large order waited."""
    left = workday_before(line["promise"] - 3)
    third = (order["company"] == order["company"].min() + 2).to_numpy()[line["order"]]
    large = line[line["large"] == 1].iloc[0]
    passed = third & (left > large["requested"]) & (left < LARGE_LEFT)
    return np.flatnonzero(passed)[:1]


def joined(base: pd.DataFrame, more: pd.DataFrame, **shifted: int) -> pd.DataFrame:
    """Both tables one below the other, the numbers in the named columns of the second moved up."""
    moved = more.assign(**{name: more[name] + by for name, by in shifted.items()})
    return pd.concat([base, moved], ignore_index=True)


def add(base_orders: Orders, order: pd.DataFrame, line: pd.DataFrame) -> Orders:
    """Orders with these behind them."""
    lines = joined(base_orders.line.assign(short=0, large=0), line, order=len(base_orders.order))
    return replace(base_orders, order=joined(base_orders.order, order), line=lines)
