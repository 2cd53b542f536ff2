"""The truth about stock and lines: turns day by day, the weekly swing of the load, the days from entry to delivery."""

import numpy as np
import pandas as pd

from sample_data.export_plant import EXPIRED, batch
from sample_data.resources import BOTTLENECK, SWINGING
from sample_data.settings import SITES
from sample_data.story import Company
from sample_data.truth_lines import demand_lines, period


def stock_worth(told: Company) -> pd.DataFrame:
    """What each product's stock was worth on each counting day (index = day, columns = product); below zero is zero."""
    cost = told.goods.product.set_index("product")["cost"]
    kinds = told.stock[["free", "quality", "blocked", "moving"]].clip(lower=0).sum(axis=1)
    value = kinds * cost.reindex(told.stock["product"]).to_numpy()
    found = value.groupby([told.stock["day"], told.stock["product"]]).sum().unstack()
    watched = batch(told)
    found.loc[watched["day"], watched["product"].iat[0]] += EXPIRED[1] * watched["cost"].iat[0]
    return found


def cost_of_sales(told: Company, start: int, end: int) -> pd.Series:
    """What left on orders of demand in the period at cost, less what came back in it, by product."""
    code, cost = told.goods.product["product"].to_numpy(), told.goods.product["cost"].to_numpy()
    wanted, back = demand_lines(told).index, told.returns
    sent = told.delivery_line.assign(day=told.delivery["shipped"].to_numpy()[told.delivery_line["delivery"]])
    both = pd.concat([sent[["line", "day", "qty"]], back[["line", "day"]].assign(qty=-back["qty"])])
    both = both[(both["day"] >= start) & (both["day"] <= end) & both["line"].isin(wanted)]
    product = told.orders.line["product"].to_numpy()[both["line"]]
    return (both["qty"] * cost[product]).groupby(code[product]).sum().reindex(code, fill_value=0.0)


def turned(cost: float, worth: float) -> dict:
    """Turns a year, and the days that stock lasts."""
    return {"turns": round(365 * cost / worth, 8), "days_of_stock": round(worth / cost, 8)}


def turns(told: Company) -> dict:
    """Each day of the period holds the value of the last count; over all and by family."""
    start, end = period(told)
    count = stock_worth(told)
    every_day = count.reindex(np.arange(count.index.min(), end + 1)).ffill().loc[start:end]
    worth, cost = every_day.sum(), cost_of_sales(told, start, end)
    family = told.goods.product.set_index("product")["family"]
    both = pd.DataFrame({"worth": worth.reindex(family.index), "cost": cost}).groupby(family).sum()
    return {
        **turned(float(cost.sum()), float(worth.sum())),
        "by_family": {str(row.Index): turned(row.cost, row.worth)["turns"] for row in both.itertuples()},
    }


def swing(weeks: pd.DataFrame) -> dict:
    """Coefficient of variation, peak to mean and utilisation over the weeks of some lines, shut weeks left out."""
    weeks = weeks[weeks["hours"] > 0]
    by = weeks.groupby("monday")[["run", "hours"]].sum()
    load = by["run"] / by["hours"]
    return {
        "cv": round(float(load.std(ddof=1) / load.mean()), 10),
        "peak_to_mean": round(float(load.max() / load.mean()), 10),
        "utilisation": round(float(weeks["run"].sum() / weeks["hours"].sum()), 10),
        "weeks": len(load),
    }


def planned(weeks: pd.DataFrame) -> float:
    """Hours planned over hours open, of the week under way too."""
    return round(float(weeks["planned"].sum() / weeks["hours"].sum()), 10)


def capacity(told: Company) -> dict:
    """The swing of the weekly load over all lines, of the one at its limit and of the one that swings."""
    start, end = period(told)
    week = told.capacity
    week = week[(week["monday"] >= start) & (week["monday"] <= end)]
    found = {"all": week, **{name: week[week["resource"] == name] for name in (BOTTLENECK, SWINGING)}}
    return {
        **{name: {**swing(rows[rows["is_past"]]), "load_ratio": planned(rows)} for name, rows in found.items()},
        "bottleneck": max(week["resource"].unique(), key=lambda name: planned(week[week["resource"] == name])),
    }


def cycle(told: Company) -> dict:
    """Days from entry to delivery of lines completed in the period: how variable they are, over all and by plant."""
    start, end = period(told)
    lines = demand_lines(told)
    entered = told.orders.order["entered"].to_numpy()[lines["order"]]
    lines = lines.assign(days=np.maximum(lines["completion"] - entered, 0))
    done = lines[(lines["completion"] >= start) & (lines["completion"] <= end) & (lines["cancel"] == "none")]

    def told_by(rows: pd.DataFrame) -> dict:
        days = rows["days"].to_numpy(dtype=float)
        return {
            "cv": round(float(days.std(ddof=1) / days.mean()), 10),
            "mean": round(float(days.mean()), 10),
            "median": float(np.median(days)),
            "p90": float(np.quantile(days, 0.9)),
            "lines": len(days),
        }

    return {**told_by(done), "by_site": {site: told_by(done[done["site"] == site])["cv"] for site in SITES}}
