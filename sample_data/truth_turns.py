"""The truth about turns: when customers wanted the same stock, who was served before whom."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sample_data.export_desk import erp_priority
from sample_data.export_plant import moved
from sample_data.settings import PRIORITY
from sample_data.story import Company
from sample_data.truth_changes import usable
from sample_data.truth_delivery import share
from sample_data.truth_lines import UNSEGMENTED, demand_lines, period, segments
from sample_data.truth_pegging import LAST


def ranks(told: Company, company, day) -> np.ndarray:
    """The rank of each company on each day; without a segment the last."""
    names = segments(told, company, day)
    return np.array([LAST if name == UNSEGMENTED else PRIORITY[name] for name in names])


def stock_left(told: Company) -> dict:
    """By place a function of days: units left at their end, the last count and what moved since, never below zero."""
    free, move = usable(told), moved(told)
    by_pair = {pair: rows.groupby("day")["qty"].sum() for pair, rows in move.groupby(["product", "site"])}
    found = {}
    for place, pair in enumerate(told.goods.stocked.itertuples(index=False, name=None)):
        step = by_pair.get(pair, pd.Series({0: 0}))
        found[place] = (free.index.to_numpy(), free[place].to_numpy(), step.index.to_numpy(), step.cumsum().to_numpy())
    return found


def left_on(known: tuple, day: int) -> float:
    """Units left at the end of a day; all that ever moved where nothing was counted yet."""
    counts, free, days, total = known
    last = np.searchsorted(counts, day, side="right") - 1

    def moved_by(until: int) -> float:
        place = np.searchsorted(days, until, side="right") - 1
        return float(total[place]) if place >= 0 else 0.0

    if last < 0:
        return -1.0
    return max(free[last] + moved_by(day) - moved_by(counts[last]), 0.0)


def contenders(told: Company) -> pd.DataFrame:
    """Demand lines as they stood in line for stock.

    place, company, qty, start (released and in its window), left (day of its last goods), gone (cancelled or closed),
    whole (waits for the rest of its order), partly (may be served in parts), approved, promise."""
    lines = demand_lines(told)
    line, end = told.orders.line.loc[lines.index], told.calendar.end
    order = told.orders.order.loc[lines["order"]]
    desk = (order["book"] == "desk").to_numpy()
    released = np.minimum(order["entered"] + order["clerk"] % 3, end).to_numpy()
    sent = told.delivery_line.assign(day=told.delivery["shipped"].to_numpy()[told.delivery_line["delivery"]])
    full = sent.groupby("line")["qty"].sum().reindex(lines.index, fill_value=0) >= line["qty"]
    last = sent.groupby("line")["day"].max().reindex(lines.index, fill_value=LAST)
    closed = (
        told.change[told.change["kind"] == "short_close"].set_index("line")["day"].reindex(lines.index, fill_value=LAST)
    )
    can_split = order["partial_allowed"].to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "place": told.place_of(lines["product"], lines["site"]),
            "company": lines["company"],
            "qty": line["qty"],
            "start": np.maximum(released, np.where(desk, line["requested"] - line["transit"], -1)),
            "left": last.where(full, LAST),
            "gone": np.where(lines["cancelled"] >= 0, lines["cancelled"], closed),
            "whole": ~can_split & (lines.groupby("order")["qty"].transform("size") > 1).to_numpy(),
            "partly": can_split & desk,
            "approved": lines.index.isin(told.expedited) & desk,
        },
        index=lines.index,
    )


@dataclass(frozen=True)
class Queue:
    """The lines of one place; by their places in it what changed (at, day, qty), went, was held (at, since, until)."""

    rows: dict
    changed: tuple
    cancelled: tuple
    sent: tuple
    held: tuple


def queue(told: Company, rows: pd.DataFrame) -> Queue:
    """The queue of some lines."""

    def part(frame: pd.DataFrame, *columns: str) -> tuple:
        frame = frame[frame["line"].isin(rows.index)]
        return (rows.index.get_indexer(frame["line"]), *(frame[name].to_numpy() for name in columns))

    change = told.change
    hold = told.hold.assign(until=told.hold["until"].where(told.hold["until"] >= 0, LAST))
    sent = told.delivery_line.assign(day=told.delivery["shipped"].to_numpy()[told.delivery_line["delivery"]])
    return Queue(
        rows={name: rows[name].to_numpy() for name in rows},
        changed=part(change[change["kind"].isin(["qty_up", "qty_down"])], "recorded", "qty"),
        cancelled=part(change[change["kind"].isin(["cancel", "reopen"])], "day", "qty"),
        sent=part(sent, "day", "qty"),
        held=part(hold, "since", "until"),
    )


def still_wanted(line: Queue, day: int) -> np.ndarray:
    """What each line still wanted at the end of a day, as was then known; nothing where it was held."""
    count = len(line.rows["qty"])
    at, known, delta = line.changed
    left = line.rows["qty"] - np.bincount(at[known > day], delta[known > day], count)
    for sign, (at, on, qty) in ((1, line.cancelled), (-1, line.sent)):
        left = left + sign * np.bincount(at[on <= day], qty[on <= day], count)
    at, since, until = line.held
    left[at[(since <= day) & (until > day)]] = 0
    return left


def meetings(line: Queue, rank: np.ndarray, day: int, stock: float) -> tuple[int, int, int]:
    """(comparable, inverted, approved) pairs made by the lines whose last goods left on a day."""
    rows, still = line.rows, still_wanted(line, day)
    waits = (rows["start"] <= day) & (rows["left"] > day) & (rows["gone"] > day) & ~rows["whole"] & (still > stock)
    at, on, qty = line.sent
    gave = np.bincount(at[on == day], qty[on == day], len(rank))
    comparable = inverted = approved = 0
    leaving = np.flatnonzero(rows["left"] == day)
    for k in leaving:
        passed = waits & (rank < rank[k]) & (rows["partly"] | (still <= gave[k]))
        comparable += int((waits & (rank != rank[k])).sum())
        inverted += int(passed.sum())
        approved += int(passed.sum()) * bool(rows["approved"][k])
        if stock < gave[k]:
            comparable += int((rank[leaving] < rank[k]).sum())
    return comparable, inverted, approved


def inversions(told: Company) -> dict:
    """Pairs that met over the same stock in the period, and in how many the less important one was served."""
    start, end = period(told)
    rows, stock = contenders(told), stock_left(told)
    total = np.zeros(3, dtype=int)
    for place, part in rows.groupby("place"):
        line = queue(told, part)
        change = told.resegmented["day"].reindex(part["company"]).fillna(-1).to_numpy()
        then, now = (ranks(told, part["company"], np.full(len(part), day)) for day in (-2, LAST))
        days = np.unique(line.rows["left"])
        for day in days[(days >= start) & (days <= end)].tolist():
            left = left_on(stock[place], day)
            if left >= 0:
                total += meetings(line, np.where(day < change, then, now), day, left)
    pairs, inverted, approved = (int(x) for x in total)
    override = round(approved / inverted, 10) if inverted else None
    return {
        "rate": {"value": round(inverted / pairs, 10), "num": inverted, "den": pairs},
        "override_share": {"value": override, "num": approved, "den": inverted},
        "rank_disagreement": disagreement(told),
    }


def disagreement(told: Company) -> dict:
    """Customers of the desk whose priority in the ERP stands elsewhere than their rank in the CRM, by newest order."""
    start, end = period(told)
    order = told.orders.order[told.orders.order["book"] == "desk"]
    rank = ranks(told, order["company"], order["ordered"])
    order = order.assign(erp=erp_priority(told, order["company"]), rank=rank)
    order = order[(order["ordered"] >= start) & (order["ordered"] <= end) & (order["rank"] < LAST)]
    newest = order.sort_values(["ordered", "number"]).groupby("company").tail(1)
    return share(newest["erp"] != newest["rank"])
