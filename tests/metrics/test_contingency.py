"""Rank statistics of tables of counts against scipy's over the rows behind them."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from metrics.contingency import bonett_wright, kendall, leave_one_out, spearman, superiority, table_of, value


@pytest.fixture
def rows():
    rng = np.random.default_rng(5)
    late = rng.integers(-3, 9, 400)
    score = np.clip(5 - late // 3 + rng.integers(-2, 3, 400), 1, 5)
    return pd.DataFrame({"cluster": rng.integers(0, 60, 400), "x": late, "y": score, "n": 1})


def test_correlations_of_counts_are_those_of_the_rows(rows):
    table = table_of(rows)[0]
    assert value(spearman, table) == pytest.approx(stats.spearmanr(rows["x"], rows["y"]).statistic, abs=1e-12)
    assert value(kendall, table) == pytest.approx(stats.kendalltau(rows["x"], rows["y"]).statistic, abs=1e-12)


def test_superiority_is_mann_and_whitneys_u_over_all_pairs(rows):
    rows["x"] = (rows["x"] > 0).astype(int)
    on_time, late = (rows.loc[rows["x"] == flag, "y"] for flag in (0, 1))
    found = stats.mannwhitneyu(on_time, late).statistic / (len(on_time) * len(late))
    assert value(superiority, table_of(rows)[0]) == pytest.approx(found, abs=1e-12)


def test_a_table_without_spread_has_no_correlation():
    flat = pd.DataFrame({"x": [0, 0, 0], "y": [1, 2, 3], "n": 1})
    assert value(spearman, table_of(flat)[0]) is None
    assert value(kendall, table_of(flat)[0]) is None


@pytest.mark.parametrize("statistic", [spearman, kendall])
def test_the_jackknife_is_that_of_leaving_out_each_customer_in_turn(rows, statistic):
    whole = value(statistic, table_of(rows)[0])
    single = [value(statistic, table_of(rows[rows["cluster"] != name])[0]) for name in rows["cluster"].unique()]
    m = len(single)
    variance = (m - 1) / m * ((np.array(single) - np.mean(single)) ** 2).sum()
    half = stats.t.ppf(0.975, m - 1) * np.sqrt(variance)
    assert leave_one_out(statistic, rows) == pytest.approx((whole - half, whole + half), abs=1e-12)


def test_fewer_than_20_customers_have_no_jackknife(rows):
    assert leave_one_out(spearman, rows.assign(cluster=rows["cluster"] % 19)) is None


def test_bonett_and_wright_on_the_published_example():
    assert [round(side, 4) for side in bonett_wright(-0.9254762, 6)] == [-0.9948, -0.2669]
    assert bonett_wright(1.0, 10) is None
