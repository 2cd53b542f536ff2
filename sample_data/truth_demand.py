"""The truth about leads, stock and matches."""

import numpy as np
import pandas as pd

from sample_data.export_plant import EXPIRED, batch
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


def daily_demand(told: Company) -> pd.Series:
    """Units a day by product, plant and segment over the 90 days up to the end, without what was cancelled since."""
    end, lines = told.calendar.end, demand_lines(told)
    recent = lines[(lines["ordered"] > end - TRAILING) & (lines["ordered"] <= end) & (lines["cancelled"] < 0)]
    code = told.goods.product["product"].to_numpy()[recent["product"]]
    return recent.assign(product=code).groupby(["product", "site", "segment"])["qty"].sum() / TRAILING


def held_by_line(told: Company) -> pd.Series:
    """Units held for each order line on the last day."""
    return told.held[told.held["until"] < 0].set_index("line")["qty"]


def held_on_the_last_day(told: Company) -> pd.Series:
    """Units held for order lines on the last day, by product, plant and the segment of the line's customer."""
    held = held_by_line(told)
    lines = demand_lines(told).loc[held.index]
    code = told.goods.product["product"].to_numpy()[lines["product"]]
    return lines.assign(product=code, held=held).groupby(["product", "site", "segment"])["held"].sum()


def share_out(free: pd.Series, held: pd.Series, demand: pd.Series) -> pd.Series:
    """Free stock by product, plant and segment: what is held, cut down alike where it is more; the rest by demand."""
    place = ["product", "site"]
    held = held.reindex(demand.index, fill_value=0)
    stock = free.reindex(demand.index.droplevel("segment"), fill_value=0).to_numpy()
    wanted = held.groupby(level=place).transform("sum")
    kept = held * np.minimum(1, stock / wanted.where(wanted > 0, 1))
    rest = stock - kept.groupby(level=place).transform("sum")
    return kept + rest * demand / demand.groupby(level=place).transform("sum")


def days_of_inventory(told: Company) -> dict:
    """Days of stock on the last day under policy A: what is held for lines belongs to their segment, the rest of the
    free stock of a product and plant is shared by trailing demand."""
    demand, cost = daily_demand(told), told.goods.product.set_index("product")["cost"]
    count = told.stock[told.stock["day"] == told.calendar.end].set_index(["product", "site"])
    free, at = count["free"].clip(lower=0), demand.index.droplevel("segment")
    price = cost.reindex(demand.index.get_level_values("product")).to_numpy()
    given = share_out(free, held_on_the_last_day(told), demand)
    value = pd.DataFrame({"stock": given * price, "demand": demand * price}, index=demand.index)
    by, total = value.groupby(level="segment").sum(), value.sum()
    worth = count[["free", "quality", "blocked", "moving"]].mul(
        cost.reindex(count.index.get_level_values("product")).to_numpy(), axis=0
    )
    wanted = count.index.isin(at)
    parts = {
        "unrestricted": worth.loc[wanted, "free"].clip(lower=0).sum(),
        "no_demand": worth.loc[~wanted, "free"].clip(lower=0).sum(),
        "quality": worth["quality"].sum(),
        "blocked": worth["blocked"].sum(),
        "expired": EXPIRED[1] * batch(told)["cost"].iat[-1],
        "in_transit": worth["moving"].sum(),
        "negative": worth["free"].clip(upper=0).sum(),
    }
    return {
        "days": round(float(total["stock"] / total["demand"]), 8),
        "by_segment": {str(name): round(float(row["stock"] / row["demand"]), 8) for name, row in by.iterrows()},
        "stock_value": {name: round(float(amount), 2) for name, amount in parts.items()},
    }


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
