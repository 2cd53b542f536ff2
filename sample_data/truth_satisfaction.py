"""The truth about satisfaction: answers of the last twelve months against how late their order's worst line was."""

import numpy as np
import pandas as pd

from sample_data.story import Company
from sample_data.surveys import NOTICES
from sample_data.truth_lines import demand_lines, period

BUCKETS = ((-(10**6), -1, "early"), (0, 0, "on_time"), (1, 2, "1_2"), (3, 7, "3_7"), (8, 10**6, "gt_7"))


def order_delay(told: Company) -> pd.DataFrame:
    """Each promised order whose deliveries are proved: how late its worst promised line was, and who was told.

    Columns: late (days, may be negative; up to the last day where it still waits), told_nothing (a line late or
    re-promised without a notice before its first promised day), often (a line promised three times or more), done."""
    lines = demand_lines(told)
    lines = lines[lines["cancel"] != "excusable"]
    notice = told.notice[told.notice["kind"].isin(NOTICES)].groupby("line")["day"].min().reindex(lines.index)
    moves = told.promise.groupby("line")["seq"].max().reindex(lines.index, fill_value=0)
    promised = lines["first"] >= 0
    done = (lines["completion"] >= 0) & (lines["cancel"] == "none")
    late = (lines["completion"].where(done, told.calendar.end) - lines["first"]).where(promised)
    silent = promised & ((late > 0) | (moves > 0)) & ~(notice < lines["first"])
    rows = pd.DataFrame(
        {"order": lines["order"], "late": late, "told_nothing": silent, "often": moves >= 2, "done": done}
    )
    found = rows.groupby("order").agg({"late": "max", "told_nothing": "any", "often": "any", "done": "all"})
    unproved = lines.loc[lines["no_proof"], "order"].unique()
    return found[found["late"].notna() & ~found.index.isin(unproved)]


def answers(told: Company, kind: str) -> pd.DataFrame:
    """Answers of one kind in the period, the last one per order, with how the order went."""
    start, end = period(told)
    survey = told.survey[
        (told.survey["type"] == kind) & (told.survey["answered"] >= start) & (told.survey["answered"] <= end)
    ]
    return (
        survey.sort_values("answered")
        .groupby("order")
        .tail(1)
        .merge(order_delay(told), left_on="order", right_index=True)
    )


def rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's rho with mid-ranks."""
    a, b = pd.Series(x).rank(), pd.Series(y).rank()
    return float(np.corrcoef(a, b)[0, 1])


def superiority(on_time: np.ndarray, late: np.ndarray) -> float:
    """P(an on-time order scores better than a late one) + half of the ties."""
    wins = (on_time[:, None] > late[None, :]).mean() + 0.5 * (on_time[:, None] == late[None, :]).mean()
    return float(wins)


def satisfaction(told: Company) -> dict:
    """CSAT: rho, superiority and means by lateness; cause and silence of all dissatisfied answers (2 or less of 5)."""
    rows = answers(told, "CSAT")
    done = rows[rows["done"]]
    late, score = done["late"].to_numpy(), done["score"].to_numpy()
    groups = {"on_time": score[late <= 0], "late": score[late > 0], "not_delivered": rows.loc[~rows["done"], "score"]}
    bucket = {name: score[(late >= low) & (late <= high)] for low, high, name in BUCKETS}
    return {
        "answers": int(len(done)),
        "customers": int(done["company"].nunique()),
        "rho": round(rank_correlation(late, score), 10),
        "superiority": round(superiority(groups["on_time"], groups["late"]), 10),
        "mean_score": means(groups),
        "bucket_score": means({**bucket, "not_delivered": groups["not_delivered"]}),
        "cause": causes(rows[rows["score"] <= 2]),
        "dissatisfied_when_late": told_or_not(rows[rows["late"] > 0]),
    }


def means(groups: dict) -> dict:
    return {name: round(float(np.mean(part)), 10) for name, part in groups.items() if len(part)}


def causes(bad: pd.DataFrame) -> dict:
    """Answers by what had failed: execution (late), communication (nothing said, or promised three times)."""
    execution, silence = bad["late"] > 0, bad["told_nothing"] | bad["often"]
    return {
        "execution": int((execution & ~silence).sum()),
        "communication": int((~execution & silence).sum()),
        "both": int((execution & silence).sum()),
        "neither": int((~execution & ~silence).sum()),
    }


def told_or_not(late: pd.DataFrame) -> dict:
    """Dissatisfied among the late who were told, and among those who were not."""
    parts = {"told": late[~late["told_nothing"]], "not_told": late[late["told_nothing"]]}
    return {name: {"num": int((part["score"] <= 2).sum()), "den": int(len(part))} for name, part in parts.items()}
