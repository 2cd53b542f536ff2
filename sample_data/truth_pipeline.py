"""The truth about the pipeline: does it foretell demand, and what is each stage really worth.

The forecast follows the definition step by step, from the company's own events.
"""

import numpy as np
import pandas as pd

from sample_data.deals import LOST, WON
from sample_data.settings import FAMILIES, INFLATED_STAGE, PROBABILITY, STAGES
from sample_data.story import Company
from sample_data.truth_deals import BUCKETS, CELL_SEGMENTS, Pipeline, make_pipeline

HORIZONS = range(1, 7)
KAPPA, BASE_MONTHS = 10.0, 6
METHODS = ("pipeline", "seasonal_naive", "ma3", "naive", "crm")


def odds(pipe: Pipeline, horizon: int) -> np.ndarray:
    """pi by origin, stage and bucket, learnt by the origin: wins of the bucket drawn to its stage, drawn to all stages.

    With fewer than 30 deal-months or 5 wins to learn from, the pooled share alone."""
    months, state = len(pipe.demand), pipe.state
    count = np.zeros((months, len(STAGES), BUCKETS))
    hits = np.zeros_like(count)
    at = (state["month"].to_numpy(), state["stage"].to_numpy(), state["bucket"].to_numpy())
    np.add.at(count, at, 1)
    np.add.at(hits, at, (state["came"] == state["month"] + horizon).to_numpy())
    known = [
        np.concatenate([np.zeros((horizon, *one.shape[1:])), one.cumsum(axis=0)[:-horizon]]) for one in (count, hits)
    ]
    n, z = known
    pooled = z.sum(axis=(1, 2), keepdims=True) / np.maximum(n.sum(axis=(1, 2), keepdims=True), 1)
    stage = (z.sum(axis=2, keepdims=True) + KAPPA * pooled) / (n.sum(axis=2, keepdims=True) + KAPPA)
    enough = (n.sum(axis=(1, 2), keepdims=True) >= 30) & (z.sum(axis=(1, 2), keepdims=True) >= 5)
    return np.where(enough, (z + KAPPA * stage) / (n + KAPPA), pooled)


def order_ratio(pipe: Pipeline, origin: int) -> float:
    """Ordered value over the amount seen before, of deals that came in by the origin; one number for all horizons."""
    ahead = pipe.state["came"] - pipe.state["month"]
    hits = pipe.state[(pipe.state["came"] <= origin) & (ahead >= 1) & (ahead <= max(HORIZONS))]
    return float(np.clip(hits["value"].sum() / hits["amount"].sum(), 0.5, 1.5)) if hits["opp"].nunique() >= 20 else 1.0


def spread(pipe: Pipeline, opp: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Values of deals as segment x family."""
    found = np.zeros(pipe.demand.shape[1:])
    np.add.at(found, pipe.segment[opp], pipe.share[opp] * value[:, None])
    return found


def unseen(pipe: Pipeline, horizon: int) -> np.ndarray:
    """Demand by month and cell without the first orders of deals that were open `horizon` months before."""
    line = pipe.line
    before = line["month"].to_numpy() - horizon
    visible = (
        (line["opp"].to_numpy() >= 0) & (before >= 0) & pipe.open_at[line["opp"].to_numpy(), np.maximum(before, 0)]
    )
    found = np.zeros_like(pipe.demand)
    rest = line[~visible]
    np.add.at(found, (rest["month"], rest["segment"], rest["family"]), rest["net"])
    return found


def forecasts(told: Company) -> pd.DataFrame:
    """One row per cell, origin and horizon at which all METHODS have a forecast: actual demand and forecasts."""
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
            crm = np.where(
                deal["close_month"] == target,
                value * np.array([PROBABILITY[name] for name in STAGES])[deal["stage"]] / 100,
                0,
            )
            part = {
                "actual": pipe.demand[target],
                "pipeline": spread(pipe, deal["opp"].to_numpy(), value * pi * order_ratio(pipe, origin))
                + rest[base].mean(axis=0),
                "seasonal_naive": pipe.demand[target - 12],
                "ma3": pipe.demand[origin - 2 : origin + 1].mean(axis=0),
                "naive": pipe.demand[origin],
                "crm": spread(pipe, deal["opp"].to_numpy(), crm),
            }
            rows.append(
                pd.DataFrame({name: cells.ravel() for name, cells in part.items()}).assign(
                    origin=origin, horizon=horizon
                )
            )
    found = pd.concat(rows, ignore_index=True)
    cell = np.tile(np.arange(pipe.demand[0].size), len(rows))
    found["segment"] = np.array(CELL_SEGMENTS)[cell // len(FAMILIES)]
    found["family"] = np.array(FAMILIES)[cell % len(FAMILIES)]
    return found


def measures(part: pd.DataFrame) -> dict:
    """WAPE and bias of each method over some cells, and the value the pipeline adds to the seasonal benchmark."""
    total = part["actual"].sum()
    wape = {name: round(float((part["actual"] - part[name]).abs().sum() / total), 8) for name in METHODS}
    bias = {name: round(float((part[name] - part["actual"]).sum() / total), 8) for name in METHODS}
    fva = round(wape["seasonal_naive"] - wape["pipeline"], 8)
    return {"origins": int(part["origin"].nunique()), "cells": len(part), "fva": fva, "wape": wape, "bias": bias}


def accuracy(told: Company) -> dict:
    """The measures over all cells, and by horizon."""
    rows = forecasts(told)
    return {
        "all": measures(rows),
        "horizons": {str(horizon): measures(part) for horizon, part in rows.groupby("horizon")},
    }


def stage_worth(told: Company) -> dict:
    """For each stage: the CRM's probability and the share of decided deals that had been in it and were won."""
    outcome = told.demand.opportunity["stage"]
    been = told.demand.history[["opp", "stage"]].drop_duplicates()
    been["outcome"] = outcome.to_numpy()[been["opp"]]
    decided = been[been["outcome"].isin([WON, LOST]) & ~been["stage"].isin([WON, LOST])]
    won = (decided["outcome"] == WON).groupby(decided["stage"]).agg(["mean", "sum", "size"])
    return {
        str(stage): {
            "crm": PROBABILITY[stage] / 100,
            "value": round(float(row["mean"]), 8),
            "num": int(row["sum"]),
            "den": int(row["size"]),
        }
        for stage, row in won.iterrows()
    }


def inflated_number(told: Company) -> dict:
    """What the CRM expected of the inflated stage for the month ahead, over all month ends, and what then came."""
    state = make_pipeline(told).state
    state = state[(state["stage"] == STAGES.index(INFLATED_STAGE)) & (state["close_month"] == state["month"] + 1)]
    came = state["came"] == state["month"] + 1
    expected = float(state["amount"].sum() * PROBABILITY[INFLATED_STAGE] / 100)
    return {"expected_by_crm": round(expected, 2), "ordered": round(float(state.loc[came, "value"].sum()), 2)}
