"""The truth about the pipeline: does it foretell demand, and what is each stage really worth.

The forecast follows the book step by step, in numpy, from the company's own events: the state of every deal on the last Thursday
of each month, the day of its first order, and what was ordered. Arrays of cells are segment x family.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sample_data.deals import LOST, WON
from sample_data.settings import FAMILIES, INFLATED_STAGE, PROBABILITY, SEGMENTS, STAGES
from sample_data.story import Company
from sample_data.truth_lines import UNSEGMENTED, demand_lines

HORIZONS = range(1, 7)
KAPPA, BASE_MONTHS, BUCKETS = 10.0, 6, 5  # buckets of the close month: overdue, this one, 1, 2, 3 and more months ahead
CELL_SEGMENTS = (*SEGMENTS, UNSEGMENTED)
NEVER = 10**6


@dataclass(frozen=True)
class Pipeline:
    """Open deals by month end, each deal's first order, and demand.

    state: month, opp, stage and bucket (numbers), amount, close_month, came (month of the first order, NEVER), value (of it).
    share: deal x family, how its amount is spread. segment: number by deal. demand: month x segment x family.
    line: month, segment, family, net of every demand line, deal_month: months its deal has been open at month ends."""

    state: pd.DataFrame
    share: np.ndarray
    segment: np.ndarray
    demand: np.ndarray
    line: pd.DataFrame
    open_at: np.ndarray  # deal x month


def month_of(told: Company, days) -> np.ndarray:
    """Place of the month of each day among the months of the data."""
    months = np.asarray(days, dtype="int64").astype("datetime64[D]").astype("datetime64[M]").astype(int)
    return months - np.datetime64(int(told.calendar.month_starts[0]), "D").astype("datetime64[M]").astype(int)


def numbers(texts, names: tuple[str, ...]) -> np.ndarray:
    return pd.Categorical(texts, categories=names).codes.astype(int)


def open_deals(told: Company) -> pd.DataFrame:
    """The deals open on the last Thursday of each month, as they stood."""
    history, frames = told.demand.history, []
    opp, day = history["opp"].to_numpy(), history["day"].to_numpy()
    stage, close = numbers(history["stage"], STAGES), history["close"].to_numpy()
    close_month = month_of(told, close)
    for month, end in enumerate(told.calendar.month_ends):
        seen = np.flatnonzero(day <= end - (end - told.calendar.end) % 7)
        last = seen[np.append(opp[seen][1:] != opp[seen][:-1], True)]
        last = last[stage[last] >= 0]
        bucket = np.where(close[last] < end, 0, 1 + np.clip(close_month[last] - month, 0, BUCKETS - 2))
        frames.append(pd.DataFrame({"month": month, "opp": opp[last], "stage": stage[last], "bucket": bucket,
                                    "amount": history["amount"].to_numpy()[last], "close_month": close_month[last]}))  # fmt: skip
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
    line = pd.DataFrame({"order": lines["order"], "month": month_of(told, lines["ordered"]), "net": lines["net"]})
    line["segment"], line["family"] = numbers(lines["segment"], CELL_SEGMENTS), numbers(lines["family"], FAMILIES)
    months = len(told.calendar.month_starts)
    demand = np.zeros((months, len(CELL_SEGMENTS), len(FAMILIES)))
    np.add.at(demand, (line["month"], line["segment"], line["family"]), line["net"])
    order = told.orders.order.assign(value=line.groupby("order")["net"].sum())
    first = order[(order["opp"] >= 0) & order["value"].notna()].sort_values(["ordered", "number"], kind="stable").drop_duplicates("opp")
    state = open_deals(told)
    by_deal = first.set_index("opp")
    state["came"] = pd.Series(month_of(told, by_deal["ordered"]), by_deal.index).reindex(state["opp"], fill_value=NEVER).to_numpy()
    state["value"] = by_deal["value"].reindex(state["opp"]).to_numpy()
    open_at = np.zeros((len(told.demand.opportunity), months), dtype=bool)
    open_at[state["opp"], state["month"]] = True
    line["opp"] = pd.Series(first["opp"], index=first.index).reindex(line["order"], fill_value=-1).to_numpy()
    segment = told.company["segment"].to_numpy()[told.demand.opportunity["company"]]
    segment = numbers(np.where(segment == "", UNSEGMENTED, segment), CELL_SEGMENTS)
    return Pipeline(state, offer_shares(told), segment, demand, line, open_at)


def odds(pipe: Pipeline, horizon: int) -> np.ndarray:
    """pi by origin, stage and bucket: wins among stage and bucket, drawn to the stage, drawn to all stages; learnt by the origin."""
    months, state = len(pipe.demand), pipe.state
    count = np.zeros((months, len(STAGES), BUCKETS))
    hits = np.zeros_like(count)
    at = (state["month"].to_numpy(), state["stage"].to_numpy(), state["bucket"].to_numpy())
    np.add.at(count, at, 1)
    np.add.at(hits, at, (state["came"] == state["month"] + horizon).to_numpy())
    known = [np.concatenate([np.zeros((horizon, *one.shape[1:])), one.cumsum(axis=0)[:-horizon]]) for one in (count, hits)]
    n, z = known
    pooled = z.sum(axis=(1, 2), keepdims=True) / np.maximum(n.sum(axis=(1, 2), keepdims=True), 1)
    stage = (z.sum(axis=2, keepdims=True) + KAPPA * pooled) / (n.sum(axis=2, keepdims=True) + KAPPA)
    return (z + KAPPA * stage) / (n + KAPPA)


def order_ratio(pipe: Pipeline, origin: int) -> float:
    """Ordered value over the amount seen before, of deals that came in by the origin; one number for all horizons."""
    ahead = pipe.state["came"] - pipe.state["month"]
    hits = pipe.state[(pipe.state["came"] <= origin) & (ahead >= 1) & (ahead <= max(HORIZONS))]
    return float(np.clip(hits["value"].sum() / hits["amount"].sum(), 0.5, 1.5)) if len(hits) >= 20 else 1.0


def spread(pipe: Pipeline, opp: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Values of deals as segment x family."""
    found = np.zeros(pipe.demand.shape[1:])
    np.add.at(found, pipe.segment[opp], pipe.share[opp] * value[:, None])
    return found


def unseen(pipe: Pipeline, horizon: int) -> np.ndarray:
    """Demand by month and cell without the first orders of deals that were open `horizon` months before."""
    line = pipe.line
    before = line["month"].to_numpy() - horizon
    visible = (line["opp"].to_numpy() >= 0) & (before >= 0) & pipe.open_at[line["opp"].to_numpy(), np.maximum(before, 0)]
    found = np.zeros_like(pipe.demand)
    rest = line[~visible]
    np.add.at(found, (rest["month"], rest["segment"], rest["family"]), rest["net"])
    return found


def forecasts(told: Company) -> pd.DataFrame:
    """One row per cell, origin and horizon where all methods have a forecast: actual, pipeline, seasonal_naive, ma3, naive, crm."""
    pipe = make_pipeline(told)
    months, rows = len(pipe.demand), []
    now = {origin: rows_ for origin, rows_ in pipe.state.groupby("month")}
    for horizon in HORIZONS:
        rest, chance = unseen(pipe, horizon), odds(pipe, horizon)
        for origin in range(2, months - horizon):
            target = origin + horizon
            base = [month for month in range(origin - BASE_MONTHS + 1, origin + 1) if month >= horizon]
            if target < 12 or len(base) < 3:
                continue
            deal = now[origin]
            pi = chance[origin, deal["stage"], deal["bucket"]]
            value = deal["amount"].to_numpy()
            crm = np.where(deal["close_month"] == target, value * np.array([PROBABILITY[name] for name in STAGES])[deal["stage"]] / 100, 0)
            part = {
                "actual": pipe.demand[target],
                "pipeline": spread(pipe, deal["opp"].to_numpy(), value * pi * order_ratio(pipe, origin)) + rest[base].mean(axis=0),
                "seasonal_naive": pipe.demand[target - 12],
                "ma3": pipe.demand[origin - 2 : origin + 1].mean(axis=0),
                "naive": pipe.demand[origin],
                "crm": spread(pipe, deal["opp"].to_numpy(), crm),
            }
            rows.append(pd.DataFrame({name: cells.ravel() for name, cells in part.items()}).assign(origin=origin, horizon=horizon))
    found = pd.concat(rows, ignore_index=True)
    cell = np.tile(np.arange(pipe.demand[0].size), len(rows))
    found["segment"] = np.array(CELL_SEGMENTS)[cell // len(FAMILIES)]
    found["family"] = np.array(FAMILIES)[cell % len(FAMILIES)]
    return found


def accuracy(told: Company) -> dict:
    """By horizon: WAPE and bias of each method over the cells, and the value the pipeline adds to the seasonal benchmark."""
    rows, found = forecasts(told), {}
    methods = ["pipeline", "seasonal_naive", "ma3", "naive", "crm"]
    for horizon, part in rows.groupby("horizon"):
        total = part["actual"].sum()
        wape = {name: round(float((part["actual"] - part[name]).abs().sum() / total), 8) for name in methods}
        bias = {name: round(float((part[name] - part["actual"]).sum() / total), 8) for name in methods}
        fva = round(wape["seasonal_naive"] - wape["pipeline"], 8)
        found[str(horizon)] = {"origins": int(part["origin"].nunique()), "fva": fva, "wape": wape, "bias": bias}
    return found


def stage_worth(told: Company) -> dict:
    """For each stage: the CRM's probability and the share of decided deals that had been in it and were won."""
    outcome = told.demand.opportunity["stage"]
    been = told.demand.history[["opp", "stage"]].drop_duplicates()
    been["outcome"] = outcome.to_numpy()[been["opp"]]
    decided = been[been["outcome"].isin([WON, LOST]) & ~been["stage"].isin([WON, LOST])]
    won = (decided["outcome"] == WON).groupby(decided["stage"]).agg(["mean", "sum", "size"])
    return {
        str(stage): {"crm": PROBABILITY[stage] / 100, "won": round(float(row["mean"]), 8), "num": int(row["sum"]), "den": int(row["size"])}
        for stage, row in won.iterrows()
    }


def inflated_number(told: Company) -> dict:
    """What the CRM expected of the inflated stage for the month ahead, over all month ends, and what those deals then brought."""
    state = make_pipeline(told).state
    state = state[(state["stage"] == STAGES.index(INFLATED_STAGE)) & (state["close_month"] == state["month"] + 1)]
    came = state["came"] == state["month"] + 1
    expected = float(state["amount"].sum() * PROBABILITY[INFLATED_STAGE] / 100)
    return {"expected_by_crm": round(expected, 2), "ordered": round(float(state.loc[came, "value"].sum()), 2)}
