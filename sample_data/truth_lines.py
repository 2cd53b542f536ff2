"""Every demand line with its true dates: the one table from which the truth about deliveries is computed.

Written from the definitions alone (metric rules G4-G8); it reads the company's events, never an export.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from sample_data.story import Company

UNSEGMENTED = "Unsegmented"
LINK_DAYS = 30  # a won deal starts the clock of its first order within so many days


def commitment_day(told: Company) -> np.ndarray:
    """C of each order: the win of its deal, for a deal's first order within 30 days of it, else the day of ordering."""
    order = told.orders.order
    linked = order[order["opp"] >= 0]
    first = linked.sort_values(["ordered", "number"]).groupby("opp").head(1)
    won = told.demand.opportunity["won"].to_numpy()[first["opp"]]
    near = (first["ordered"].to_numpy() - won) <= LINK_DAYS
    day = order["ordered"].to_numpy().copy()
    day[first.index[near]] = np.minimum(won[near], day[first.index[near]])
    return day


def cancel_class(told: Company, first: np.ndarray) -> np.ndarray:
    """none, excusable (the customer, before the first promised day) or failure of each line."""
    day = told.cancelled.set_index("line")["day"].reindex(told.orders.line.index)
    by = told.cancelled.set_index("line")["by"].reindex(told.orders.line.index)
    excusable = (by == "customer") & ((day.to_numpy() < first) | (first < 0))
    return np.select([by.isna(), excusable], ["none", "excusable"], "failure")


def booked(told: Company) -> np.ndarray:
    """The value of each line as it was entered: with the quantity it had before it was changed."""
    line, change = told.orders.line, told.change
    grown = change[change["kind"].isin(["qty_up", "qty_down"])].groupby("line")["qty"].sum()
    first = line["qty"] - grown.reindex(line.index, fill_value=0)
    return np.round(line["net"] * first / line["qty"], 4).to_numpy()


def segments(told: Company, company: pd.Series, day) -> np.ndarray:
    """The segment each company was in on each day."""
    now = told.company["segment"].to_numpy()[company]
    moved = told.resegmented.reindex(company)
    early = (np.asarray(day) < moved["day"].fillna(-(10**6))).to_numpy()
    then = np.where(early, moved["before"].fillna(""), now)
    return np.where(then == "", UNSEGMENTED, then)


@lru_cache(maxsize=2)
def demand_lines(told: Company) -> pd.DataFrame:
    """One row per demand line known on the last day.

    Columns: order, product, family, site, planner, segment, company, qty, net; the days ordered, commitment, requested,
    first, current (promise), completion, ship (of the completing shipment), cancelled, returned_bad (sent back through
    our fault), each -1 where it never was; offered (days from order to delivery), cancel (its class) and no_proof."""
    line, order = told.orders.line, told.orders.order
    table = line[["order", "product", "site", "planner", "qty", "net", "requested"]].copy()
    offered = told.goods.offered.set_index(["product", "site"])["days"]
    code = told.goods.product["product"].to_numpy()[line["product"]]
    table["offered"] = offered.loc[list(zip(code, line["site"], strict=True))].to_numpy()
    bad = told.returns[told.returns["reason"] != "101"].groupby("line")["day"].min()
    table["returned_bad"] = bad.reindex(line.index, fill_value=-1)
    table["booked"] = booked(told)
    table["family"] = told.goods.product["family"].to_numpy()[line["product"]]
    table["company"] = order["company"].to_numpy()[line["order"]]
    table["ordered"] = order["ordered"].to_numpy()[line["order"]]
    table["segment"] = segments(told, table["company"], table["ordered"])
    table["commitment"] = commitment_day(told)[line["order"]]
    table["first"] = line["promise"]
    table["current"] = told.promise.groupby("line")["promise"].last().reindex(line.index, fill_value=-1)
    table["completion"] = told.outcome["completion"]
    table["ship"] = told.outcome["completion_ship"]
    table["cancel"] = cancel_class(told, line["promise"].to_numpy())
    table["cancelled"] = told.cancelled.set_index("line")["day"].reindex(line.index, fill_value=-1)
    table["no_proof"] = (told.outcome["sent"] >= line["qty"]) & (table["completion"] < 0)
    return table[(order["kind"] != "FD").to_numpy()[line["order"]]]


def period(told: Company, months: int = 12) -> tuple[int, int]:
    """First and last day of the last complete months."""
    return int(told.calendar.month_starts[-months]), told.calendar.end
