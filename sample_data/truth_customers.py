"""The truth about customers: who orders again, how long deals take, and what the systems know in common."""

import numpy as np
import pandas as pd

from sample_data.deals import LOST, WON
from sample_data.settings import day_number
from sample_data.story import Company
from sample_data.truth_delivery import kaplan_meier_median, share
from sample_data.truth_lines import demand_lines, period, segments

AGAIN, ACTIVE_YEARS = 180, 2


def occasions(told: Company) -> pd.DataFrame:
    """Days on which a customer ordered (company, day, gap to the one before); days that follow each other are one."""
    lines = demand_lines(told)
    alive = lines[lines["cancelled"] < 0]
    days = alive[["company", "ordered"]].drop_duplicates().sort_values(["company", "ordered"], ignore_index=True)
    after = days.groupby("company")["ordered"].diff()
    kept = days[~(after <= 1)].rename(columns={"ordered": "day"}).reset_index(drop=True)
    return kept.assign(gap=kept.groupby("company")["day"].diff())


def repeats(told: Company) -> dict:
    """First-time customers of the mature months of the period: the share that ordered again within 180 days."""
    start, end = period(told)
    day = occasions(told)
    turn = day.groupby("company").cumcount()
    first, second = (day[turn == k].set_index("company")["day"] for k in (0, 1))
    month_end = told.calendar.month_ends[np.searchsorted(told.calendar.month_starts, first, side="right") - 1]
    cohort = first[((first >= start) & (first <= end)).to_numpy() & (month_end + AGAIN <= end)]
    again = second.reindex(cohort.index) - cohort <= AGAIN
    gaps = day[day["company"].isin(regulars(told))].dropna()
    return {
        "repeat_rate": share(again),
        "customers": int(day["company"].nunique()),
        "regular_itt_cv": {
            str(told.customer["kunnr"][company]): round(float(rows.std(ddof=1) / rows.mean()), 8)
            for company, rows in gaps.groupby("company")["gap"]
        },
        "overdue_regular": str(told.customer["kunnr"][regulars(told)[2]]),
    }


def regulars(told: Company) -> list[int]:
    """The companies that order on a fixed rhythm."""
    desk = told.orders.order[(told.orders.order["book"] == "desk") & (told.orders.order["kind"] == "OR")]
    return desk["company"].drop_duplicates().tolist()


def sales_cycle(told: Company) -> dict:
    """Days from opening a deal to its decision, of deals opened in the period; won and win rate of the same deals."""
    start, end = period(told)
    opp = told.demand.opportunity
    opp = opp[(opp["created"] >= start) & (opp["created"] <= end)]
    closed = (opp["closed"] >= 0).to_numpy()
    days = np.where(closed, opp["closed"], end) - opp["created"].to_numpy()
    segment = segments(told, opp["company"], opp["created"])
    won = (opp["stage"] == WON).to_numpy()
    return {
        "km_median": kaplan_meier_median(days, closed),
        "deals": len(opp),
        "km_median_by_segment": {
            str(name): kaplan_meier_median(days[segment == name], closed[segment == name])
            for name in np.unique(segment)
        },
        "won_median": float(np.median(days[won])),
        "win_rate": share(pd.Series(won[opp["stage"].isin([WON, LOST]).to_numpy()])),
    }


def master_data(told: Company) -> dict:
    """Customers of the ERP, by number and by the value they ordered, that the CRM has as well."""
    end = told.calendar.end
    lines = demand_lines(told)
    value = lines.groupby("company")["net"].sum()
    today = np.datetime64(int(end), "D").astype(object)
    since = day_number(today.replace(year=today.year - ACTIVE_YEARS).isoformat())
    last = lines.groupby("company")["ordered"].max().reindex(told.customer.index, fill_value=-1)
    opened = told.demand.opportunity.groupby("company")["created"].max().reindex(told.customer.index, fill_value=-1)
    active = (last > since) | (opened > since)
    matched = ~told.customer["join"].isin(["none", "no_account"])
    worth = value.reindex(told.customer.index, fill_value=0.0)[active]
    known = worth[matched[active]].sum()
    return {
        "value_match": {
            "value": round(float(known / worth.sum()), 10),
            "num": round(float(known), 2),
            "den": round(float(worth.sum()), 2),
        },
        "records": share(matched[active]),
    }
