"""The finishers against the book's worked examples and against numpy and scipy."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.finish import histogram_quantile, median_of
from metrics.survival import km_curve, km_quantile


def histogram(days, events):
    return pd.DataFrame({"days": days, "event": events, "n": 1})


def test_the_median_cycle_with_open_rows_is_the_books():
    answer = km_quantile(0.5)(histogram([10, 20, 30, 25, 40], [1, 1, 1, 0, 0]), {})
    assert (answer.value, answer.ci, answer.n) == (30, (10, None), 5)


def test_an_exact_half_counts_as_reached():
    answer = km_quantile(0.5)(histogram([4, 1, 10, 10], [1, 1, 1, 0]), {})
    assert (answer.value, answer.ci) == (4, (1, None))


def test_a_median_that_is_not_reached_says_so():
    answer = km_quantile(0.5)(histogram([3, 9, 9, 9], [1, 0, 0, 0]), {})
    assert (answer.value, answer.reason) == (None, "not reached")


def test_the_end_of_the_last_wait_sets_no_limit():
    answer = km_quantile(0.5)(histogram([1, 1, 2, 2, 3], [1] * 5), {})
    assert (answer.value, answer.ci) == (2, (1, None))


def test_the_curve_of_a_wait_begins_with_all_waiting_and_steps_down_where_waits_end():
    found = km_curve(histogram([10, 20, 30, 25, 40], [1, 1, 1, 0, 0]), {})
    steps = [(answer.part, round(answer.value, 9), answer.num, answer.den) for answer in found]
    assert steps == [
        ("0", 1, 0, 5),
        ("10", 0.8, 1, 5),
        ("20", 0.6, 1, 4),
        ("25", 0.6, 0, 3),
        ("30", 0.3, 1, 2),
        ("40", 0.3, 0, 1),
    ]
    assert {answer.n for answer in found} == {5}


def test_the_curve_of_waits_that_end_at_once_begins_where_they_leave_it():
    (first, last) = km_curve(histogram([0, 0, 3, 3], [1, 0, 1, 1]), {})
    assert (first.part, first.value, last.part, last.value, last.ci) == ("0", 0.75, "3", 0, (0, 0))


def test_nobody_waiting_has_no_curve():
    (answer,) = km_curve(histogram([], []), {})
    assert (answer.value, answer.n) == (None, 0)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=2, max_size=40))
def test_the_curve_is_scipys(rows):
    days, events = zip(*rows, strict=True)
    found = {int(one.part): one.value for one in km_curve(histogram(days, np.array(events, int)), {})}
    curve = stats.ecdf(stats.CensoredData.right_censored(days, ~np.array(events))).sf
    for day, share in zip(curve.quantiles, curve.probabilities, strict=True):
        assert found[int(day)] == pytest.approx(share, abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=2, max_size=40))
def test_kaplan_meier_is_scipys(rows):
    days, events = zip(*rows, strict=True)
    answer = km_quantile(0.5)(histogram(days, np.array(events, int)), {})
    curve = stats.ecdf(stats.CensoredData.right_censored(days, ~np.array(events))).sf
    below = curve.quantiles[curve.probabilities <= 0.5 + 1e-9]
    assert answer.value == (float(below[0]) if below.size else None)


@given(st.lists(st.integers(-20, 60), min_size=1, max_size=60), st.sampled_from([0.1, 0.5, 0.75, 0.9]))
def test_a_quantile_of_a_histogram_is_numpys(days, share):
    values, counts = np.unique(np.array(days, float), return_counts=True)
    assert histogram_quantile(values, counts, share) == pytest.approx(np.quantile(days, share), abs=1e-9)


def test_a_median_of_few_rows_has_no_interval():
    frame = pd.DataFrame({"days": [1, 5], "n": [3, 2]})
    answer = median_of()(frame, {})
    assert (answer.value, answer.ci, answer.n) == (1, None, 5)
