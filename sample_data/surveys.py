"""What customers said: returns, cases and surveys, driven by how the delivery really went."""

import numpy as np
import pandas as pd

from sample_data.orders import Orders
from sample_data.settings import rng, workday

NOTICES = ("promise_change", "delay_notice")


def order_outcome(
    orders: Orders, outcome: pd.DataFrame, promise: pd.DataFrame, notice: pd.DataFrame, cancelled: pd.DataFrame
) -> pd.DataFrame:
    """How each order went (index = order): done day or -1, late (its worst line), silent, often (moved), troubled."""
    line = orders.line
    first = line["promise"].where(line["promise"] >= 0)
    state = pd.DataFrame(
        {"order": line["order"], "done": outcome["completion"], "late": (outcome["completion"] - first)}
    )
    dead = line.index.isin(cancelled["line"])
    moves = promise.groupby("line")["seq"].max().reindex(line.index, fill_value=0)
    told_by = notice[notice["kind"].isin(NOTICES)].groupby("line")["day"].min().reindex(line.index)
    in_time = (told_by < first).to_numpy()
    state["silent"] = ((state["late"] > 0) | (moves > 0)) & ~in_time
    state["often"] = moves >= 2
    state["dead"] = dead
    living = state[~dead]
    found = living.groupby("order").agg(
        done=("done", "max"),
        least=("done", "min"),
        late=("late", "max"),
        silent=("silent", "any"),
        often=("often", "any"),
    )
    found["done"] = np.where(found["least"] >= 0, found["done"], -1)
    found["troubled"] = state.groupby("order")["dead"].any().reindex(found.index)
    found = found[orders.order["kind"].reindex(found.index) != "FD"]
    return found.drop(columns="least")


def make_returns(seed: int, orders: Orders, outcome: pd.DataFrame, end: int) -> pd.DataFrame:
    """Returned lines (line, day, qty, reason): 102 damaged and 103 defective are our fault, 101 a wrong order."""
    random = rng(seed, "returns")
    done = outcome[outcome["completion"] >= 0]
    picked = done[random.random(len(done)) < 0.02]
    day = workday(picked["completion"] + random.integers(2, 6, len(picked)))
    qty = np.maximum(1, (orders.line["qty"][picked.index] * random.uniform(0.1, 1.0, len(picked))).astype(int))
    reason = random.choice(["101", "102", "103"], len(picked), p=[0.35, 0.25, 0.40])
    found = pd.DataFrame({"line": picked.index, "day": day, "qty": qty.to_numpy(), "reason": reason})
    return found[found["day"] <= end].reset_index(drop=True)


def make_cases(seed: int, orders: Orders, went: pd.DataFrame, end: int) -> pd.DataFrame:
    """Cases (company, order or -1, opened, type): where-is-my-order questions come from late customers nobody told."""
    random = rng(seed, "cases")
    company = orders.order["company"]
    asked = went[went["silent"] & (went["late"] > 3) & (random.random(len(went)) < 0.35)]
    opened = workday(np.where(asked["done"] >= 0, asked["done"] - np.minimum(asked["late"].fillna(4), 4) + 1, end - 3))
    where = pd.DataFrame(
        {"company": company[asked.index], "order": asked.index, "opened": opened, "type": "Where is my order"}
    )
    other = went[(went["done"] >= 0) & (random.random(len(went)) < 0.06)]
    kinds = random.choice(["Technical question", "Invoice", "Price"], len(other))
    more = pd.DataFrame(
        {
            "company": company[other.index],
            "order": other.index,
            "opened": other["done"] + random.integers(0, 20, len(other)),
            "type": kinds,
        }
    )
    found = pd.concat([where, more], ignore_index=True)
    found = (
        found[(found["opened"] <= end)].sort_values(["opened", "order", "type"], kind="stable").reset_index(drop=True)
    )
    found["answered"] = found["opened"] + random.integers(0, 4, len(found))
    found["closed"] = np.where(
        random.random(len(found)) < 0.9, found["opened"] + random.integers(1, 15, len(found)), -1
    )
    found.loc[found["closed"] > end, "closed"] = -1
    return found


def scores(random, went: pd.DataFrame, mood: np.ndarray) -> np.ndarray:
    """CSAT 1..5: a step down once late, another when nobody said so, a little for each day; no gain for being early."""
    late = went["late"].fillna(0).to_numpy()
    value = 4.45 + mood + random.normal(0, 0.65, len(went))
    value -= np.where(late > 0, 0.55 + 0.05 * np.minimum(late, 14), 0)
    value -= np.where(went["silent"].to_numpy(), 0.75, 0)
    value -= np.where(random.random(len(went)) < 0.05, 1.8, 0)
    return np.clip(np.round(value), 1, 5).astype(int)


def make_surveys(
    seed: int,
    orders: Orders,
    went: pd.DataFrame,
    returns: pd.DataFrame,
    join: np.ndarray,
    asked: float,
    end: int,
) -> pd.DataFrame:
    """Surveys (company, order or -1, type, score or -1, sent, answered or -1), one per order at most.

    Sent one to three days after the order was complete, only to customers with an account; some carry no order number;
    a few go out although the promised day passed without delivery."""
    random, has_account = rng(seed, "surveys"), join != "no_account"
    company = orders.order["company"].to_numpy()
    bad = orders.line["order"].to_numpy()[returns.loc[returns["reason"] != "101", "line"]]
    asked = (random.random(len(went)) < asked) & ~went.index.isin(bad)
    done = went[(went["done"] >= 0) & ~went["troubled"] & has_account[company[went.index]] & asked]
    mood = rng(seed, "moods").normal(0, 0.35, company.max() + 1)[company[done.index]]
    found = pd.DataFrame({"company": company[done.index], "order": done.index}, index=done.index)
    found["sent"] = workday(done["done"] + random.integers(1, 4, len(done)))
    answers = random.random(len(done)) < np.where(done["late"].fillna(0) > 0, 0.52, 0.42)
    found["answered"] = np.where(answers, found["sent"] + random.integers(0, 9, len(done)), -1)
    found["score"] = scores(random, done, mood)
    found["type"] = np.where(random.random(len(done)) < 0.12, "NPS", "CSAT")
    found.loc[found["type"] == "NPS", "score"] = np.clip(found["score"] * 2 + random.integers(-1, 2, len(found)), 0, 10)
    found = pd.concat([found, undelivered_surveys(random, orders, went, has_account, end)], ignore_index=True)
    found = found[found["sent"] <= end]
    found.loc[found["answered"] > end, "answered"] = -1
    found.loc[found["answered"] < 0, "score"] = -1
    found["anonymous"] = lone_orders(went, company, found) & (random.random(len(found)) < 0.05)
    found["anonymous"] &= join[found["company"]] != "none"
    return found.sort_values(["sent", "order"], kind="stable").reset_index(drop=True)


def lone_orders(went: pd.DataFrame, company: np.ndarray, survey: pd.DataFrame) -> np.ndarray:
    """Whether the survey's order is the one the customer had completed last when it was sent, and no other that day."""
    done = went[went["done"] >= 0].assign(company=lambda rows: company[rows.index])
    pairs = (
        survey[["company", "order", "sent"]].reset_index(names="survey").merge(done[["company", "done"]], on="company")
    )
    pairs = pairs[pairs["done"] <= pairs["sent"]]
    last = pairs.groupby("survey")["done"].agg(["max"]).join(pairs.set_index("survey")["done"], how="left")
    alone = (last["done"] == last["max"]).groupby(level=0).sum() == 1
    mine = (
        went["done"].reindex(survey["order"]).to_numpy()
        == last["max"].groupby(level=0).first().reindex(survey.index).to_numpy()
    )
    return alone.reindex(survey.index, fill_value=False).to_numpy() & mine


def undelivered_surveys(random, orders: Orders, went: pd.DataFrame, has_account: np.ndarray, end: int) -> pd.DataFrame:
    """Surveys to customers still waiting after the promised day."""
    first = orders.line["promise"].where(orders.line["promise"] >= 0).groupby(orders.line["order"]).max()
    open_ = went[(went["done"] < 0) & ~went["troubled"] & has_account[orders.order["company"].to_numpy()[went.index]]]
    overdue = open_[(first.reindex(open_.index) < end - 6).to_numpy() & (random.random(len(open_)) < 0.5)]
    sent = workday(first[overdue.index].to_numpy() + 3).astype(int)
    frame = pd.DataFrame(
        {"company": orders.order["company"].to_numpy()[overdue.index], "order": overdue.index, "sent": sent}
    )
    return frame.assign(
        answered=np.where(random.random(len(frame)) < 0.6, sent + 2, -1),
        score=random.integers(1, 4, len(frame)),
        type="CSAT",
    )
