"""Rank correlation within strata: against ranks made row by row, and what it takes out."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from metrics.stratified import interval, rho, scores


def by_hand(frame: pd.DataFrame) -> float:
    """Rows one by one: scipy's mid-ranks within each stratum, centred, by van Elteren's weight."""
    found = []
    for _, rows in frame.groupby("stratum"):
        if rows["x"].nunique() > 1 and rows["y"].nunique() > 1:
            size = len(rows)
            ranks = [stats.rankdata(rows[name]) - (size + 1) / 2 for name in ("x", "y")]
            found.append(np.array(ranks) / (size + 1))
    u, v = np.concatenate(found, axis=1)
    return float((u @ v) / np.sqrt((u @ u) * (v @ v)))


def drawn(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"stratum": rng.choice(list("abcde"), 90), "x": rng.integers(-2, 6, 90)})
    level = rows["stratum"].map(dict(zip("abcde", range(5), strict=True)))
    rows["y"] = np.clip(5 - rows["x"] * 0.3 - level * 0.4 + rng.normal(0, 1, 90), 1, 5).round()
    return rows.assign(customer=rng.integers(0, 30, 90))


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby(["stratum", "customer", "x", "y"]).size().rename("n").reset_index()


@pytest.mark.parametrize("seed", range(5))
def test_counts_give_what_rows_give(seed):
    rows = drawn(seed)
    assert rho(scores(counted(rows), "stratum")) == pytest.approx(by_hand(rows))


def test_one_stratum_is_plain_spearman():
    rows = drawn(7).assign(stratum="all")
    expected = stats.spearmanr(rows["x"], rows["y"]).statistic
    assert rho(scores(counted(rows), "stratum")) == pytest.approx(expected)


def test_what_only_the_strata_bring_is_taken_out():
    rows = pd.DataFrame({"stratum": list("aabb"), "customer": [1, 1, 2, 2], "x": [0, 1, 8, 9], "y": [5, 5, 1, 1]})
    assert rho(scores(rows.assign(n=1), "stratum")) is None
    rows["y"] = [4, 5, 1, 2]
    assert rho(scores(rows.assign(n=1), "stratum")) == pytest.approx(1.0)
    assert stats.spearmanr(rows["x"], rows["y"]).statistic < 0


def test_strata_that_say_nothing_are_left_out():
    rows = pd.DataFrame({"stratum": list("abb"), "customer": [1, 2, 2], "x": [1, 2, 3], "y": [3, 5, 4], "n": 1})
    assert len(scores(rows, "stratum")) == 2


def test_few_customers_have_no_interval_and_many_hold_the_value():
    rows = counted(drawn(3))
    assert interval(scores(rows[rows["customer"] < 10], "stratum"), "customer") is None
    scored = scores(rows, "stratum")
    low, high = interval(scored, "customer")
    assert low < rho(scored) < high
