"""What the truth about the pipeline reads: every deal on the last Thursday of each month, and what was ordered.

Deals, stages and cells (segment x family) are numbers, so that the arithmetic is numpy's.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sample_data.settings import FAMILIES, SEGMENTS, STAGES
from sample_data.story import Company
from sample_data.truth_lines import UNSEGMENTED, demand_lines

BUCKETS = 5  # buckets of the close month: overdue, this one, 1, 2, 3 and more months ahead
CELL_SEGMENTS = (*SEGMENTS, UNSEGMENTED)
NEVER = 10**6


@dataclass(frozen=True)
class Pipeline:
    """Open deals by month end, each deal's first order, and demand.

    state: month, opp, stage and bucket (numbers), amount, close_month, came (month of the first order or NEVER), value.
    share: deal x family, how its amount is spread. segment: number by deal. demand: month x segment x family.
    line: order, month, segment, family, net and opp (of a deal's first order, else -1). open_at: deal x month."""

    state: pd.DataFrame
    share: np.ndarray
    segment: np.ndarray
    demand: np.ndarray
    line: pd.DataFrame
    open_at: np.ndarray


def month_of(told: Company, days) -> np.ndarray:
    """Place of the month of each day among the months of the data."""
    months = np.asarray(days, dtype="int64").astype("datetime64[D]").astype("datetime64[M]").astype(int)
    return months - np.datetime64(int(told.calendar.month_starts[0]), "D").astype("datetime64[M]").astype(int)


def numbers(texts, names: tuple[str, ...]) -> np.ndarray:
    """The place of each text among the names, -1 for others."""
    return pd.Index(names).get_indexer(texts)


def open_deals(told: Company) -> pd.DataFrame:
    """The deals open on the last Thursday of each month, as they stood."""
    history, frames = told.demand.history, []
    opp, day = history["opp"].to_numpy(), history["day"].to_numpy()
    stage, close_month = numbers(history["stage"], STAGES), month_of(told, history["close"])
    for month, end in enumerate(told.calendar.month_ends):
        seen = np.flatnonzero(day <= end - (end - told.calendar.end) % 7)
        last = seen[np.append(opp[seen][1:] != opp[seen][:-1], True)]
        last = last[stage[last] >= 0]
        bucket = 1 + np.clip(close_month[last] - month, -1, BUCKETS - 2)
        amount = history["amount"].to_numpy()[last]
        part = {"month": month, "opp": opp[last], "stage": stage[last], "bucket": bucket, "amount": amount}
        frames.append(pd.DataFrame({**part, "close_month": close_month[last]}))
    return pd.concat(frames, ignore_index=True)


def offer_shares(told: Company) -> np.ndarray:
    """How each deal's amount is spread over the families."""
    offer = told.orders.offer
    family = numbers(told.goods.product["family"].to_numpy()[offer["product"]], FAMILIES)
    found = np.zeros((len(told.demand.opportunity), len(FAMILIES)))
    np.add.at(found, (offer["opp"].to_numpy(), family), (offer["qty"] * offer["price"]).to_numpy())
    return found / found.sum(axis=1, keepdims=True)


def make_pipeline(told: Company) -> Pipeline:
    """All that the forecast reads."""
    lines = demand_lines(told)
    line = pd.DataFrame({"order": lines["order"], "month": month_of(told, lines["ordered"]), "net": lines["booked"]})
    line["segment"], line["family"] = numbers(lines["segment"], CELL_SEGMENTS), numbers(lines["family"], FAMILIES)
    months = len(told.calendar.month_starts)
    demand = np.zeros((months, len(CELL_SEGMENTS), len(FAMILIES)))
    np.add.at(demand, (line["month"], line["segment"], line["family"]), line["net"])
    order = told.orders.order.assign(value=line.groupby("order")["net"].sum())
    first = (
        order[(order["opp"] >= 0) & order["value"].notna()]
        .sort_values(["ordered", "number"], kind="stable")
        .drop_duplicates("opp")
    )
    state = open_deals(told)
    by_deal = first.set_index("opp")
    state["came"] = (
        pd.Series(month_of(told, by_deal["ordered"]), by_deal.index).reindex(state["opp"], fill_value=NEVER).to_numpy()
    )
    state["value"] = by_deal["value"].reindex(state["opp"]).to_numpy()
    open_at = np.zeros((len(told.demand.opportunity), months), dtype=bool)
    open_at[state["opp"], state["month"]] = True
    line["opp"] = pd.Series(first["opp"], index=first.index).reindex(line["order"], fill_value=-1).to_numpy()
    segment = told.company["segment"].to_numpy()[told.demand.opportunity["company"]]
    segment = numbers(np.where(segment == "", UNSEGMENTED, segment), CELL_SEGMENTS)
    return Pipeline(state, offer_shares(told), segment, demand, line, open_at)
