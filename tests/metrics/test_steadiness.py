"""Limits, signals, false alarms and dispersion: the figures of the KPI book, and null data by another road."""

import random
import statistics

import pytest

from metrics.steadiness import Limits, clipped, dispersion, false_alarms, laney, needs_laney, signals, xmr

STEADY = [0.20, 0.22, 0.18, 0.25, 0.15, 0.20]
LEAP = [0.20, 0.22, 0.18, 0.21, 0.19, 0.40]
UNIT = Limits(0.0, -3.0, 3.0, 3.7, 12)


def test_limits_of_the_steady_cohorts():
    limits = xmr(STEADY)
    assert (limits.lower, limits.upper) == pytest.approx((0.05104, 0.34896), abs=5e-6)
    assert limits.upper_range == pytest.approx(0.18301, abs=5e-6)
    assert signals(STEADY, limits) == {}


def test_an_outlier_in_the_baseline_hides_itself_and_a_frozen_one_shows_it():
    wide = xmr(LEAP)
    assert (wide.lower, wide.upper) == pytest.approx((0.0631, 0.4036), abs=5e-5)
    assert signals(LEAP, wide) == {}
    frozen = xmr(LEAP, baseline=5)
    assert (frozen.center, frozen.lower, frozen.upper) == pytest.approx((0.20, 0.12685, 0.27315), abs=5e-6)
    assert signals(LEAP, frozen) == {5: 1}


@pytest.mark.parametrize(
    ("hits", "of", "phi", "p", "freedom"),
    [
        ([20, 22, 18, 25, 15, 20], [100] * 6, 0.725, 0.6046, 5),
        ([20, 22, 18, 21, 19, 40], [100] * 6, 3.8385, 0.00177, 5),
        ([10, 30, 8], [50, 100, 50], 2.0833, 0.1245, 2),
    ],
)
def test_dispersion_of_the_books_cohorts(hits, of, phi, p, freedom):
    assert dispersion(hits, of) == pytest.approx((phi, p, freedom), abs=5e-5)


def test_shares_of_nothing_or_everything_have_no_dispersion():
    assert dispersion([0, 0], [5, 5]) is None
    assert dispersion([5, 5], [5, 5]) is None
    assert dispersion([2], [5]) is None


@pytest.mark.parametrize(("rules", "told"), [(1, (0.03, 0.17, 0.25)), (2, (0.03, 0.23, 0.36)), (3, (0.04, 0.26, 0.41))])
def test_steady_series_alarm_as_often_as_the_chart_says(rules, told):
    assert [false_alarms(points, 12, rules) for points in (12, 24, 36)] == pytest.approx(told, abs=0.01)


def alarms(rng: random.Random, points: int) -> bool:
    """One steady series judged with plain lists: any point beyond limits, or eight in a row on one side."""
    drawn = [rng.gauss(5, 2) for _ in range(points)]
    first = drawn[:12]
    center = statistics.mean(first)
    half = 2.66 * statistics.mean(abs(b - a) for a, b in zip(first, first[1:], strict=False))
    if any(abs(point - center) > half for point in drawn):
        return True
    sides = "".join("+" if point > center else "-" for point in drawn)
    return "+" * 8 in sides or "-" * 8 in sides


def test_null_data_by_another_road_alarm_as_often():
    rng = random.Random(20260430)
    share = sum(alarms(rng, 24) for _ in range(4000)) / 4000
    assert share == pytest.approx(false_alarms(24, 12, 2), abs=0.025)


def test_eight_on_one_side_signal_and_one_on_the_centre_breaks_the_run():
    assert signals([1] * 8, UNIT) == {7: 2}
    assert signals([1] * 5 + [0] + [1] * 3, UNIT) == {}
    assert signals([1] * 8, UNIT, rules=1) == {}


def test_three_of_four_far_on_one_side_signal_only_when_asked():
    far = [2, 2, 0.1, 2]
    assert signals(far, UNIT, rules=2) == {}
    assert signals(far, UNIT, rules=3) == {3: 3}
    assert signals([2, -2, 2, -2], UNIT, rules=3) == {}


def test_a_limit_cut_at_what_a_share_can_reach_never_signals():
    limits = clipped(Limits(0.5, -0.2, 1.2, 0.9, 12), 0.0, 1.0)
    assert signals([0.0, 1.0], limits) == {}


def test_two_points_are_the_least_that_have_a_range():
    assert xmr([0.5]) is None
    assert xmr([0.5, 0.7]).center == pytest.approx(0.6)


def test_uneven_or_large_samples_need_limits_of_their_own():
    assert needs_laney([50, 101])
    assert needs_laney([300, 300])
    assert not needs_laney([100, 150, 120])


def test_limits_by_size_are_wider_where_the_sample_is_smaller():
    share, half = laney([10, 30, 8, 22, 26, 10], [50, 100, 50, 100, 100, 50])
    assert share == pytest.approx(106 / 450)
    assert half[0] == pytest.approx(half[1] * 2**0.5)
    assert laney([0, 0], [5, 5]) is None
