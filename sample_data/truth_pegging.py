"""The truth about open promises: what will not be there in time, and what it is worth.

Line by line and supply by supply, in plain loops: who is served first, what arrives by then, what is too late.
"""

import numpy as np
import pandas as pd

from sample_data.settings import PRIORITY
from sample_data.story import Company
from sample_data.truth_demand import held_by_line
from sample_data.truth_lines import demand_lines

ENOUGH = 10  # receipts of a supplier from which its own lateness is taken
LAST = 10**6


def least_covering(values, share: float) -> int:
    """The least whole number that covers so much of the values."""
    values = np.sort(np.asarray(values))
    return int(values[int(np.ceil(share * len(values))) - 1])


def on_the_way(told: Company) -> dict:
    """Days that half of the proved deliveries took, by plant and the country the customer's ERP record names."""
    trip = told.delivery[told.delivery["proved"] & (told.delivery["arrives"] <= told.calendar.end)]
    company = told.orders.order["company"].to_numpy()[trip["order"]]
    country = told.erp_country.reindex(company).to_numpy()
    days = (trip["arrives"] - trip["shipped"]).groupby([trip["site"].to_numpy(), country])
    return {lane: least_covering(part, 0.5) for lane, part in days}


def open_lines(told: Company) -> pd.DataFrame:
    """Open demand lines in the order in which they are served: left, need (day to leave), late, price, order, held."""
    lines, end = demand_lines(told), told.calendar.end
    line = told.orders.line.loc[lines.index]
    left = (line["qty"] - line["short"] - told.outcome["sent"].loc[lines.index]).where(lines["cancelled"] < 0, 0)
    rows = lines.assign(left=left, price=line["price"], no=line["line_no"])[left > 0]
    promise = rows["first"].where(rows["first"] >= 0, rows["requested"])
    company = rows["company"]
    way = on_the_way(told)
    lane = zip(rows["site"], told.erp_country.reindex(company), strict=True)
    rows["need"] = promise - [way.get(key, 0) for key in lane]
    rows["late"] = promise < end
    segment = told.company["segment"].to_numpy()[company]
    rows["rank"] = [PRIORITY[name] if name else LAST for name in segment]
    rows["serve"] = rows["current"].where(rows["current"] >= 0, rows["requested"])
    order = told.orders.order.loc[rows["order"]]
    rows["whole"] = ~order["partial_allowed"].to_numpy(dtype=bool)
    book = np.where(order["book"] == "sap", "sap", "generic")
    rows["id"] = [f"{b}/{n}/{k:06d}" for b, n, k in zip(book, order["number"], rows["no"], strict=True)]
    rows["held"] = held_by_line(told).reindex(rows.index, fill_value=0)
    rows["place"] = told.place_of(rows["product"], rows["site"])
    return rows.sort_values(["rank", "serve", "ordered", "id"], kind="stable")


def lateness(told: Company) -> dict:
    """Days late of the receipts of each supplier, against the first confirmed day (asked for where never confirmed)."""
    came = told.purchase[(told.purchase["book"] != "own") & (told.purchase["received"] <= told.calendar.end)]
    due = came["confirmed"].where((came["book"] == "sap") | (came["told"] >= 0), came["asked"])
    days = came["received"] - due
    # a receipt that was posted wrongly at first is there twice
    days = pd.concat([days, days[came["typo"]]])
    supplier = came["supplier"].reindex(days.index)
    return {"": days.to_numpy(), **{name: part.to_numpy() for name, part in days.groupby(supplier)}}


def arrival(told: Company, row, late: dict) -> int:
    """The day an open purchase or production order is expected."""
    end = told.calendar.end
    if row.book == "own":
        return int(row.current) if row.current >= end else end + 1
    pool = late[row.supplier] if len(late.get(row.supplier, ())) >= ENOUGH else late[""]
    confirmed = row.book == "sap" or row.told >= 0
    stated = int(row.current if confirmed else row.asked)
    expected = stated if confirmed else stated + max(least_covering(pool, 0.5), 0)
    if expected >= end:
        return expected
    longer = pool[pool > end - stated]
    return max(stated + least_covering(longer, 0.5) if len(longer) else end + 1, end + 1)


def supplies(told: Company) -> dict:
    """By place: [arrival, quantity] of everything free, stock first with day -1."""
    end, late = told.calendar.end, lateness(told)
    now = told.stock[told.stock["day"] == end].reset_index(drop=True)
    found = {place: [[-1, float(free)]] for place, free in enumerate(now["free"].clip(lower=0))}
    for row in told.purchase[(told.purchase["ordered"] <= end) & (told.purchase["received"] > end)].itertuples():
        found[row.place].append([arrival(told, row, late), float(row.qty)])
    return found


def peg(rows: pd.DataFrame, supply: dict) -> pd.DataFrame:
    """The lines with what is not there in time (short) and the day all of it is there (ready, LAST if never)."""
    short, ready = {}, {}
    for row in rows.itertuples():
        stock = supply[row.place][0]
        taken = min(row.held, stock[1], row.left)
        stock[1] -= taken
        short[row.Index], ready[row.Index] = row.left - taken, -1
    for row in rows.itertuples():
        want, slow = short[row.Index], 0.0
        by_day = sorted(supply[row.place], key=lambda item: item[0])
        in_time = [item for item in by_day if item[0] <= max(row.need, -1) or item[0] == -1]
        for item in in_time[::-1] + [item for item in by_day if item[0] > row.need and item[0] != -1]:
            give = min(want, item[1])
            if give > 0:
                item[1] -= give
                want -= give
                ready[row.Index] = max(ready[row.Index], item[0])
                slow += give if item[0] > row.need and item[0] != -1 else 0.0
        short[row.Index] = want + slow
        if want > 0:
            ready[row.Index] = LAST
    found = rows.assign(short=pd.Series(short), ready=pd.Series(ready))
    worst = found.groupby("order")["ready"].transform("max")
    waits = found["whole"] & (worst > found["need"]) & (worst >= 0)
    return found.assign(short=found["short"].where(~waits, found["left"]))


def exceptions(told: Company) -> dict:
    """Revenue at risk, the value and the lines it touches, and the value of what is late already."""
    rows = peg(open_lines(told), supplies(told))
    risk = rows[(rows["short"] > 0) & ~rows["late"]]
    late = rows[rows["late"]]
    value = risk["short"] * risk["price"]
    return {
        "revenue_at_risk": round(float(value.sum()), 2),
        "by_segment": {str(name): round(float(part), 2) for name, part in value.groupby(risk["segment"]).sum().items()},
        "value_touched": round(float((risk["left"] * risk["price"]).sum()), 2),
        "lines": int(len(risk)),
        "customers": int(risk["company"].nunique()),
        "late_value": round(float((late["left"] * late["price"]).sum()), 2),
    }
