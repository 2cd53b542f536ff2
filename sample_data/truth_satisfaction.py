"""The truth about satisfaction: answers of the last twelve months against how late their order's worst line was."""

import numpy as np
import pandas as pd

from sample_data.story import Company
from sample_data.surveys import NOTICES
from sample_data.truth_lines import demand_lines, period

BUCKETS = ((-(10**6), -1, "early"), (0, 0, "on_time"), (1, 2, "1_2"), (3, 7, "3_7"), (8, 10**6, "gt_7"))


def order_delay(told: Company) -> pd.DataFrame:
    """Each wholly delivered order, with the lateness of its worst promised line and whether its customer was told.

    Columns: late (days, may be negative), completed, told_nothing (a line late or re-promised without a notice before
    its first promised day), often (a line promised three times or more)."""
    lines = demand_lines(told)
    lines = lines[lines["cancel"] != "excusable"]
    notice = told.notice[told.notice["kind"].isin(NOTICES)].groupby("line")["day"].min().reindex(lines.index)
    moves = told.promise.groupby("line")["seq"].max().reindex(lines.index, fill_value=0)
    promised = lines["first"] >= 0
    late = (lines["completion"] - lines["first"]).where(promised)
    silent = promised & ((late > 0) | (moves > 0)) & ~(notice < lines["first"])
    done = (lines["completion"] >= 0) & (lines["cancel"] == "none")
    rows = pd.DataFrame(
        {"order": lines["order"], "late": late, "completed": lines["completion"], "told_nothing": silent}
    )
    rows = rows.assign(often=moves >= 2, done=done)
    how = {"late": "max", "completed": "max", "told_nothing": "any", "often": "any", "done": "all"}
    found = rows.groupby("order").agg(how)
    return found[found["done"] & found["late"].notna()]


def answers(told: Company, kind: str) -> pd.DataFrame:
    """Answers of one kind in the period on delivered orders, the last one per order, with the order's delay."""
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
    """CSAT: rho, superiority, means by lateness, and the cause of each dissatisfied answer (2 or less of 5)."""
    rows = answers(told, "CSAT")
    late = rows["late"].to_numpy()
    score = rows["score"].to_numpy()
    found = {
        "answers": int(len(rows)),
        "customers": int(rows["company"].nunique()),
        "rho": round(rank_correlation(late, score), 10),
    }
    found["superiority"] = round(superiority(score[late <= 0], score[late > 0]), 10)
    found["mean_score"] = {
        "on_time": round(float(score[late <= 0].mean()), 10),
        "late": round(float(score[late > 0].mean()), 10),
    }
    bucket = {name: score[(late >= low) & (late <= high)] for low, high, name in BUCKETS}
    found["bucket_score"] = {name: round(float(part.mean()), 10) for name, part in bucket.items() if len(part)}
    bad = rows[rows["score"] <= 2]
    execution, silence = bad["late"] > 0, bad["told_nothing"] | bad["often"]
    found["cause"] = {
        "execution": int((execution & ~silence).sum()),
        "communication": int((~execution & silence).sum()),
        "both": int((execution & silence).sum()),
        "neither": int((~execution & ~silence).sum()),
    }
    told_late = rows[rows["late"] > 0]
    found["dissatisfied_when_late"] = {
        name: {"num": int((part["score"] <= 2).sum()), "den": int(len(part))}
        for name, part in (
            ("told", told_late[~told_late["told_nothing"]]),
            ("not_told", told_late[told_late["told_nothing"]]),
        )
    }
    return found
