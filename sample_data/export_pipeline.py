"""Opportunities as Salesforce exports them: every week as they stood, at the end their lines and their history."""

from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.export_salesforce import GO_LIVE, save, user_ids
from sample_data.settings import PROBABILITY, STAGES, month_end_thursdays
from sample_data.story import Company
from sample_data.texts import iso_dates, quoted_rows, salesforce_dates, salesforce_ids, salesforce_instants, write

HEADER = [
    "Id",
    "IsDeleted",
    "AccountId",
    "Name",
    "StageName",
    "Amount",
    "Probability",
    "CloseDate",
    "Type",
    "LeadSource",
    "IsClosed",
    "IsWon",
    "ForecastCategoryName",
    "CurrencyIsoCode",
    "OwnerId",
    "CreatedDate",
    "LastModifiedDate",
    "ERP_Order_Number__c",
]
FORECAST = {
    "Closed Won": "Closed",
    "Closed Lost": "Omitted",
    "Negotiation/Review": "Commit",
    "Proposal/Price Quote": "Best Case",
    "Perception Analysis": "Commit",
}


def order_number_by_deal(told: Company) -> pd.Series:
    """The order number that came back from the ERP (index = opportunity), for every second deal with an order."""
    order = told.orders.order
    first = order[order["opp"] >= 0].groupby("opp").first()
    return first[first.index % 2 == 0][["number", "entered"]]


def states(told: Company) -> pd.DataFrame:
    """One row per state of an opportunity as an export would show it, in the order of opportunity and day.

    The order number arrives with a state of its own, on the day of the order's entry."""
    history = told.demand.history[["opp", "day", "stage", "amount", "close"]].assign(number="")
    last = history.groupby("opp").last()
    come = order_number_by_deal(told)
    late = (
        last.loc[come.index]
        .assign(day=np.maximum(come["entered"], last["day"][come.index]), number=come["number"])
        .reset_index()
    )
    return (
        pd.concat([history, late], ignore_index=True).sort_values(["opp", "day"], kind="stable").reset_index(drop=True)
    )


def export_snapshots(folder: Path, told: Company) -> None:
    """Opportunity_<day>.csv for each export day: the last state of every deal opened by then.

    The order number that comes back from the ERP is a field of the last one only."""
    opp, state = told.demand.opportunity, states(told)
    of = state["opp"].to_numpy()
    probability = state["stage"].map(PROBABILITY)
    number = pd.Series(range(len(opp))).map(lambda k: f"{k + 1:04d}")
    source = told.demand.lead["channel"].reindex(opp["lead"]).fillna("Account Manager").to_numpy()
    columns = [
        np.array(salesforce_ids("006", len(opp)))[of],
        ["0"] * len(state),
        told.account["account_id"].reindex(opp["company"]).to_numpy()[of],
        (opp["family"] + " project " + number).to_numpy()[of],
        state["stage"],
        [f"{value:.2f}" for value in state["amount"]],
        probability,
        salesforce_dates(state["close"]),
        np.where(opp["lead"] >= 0, "New Business", "Existing Business")[of],
        source[of],
        state["stage"].isin(["Closed Won", "Closed Lost"]).astype(int),
        (state["stage"] == "Closed Won").astype(int),
        state["stage"].map(FORECAST).fillna("Pipeline"),
        ["EUR"] * len(state),
        user_ids()[opp["owner"].to_numpy()[of]],
        salesforce_instants(opp["created"].to_numpy()[of], of * 3),
        salesforce_instants(state["day"], of * 3 + 20),
        state["number"],
    ]
    rows = np.array(quoted_rows(columns), dtype=object)
    day = state["day"].to_numpy()
    for export_day in month_end_thursdays(told.calendar, told.size.weekly_opportunity):
        visible = np.flatnonzero(day <= export_day)
        newest = visible[np.append(of[visible][1:] != of[visible][:-1], True)]
        is_last = export_day == told.calendar.end
        header = ",".join(f'"{name}"' for name in (HEADER if is_last else HEADER[:-1]))
        texts = rows[newest] if is_last else [text[: text.rindex(",")] for text in rows[newest]]
        write(folder / f"Opportunity_{iso_dates([export_day])[0]}.csv", header, list(texts), "utf-8", "\n")


def export_lines(folder: Path, told: Company) -> None:
    """OpportunityLineItem: what was offered, as it stands at the end."""
    offer, opp = told.orders.offer, told.demand.opportunity
    created = salesforce_instants(opp["created"], np.arange(len(opp)) * 3)
    columns = {
        "Id": salesforce_ids("00k", len(offer)),
        "IsDeleted": ["0"] * len(offer),
        "OpportunityId": np.array(salesforce_ids("006", len(opp)))[offer["opp"]],
        "SortOrder": offer.groupby("opp").cumcount() + 1,
        "Product2Id": np.array(salesforce_ids("01t", len(told.goods.product)))[offer["product"]],
        "Quantity": offer["qty"],
        "UnitPrice": [f"{value:.2f}" for value in offer["price"]],
        "TotalPrice": [f"{value:.2f}" for value in offer["qty"] * offer["price"]],
        "CurrencyIsoCode": ["EUR"] * len(offer),
        "CreatedDate": created[offer["opp"]],
    }
    save(folder, "OpportunityLineItem", told.calendar.end, columns)


def export_history(folder: Path, told: Company) -> None:
    """OpportunityHistory: one row per saved change of stage, amount or close date, all three as they were then."""
    history, opp = told.demand.history, told.demand.opportunity
    of = history["opp"].to_numpy()
    before = history.groupby("opp")[["stage", "amount", "close"]].shift(1)
    first = before["stage"].isna()
    columns = {
        "Id": salesforce_ids("008", len(history)),
        "OpportunityId": np.array(salesforce_ids("006", len(opp)))[of],
        "CreatedById": user_ids()[opp["owner"].to_numpy()[of]],
        "CreatedDate": salesforce_instants(history["day"], of * 3 + np.where(first, 0, 20)),
        "StageName": history["stage"],
        "Amount": [f"{value:.2f}" for value in history["amount"]],
        "CloseDate": salesforce_dates(history["close"]),
        "Probability": history["stage"].map(PROBABILITY),
        "ForecastCategory": history["stage"].map(FORECAST).fillna("Pipeline"),
        "FromOpportunityStageName": before["stage"].fillna(""),
        "CurrencyIsoCode": ["EUR"] * len(history),
        "IsDeleted": ["0"] * len(history),
        "PrevAmount": [f"{value:.2f}" if value == value else "" for value in before["amount"]],
        "PrevCloseDate": salesforce_dates(before["close"].fillna(-1).astype(int)),
    }
    save(folder, "OpportunityHistory", told.calendar.end, columns)


def export(folder: Path, told: Company) -> None:
    """The weekly opportunities and, at the end, their lines and history."""
    assert set(STAGES) <= set(PROBABILITY) and GO_LIVE
    for part in (export_snapshots, export_lines, export_history):
        part(folder, told)
