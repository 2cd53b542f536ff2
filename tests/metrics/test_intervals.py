"""The intervals against the book's figures and against scipy's own."""

import numpy as np
import pytest
from scipy import stats

from metrics import intervals


def sums(k, n):
    return {"m": len(k), "kk": (k * k).sum(), "kn": (k * n).sum(), "nn": (n * n).sum()}


def test_wilson_is_scipys_wilson():
    for k, n in ((20, 100), (3, 5), (0, 7), (7, 7)):
        expected = stats.binomtest(k, n).proportion_ci(method="wilson")
        assert intervals.wilson(k / n, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_lines_of_one_order_widen_the_interval():
    hits, lines = np.array([2] * 12 + [1] * 4 + [0] * 4), np.full(20, 2)
    ci, method = intervals.proportion(hits.sum(), lines.sum(), sums(hits, lines))
    assert (method, ci) == ("wilson_n_eff", pytest.approx((0.5038, 0.8428), abs=5e-5))


def test_rows_that_are_their_own_clusters_get_plain_wilson():
    hits, lines = np.array([1] * 28 + [0] * 12), np.full(40, 1)
    ci, method = intervals.proportion(28, 40, sums(hits, lines))
    assert (method, ci) == ("wilson", pytest.approx((0.5457, 0.8193), abs=5e-5))


def test_few_clusters_give_no_interval_of_a_ratio():
    one = np.arange(1, 20, dtype=float)
    assert intervals.ratio(one.sum(), 19, sums(one, np.ones(19))) == (None, None)


def test_the_ratio_interval_of_single_rows_is_the_t_interval_of_the_mean():
    days = np.array([3.0, 5, 8, 2, 9, 4, 4, 7, 6, 5, 3, 8, 1, 9, 5, 6, 7, 2, 4, 6, 5, 3])
    ci, _ = intervals.ratio(days.sum(), len(days), sums(days, np.ones(len(days))))
    expected = stats.t.interval(0.95, len(days) - 1, days.mean(), stats.sem(days))
    assert ci == pytest.approx(expected, abs=1e-12)


def test_newcombe_is_the_books_example():
    assert intervals.newcombe(24, 40, 12, 40) == pytest.approx((0.082, 0.481), abs=5e-4)


def test_zero_defects_still_have_an_upper_limit():
    assert intervals.clopper_pearson(0, 500) == pytest.approx((0, 7351e-6), abs=1e-6)
    expected = stats.binomtest(3, 50).proportion_ci(method="exact")
    assert intervals.clopper_pearson(3, 50) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(("n", "ranks"), [(5, None), (6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (30, (10, 21))])
def test_the_ranks_that_hold_the_median(n, ranks):
    assert intervals.median_ranks(n) == ranks


@pytest.mark.parametrize(("share", "n"), [(0.3, 40), (0.95, 17.5), (0.5, 1000), (0.02, 120)])
def test_the_size_behind_a_wilson_interval_is_found_again(share, n):
    assert intervals.effective(share, intervals.wilson(share, n)) == pytest.approx(n)
