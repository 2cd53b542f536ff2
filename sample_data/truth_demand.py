"""The truth about leads, stock and matches."""

import numpy as np
import pandas as pd

from sample_data.story import Company
from sample_data.truth_lines import demand_lines

WINDOW = 90
TRAILING = 90


def credited_leads(told: Company) -> pd.Series:
    """The first order day each lead is credited with (index = lead).

    An order credits its deal's lead; only without one, the newest valid lead of the same customer created by then. A
    customer that cannot be joined to its account has no leads to credit."""
    order, lead = told.orders.order, told.demand.lead
    order = order[order["kind"] != "FD"]
    linked = np.append(told.demand.opportunity["lead"].to_numpy(), -1)[order["opp"]]
    direct = pd.DataFrame({"lead": linked, "day": order["ordered"]})[linked >= 0]
    joinable = ~told.company["join"].isin(["none", "no_account"]).to_numpy()
    rest = order[(linked < 0) & joinable[order["company"]]][["company", "ordered"]].rename(columns={"ordered": "day"})
    valid = lead[~lead["deleted"] & (lead["company"] >= 0)][["company", "created", "minute"]].reset_index(names="lead")
    valid = valid.sort_values(["created", "minute", "lead"])
    latest = pd.merge_asof(
        rest.sort_values("day", kind="stable"), valid, left_on="day", right_on="created", by="company"
    ).dropna()
    both = pd.concat([direct, latest[["lead", "day"]].astype(int)])
    return both.groupby("lead")["day"].min()


def lead_to_order(told: Company) -> dict:
    """Rate and won rate within 90 days of the last 12 mature cohorts."""
    lead, calendar = told.demand.lead, told.calendar
    mature = calendar.month_ends + WINDOW <= calendar.end
    last = int(np.flatnonzero(mature)[-1])
    start, end = calendar.month_starts[max(last - 11, 0)], calendar.month_ends[last]
    cohort = lead[~lead["deleted"] & (lead["created"] >= start) & (lead["created"] <= end)]
    ordered = credited_leads(told).reindex(cohort.index) - cohort["created"]
    opp = told.demand.opportunity
    won = (
        opp[(opp["lead"] >= 0) & (opp["won"] >= 0)].groupby("lead")["won"].min().reindex(cohort.index)
        - cohort["created"]
    )

    def rate(lag: pd.Series) -> dict:
        good = int(((lag >= 0) & (lag <= WINDOW)).sum())
        return {"value": round(good / len(cohort), 10), "num": good, "den": int(len(cohort))}

    cohorts = [str(np.datetime64(int(day), "D"))[:7] for day in (start, end)]
    return {"rate": rate(ordered), "won_rate": rate(won), "cohorts": cohorts}


def days_of_inventory(told: Company) -> dict:
    """Days of stock on the last day under policy A: free stock of a product and plant is shared by trailing demand."""
    end, lines = told.calendar.end, demand_lines(told)
    product = told.goods.product.set_index("product")
    code = told.goods.product["product"].to_numpy()
    recent = lines[(lines["ordered"] > end - TRAILING) & (lines["ordered"] <= end) & (lines["cancelled"] < 0)]
    demand = (
        recent.assign(product=code[recent["product"]]).groupby(["product", "site", "segment"])["qty"].sum() / TRAILING
    )
    stock = told.stock[told.stock["day"] == end].set_index(["product", "site"])["free"].clip(lower=0)
    all_demand = demand.groupby(level=["product", "site"]).transform("sum")
    at = demand.index.droplevel("segment")
    given = stock.reindex(at, fill_value=0).to_numpy() * (demand / all_demand)
    cost = product["cost"].reindex(demand.index.get_level_values("product")).to_numpy()
    value = pd.DataFrame({"stock": given * cost, "demand": demand * cost}, index=demand.index)
    by = value.groupby(level="segment").sum()
    idle = stock[~stock.index.isin(at)]
    idle_value = float((idle * product["cost"].reindex(idle.index.get_level_values("product")).to_numpy()).sum())
    total = value.sum()
    found = {"days": round(float(total["stock"] / total["demand"]), 8), "no_recent_demand_value": round(idle_value, 2)}
    found["by_segment"] = {str(name): round(float(row["stock"] / row["demand"]), 8) for name, row in by.iterrows()}
    found["allocated_value"] = round(float(total["stock"]), 2)
    kinds = told.stock[told.stock["day"] == end]
    worth = product["cost"].reindex(kinds["product"]).to_numpy()
    names = {"free": "unrestricted", "quality": "quality", "blocked": "blocked", "moving": "in_transit"}
    found["stock_value"] = {
        label: round(float((kinds[name].clip(lower=0) * worth).sum()), 2) for name, label in names.items()
    }
    return found


def matches(told: Company) -> dict:
    """Which account is which customer, how that can be known, and which pairs must stay apart."""
    customer, account = told.customer, told.account
    joined = customer[~customer["join"].isin(["none", "no_account"])]
    pairs = [
        [account.at[k, "account_id"], row.kunnr, row.join]
        for k, row in zip(joined.index, joined.itertuples(), strict=True)
    ]
    same = customer[customer["join"] == "none"]
    look = customer[customer["name"] == "Nordlicht Armaturen"]["kunnr"].iloc[0]
    return {
        "pairs": pairs,
        "same_but_not_joinable": [
            [account.at[k, "account_id"], row.kunnr] for k, row in zip(same.index, same.itertuples(), strict=True)
        ],
        "without_account": customer[customer["join"] == "no_account"]["kunnr"].tolist(),
        "must_not_match": [[account["account_id"].iloc[-1], look]],
        "by": customer["join"].value_counts().sort_index().to_dict(),
    }
