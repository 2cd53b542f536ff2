"""Leads and opportunities: who asks, through which channel, and what becomes of it in the pipeline."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sample_data import deals, names
from sample_data.settings import FAMILIES, Calendar, Size, rng, workday

CHANNELS = ("Web", "Trade Show", "Partner Referral", "Phone Inquiry", "Email", "Purchased List")
CHANNEL_SHARE = (0.34, 0.16, 0.12, 0.14, 0.16, 0.08)
CONVERTS = (0.17, 0.21, 0.36, 0.22, 0.12, 0.06)
CAMPAIGNS = {
    "Trade Show": ("Hannover Messe", "IFAT", "ACHEMA"),
    "Email": ("Retrofit 2024", "Energy Check"),
    "Web": ("Search", "Webinar", ""),
}
DEAL_SIZE = {"Enterprise": 40000, "Public": 26000, "Midmarket": 17000, "SMB": 7000, "": 12000}
OWNERS = 12
WARM_UP = 150  # days before the first month in which deals were already being opened


@dataclass(frozen=True)
class Demand:
    """lead, opportunity (index = opp) and history (one row per state of an opportunity)."""

    lead: pd.DataFrame
    opportunity: pd.DataFrame
    history: pd.DataFrame
    companies_used: int


def drift(random: np.random.Generator, steps: int, keep: float, spread: float) -> np.ndarray:
    """A slow random swing around 1: what makes next month differ from history, and the pipeline know it."""
    level = np.zeros(steps)
    for step in range(1, steps):
        level[step] = keep * level[step - 1] + random.normal(0, spread)
    return np.exp(level)


def make_leads(seed: int, calendar: Calendar, size: Size, company: pd.DataFrame) -> pd.DataFrame:
    """Leads of all months; a converted one has a company: an existing customer or the next one that never bought."""
    random = rng(seed, "leads")
    months = len(calendar.month_starts)
    counts = random.poisson(115 * size.scale * drift(random, months, 0.7, 0.10))
    month = np.repeat(np.arange(months), counts)
    start, length = calendar.month_starts[month], (calendar.month_ends - calendar.month_starts + 1)[month]
    lead = pd.DataFrame({"created": np.sort(start + (random.random(len(month)) * length).astype(int))})
    count = len(lead)
    channel = random.choice(len(CHANNELS), count, p=CHANNEL_SHARE)
    lead["channel"] = np.array(CHANNELS)[channel]
    lead["campaign"] = [
        CAMPAIGNS.get(name, ("",))[k % len(CAMPAIGNS.get(name, ("",)))]
        for name, k in zip(lead["channel"], random.integers(0, 6, count), strict=True)
    ]
    lead["deleted"] = random.random(count) < 0.04
    lead["converted"] = workday(lead["created"] + 1 + random.gamma(2.0, 4.0, count).astype(int))
    lead["is_converted"] = (
        (random.random(count) < np.array(CONVERTS)[channel]) & ~lead["deleted"] & (lead["converted"] <= calendar.end)
    )
    lead["owner"] = random.integers(0, OWNERS, count)
    lead["minute"] = random.integers(0, 540, count)
    lead["closed"] = ~lead["is_converted"] & (random.random(count) < 0.75) & (lead["created"] < calendar.end - 30)
    lead["company"] = lead_companies(random, lead, size, company)
    lead["other_name"] = [
        f"{a} {b}"
        for a, b in zip(
            random.choice(names.TOWNS, count),
            random.choice(["Handel", "Service", "Bau", "Labor", "Institut"], count),
            strict=True,
        )
    ]
    return lead


def lead_companies(random: np.random.Generator, lead: pd.DataFrame, size: Size, company: pd.DataFrame) -> np.ndarray:
    """The company of each converted lead, -1 for the others; new companies are taken in order."""
    known = company.index[: size.customers][company["join"][: size.customers] != "no_account"]
    found = random.choice(known, len(lead))
    is_new = random.random(len(lead)) < 0.55
    converted = lead["is_converted"].to_numpy()
    fresh = converted & is_new
    found[fresh] = size.customers + np.arange(fresh.sum())
    return np.where(converted, found, -1)


def openings(seed: int, calendar: Calendar, size: Size, company: pd.DataFrame, lead: pd.DataFrame) -> pd.DataFrame:
    """When each opportunity was opened, for whom and for which family; from a lead or by the account manager."""
    random = rng(seed, "openings")
    weeks = np.arange(calendar.start - WARM_UP, calendar.end + 1, 7)
    rate = 9.6 * size.scale * drift(random, len(weeks), 0.97, 0.09)
    created = np.repeat(weeks, random.poisson(rate))
    created = workday(created + random.integers(0, 5, len(created)))
    known = company.index[: size.customers][company["join"][: size.customers] != "no_account"]
    direct = pd.DataFrame({"created": created, "company": random.choice(known, len(created)), "lead": -1})
    taken = lead[lead["is_converted"]]
    by_lead = pd.DataFrame({"created": taken["converted"], "company": taken["company"], "lead": taken.index})
    found = pd.concat([direct, by_lead], ignore_index=True)
    found = (
        found[found["created"] <= calendar.end]
        .sort_values(["created", "lead", "company"], kind="stable")
        .reset_index(drop=True)
    )
    swing = np.array([drift(random, len(weeks) + 1, 0.95, 0.16) for _ in FAMILIES])
    swing = swing * np.array([1.3, 1.0, 1.2, 0.9, 0.6, 0.4])[:, None]
    share = np.cumsum(swing / swing.sum(axis=0), axis=0)[:, (found["created"].to_numpy() - weeks[0]) // 7]
    found["family"] = np.array(FAMILIES)[(random.random(len(found)) > share).sum(axis=0)]
    found["owner"] = random.integers(0, OWNERS, len(found))
    return found


def since(states: list[deals.State], start: int) -> list[deals.State]:
    """The states from the first day on; a deal opened before it was carried over into the CRM as it stood then."""
    before = [state for state in states if state.day < start]
    return [*(state._replace(day=start) for state in before[-1:]), *(state for state in states if state.day >= start)]


def make_demand(seed: int, calendar: Calendar, size: Size, company: pd.DataFrame) -> Demand:
    """Leads, opportunities and every state the opportunities went through."""
    lead = make_leads(seed, calendar, size, company)
    opened = openings(seed, calendar, size, company, lead)
    random = rng(seed, "deals")
    segment = company["segment"].to_numpy()[opened["company"]]
    amount = np.round([DEAL_SIZE[name] for name in segment] * random.lognormal(-0.2, 0.6, len(opened)), 2)
    lives = [
        deals.life(random, int(day), float(value), calendar.end)
        for day, value in zip(opened["created"], amount, strict=True)
    ]
    alive = [k for k, states in enumerate(lives) if states[-1].stage in deals.NEXT or states[-1].day >= calendar.start]
    opportunity = opened.loc[alive].reset_index(drop=True)
    rows = [(opp, *state) for opp, k in enumerate(alive) for state in since(lives[k], calendar.start)]
    history = pd.DataFrame(rows, columns=["opp", "day", "stage", "amount", "close"])
    last = history.groupby("opp").last()
    opportunity[["stage", "amount", "close"]] = last[["stage", "amount", "close"]]
    opportunity["won"] = np.where(last["stage"] == deals.WON, last["day"], -1)
    opportunity["closed"] = np.where(last["stage"].isin([deals.WON, deals.LOST]), last["day"], -1)
    history["minute"] = rng(seed, "minutes").integers(0, 500, len(history))
    used = max(size.customers, int(opportunity["company"].max()) + 1)
    return Demand(lead, opportunity, history, used)
