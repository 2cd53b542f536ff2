"""The truth about answers: how soon supply follows what a customer changed."""

import numpy as np
import pandas as pd

from sample_data.export_plant import EXPIRED, batch
from sample_data.settings import SITES, day_number
from sample_data.story import Company
from sample_data.truth_delivery import kaplan_meier_median, share
from sample_data.truth_lines import demand_lines, period
from sample_data.truth_pegging import LAST

WINDOW, SOON, COUNT_HOLDS = 60, 7, 35


def wishes(told: Company) -> pd.DataFrame:
    """What customers wanted otherwise, netted by line and day written down (line, day, qty, place)."""
    change = told.change[told.change["kind"].isin(["qty_up", "qty_down", "cancel"])]
    change = change[change["line"].isin(demand_lines(told).index)]
    net = change.groupby(["line", "recorded"], as_index=False)["qty"].sum().rename(columns={"recorded": "day"})
    line = told.orders.line.loc[net["line"]]
    return net.assign(place=told.place_of(line["product"], line["site"]))[net["qty"] != 0]


def answers(told: Company) -> pd.DataFrame:
    """Our own changes of supply (place, day, up): ordered or planned, enlarged, cut, put off by our own plant."""
    bought, end = told.purchase, told.calendar.end
    more = bought[bought["changed"] >= 0]
    later = bought[(bought["book"] == "own") & (bought["moved"] >= 0)]
    frames = [
        pd.DataFrame({"place": bought["place"], "day": bought["ordered"], "up": True}),
        pd.DataFrame({"place": more["place"], "day": more["changed"], "up": more["qty"] > more["qty_before"]}),
        pd.DataFrame({"place": later["place"], "day": later["moved"], "up": False}),
    ]
    found = pd.concat(frames, ignore_index=True)
    return found[found["day"] <= end]


def usable(told: Company) -> pd.DataFrame:
    """Units free to use by counting day and place: what lies there and has not expired."""
    count = told.stock
    stocked = told.goods.stocked
    place = {pair: k for k, pair in enumerate(zip(stocked["product"], stocked["site"], strict=True))}
    at = [place[pair] for pair in zip(count["product"], count["site"], strict=True)]
    found = count["free"].clip(lower=0).groupby([count["day"], pd.Series(at, index=count.index)]).sum().unstack()
    fresh = batch(told)
    fresh = fresh[fresh["day"] < day_number(EXPIRED[0])]
    if len(fresh):
        found.loc[fresh["day"], place[fresh["product"].iat[0], SITES[0]]] += EXPIRED[1]
    return found


def latency(told: Company) -> dict:
    """Days from a change to the first answer in its direction at its place, of changes written down in the period."""
    start, end = period(told)
    wish, answer, free = wishes(told), answers(told), usable(told)
    bought = told.purchase
    days, was_answered, lag = [], [], []
    counts = free.index.to_numpy()
    for row in wish[(wish["day"] >= start) & (wish["day"] <= end)].itertuples():
        last = counts[counts <= row.day].max()
        if row.qty > 0 and row.day - last <= COUNT_HOLDS and free.at[last, row.place] >= row.qty:
            continue
        there = bought[bought["place"] == row.place]
        if row.qty < 0 and not ((there["ordered"] <= row.day) & (there["received"] >= row.day)).any():
            continue
        later = answer[(answer["place"] == row.place) & (answer["up"] == (row.qty > 0)) & (answer["day"] >= row.day)]
        wait = later["day"].min() - row.day if len(later) else LAST
        limit = min(end - row.day, WINDOW)
        was_answered.append(wait <= limit)
        days.append(min(wait, limit))
        lag.append(end - row.day >= SOON)
    days, was_answered, old = np.array(days), np.array(was_answered), np.array(lag)
    return {
        "km_median": kaplan_meier_median(days, was_answered),
        "changes": len(days),
        "answered": int(was_answered.sum()),
        "answered_share": share(pd.Series((was_answered & (days <= SOON))[old])),
    }
