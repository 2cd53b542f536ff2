"""Deals with a course of their own: reopened after a loss, forgotten for a year, lost on one day by one user."""

from dataclasses import replace

import numpy as np
import pandas as pd

from sample_data.deals import LOST, WON
from sample_data.demand import Demand
from sample_data.products import Assortment
from sample_data.settings import FAMILIES, Size, day_number

BULK_DAY, BULK_OWNER = day_number("2026-01-30"), 3
EARLY, MIDDLE, LATE = "Qualification", "Needs Analysis", "Negotiation/Review"


def courses(size: Size) -> list[list[tuple]]:
    """Of each deal its states: (day, stage, days from then to the expected close)."""
    bulk, kept = (14, 5) if size.name == "demo" else (3, 2)
    found = []
    for k in range(bulk):
        opened = BULK_DAY - 95 - 7 * k
        found.append([(opened, EARLY, 70), (opened + 21, MIDDLE, 60), (BULK_DAY, LOST, 0)])
    for k, end in zip(range(kept), (WON, LOST, None, WON, LOST), strict=False):
        opened = day_number("2025-05-12") + 14 * k
        course = [(opened, EARLY, 70), (opened + 14, MIDDLE, 60), (opened + 56, LOST, 0), (opened + 98, LATE, 30)]
        found.append(course + ([(opened + 126, end, 0)] if end else []))
    for k in range(kept):
        opened = day_number("2024-11-04") + 14 * k
        found.append([(opened, EARLY, 75), (opened + 28, MIDDLE, 60)])
    return found


def add(demand: Demand, offer: pd.DataFrame, goods: Assortment, company: pd.DataFrame, size: Size) -> tuple:
    """(demand, offer) with these deals behind the others; they belong to existing customers with an account."""
    known = company.index[: size.customers][company["join"][: size.customers] == "erp_number"]
    deals, states, offers = [], [], []
    first = len(demand.opportunity)
    for k, course in enumerate(courses(size)):
        family = FAMILIES[k % len(FAMILIES)]
        product = int(np.flatnonzero(goods.product["family"] == family)[0])
        qty = 8 + 3 * (k % 5)
        amount = round(qty * float(goods.product["price"].iat[product]), 2)
        rows = [(first + k, day, stage, amount, day + ahead) for day, stage, ahead in course]
        day, last = course[-1][:2]
        closed = day if last in (WON, LOST) else -1
        deals.append(
            {
                "created": course[0][0],
                "company": int(known[(5 * k + 2) % len(known)]),
                "lead": -1,
                "family": family,
                "owner": BULK_OWNER if closed == BULK_DAY else k % 12,
                "stage": last,
                "amount": amount,
                "close": rows[-1][4],
                "won": closed if last == WON else -1,
                "closed": closed,
            }
        )
        states.extend(rows)
        offers.append((first + k, product, qty, float(goods.product["price"].iat[product])))
    history = pd.DataFrame(states, columns=["opp", "day", "stage", "amount", "close"])
    history["minute"] = np.arange(len(history)) * 7 % 500
    told = replace(
        demand,
        opportunity=pd.concat([demand.opportunity, pd.DataFrame(deals)], ignore_index=True),
        history=pd.concat([demand.history, history], ignore_index=True),
    )
    return told, pd.concat([offer, pd.DataFrame(offers, columns=offer.columns)], ignore_index=True)
