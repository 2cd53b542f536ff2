"""Whether a change is for the better and which slice is the weakest, on the screen as on paper."""

import pytest

from charts.standing import judged, weakest
from tests.reports.handmade import row


@pytest.mark.parametrize(
    ("better", "difference", "ci", "verdict"),
    [
        ("up", 0.1, (0.05, 0.2), "good"),
        ("up", -0.1, (-0.2, -0.05), "bad"),
        ("down", 0.1, (0.05, 0.2), "bad"),
        ("down", -0.1, None, "good"),
        ("up", 0.1, (-0.05, 0.2), "flat"),
        ("band", 0.1, (0.05, 0.2), "flat"),
        (None, 0.1, None, "flat"),
        ("up", 0.0, None, "flat"),
        ("up", None, None, "flat"),
    ],
)
def test_a_change_is_judged_by_the_direction_that_is_better_and_by_its_interval(better, difference, ci, verdict):
    assert judged(difference, "share", better, ci) == verdict


def test_a_change_that_is_written_as_zero_is_neither_better_nor_worse():
    assert judged(0.02, "days", "down") == "flat" and judged(0.06, "days", "down") == "bad"


def sliced(**values):
    return [row(value, slice={"segment": name}) for name, value in values.items()]


@pytest.mark.parametrize(
    ("better", "name"), [("up", "low"), ("down", "high"), (None, "high"), ("band", "high")], ids=str
)
def test_the_weakest_slice_is_the_one_furthest_on_the_wrong_side_of_the_whole(better, name):
    assert weakest(row(0.5), sliced(low=0.4, same=0.5, high=0.7), better)["slice"] == {"segment": name}


def test_a_slice_with_enough_rows_is_named_before_a_worse_one_with_few():
    few = row(0.1, slice={"segment": "few"}, status="low_n")
    assert weakest(row(0.5), [few, *sliced(low=0.4)], "up")["slice"] == {"segment": "low"}
    assert weakest(row(0.5), [few], "up")["slice"] == {"segment": "few"}


def test_no_slice_is_weak_when_none_is_worse_than_the_whole_or_the_whole_is_unknown():
    assert weakest(row(0.5), sliced(same=0.5, high=0.7), "up") is None
    assert weakest(row(None, status="not_available"), sliced(low=0.1), "up") is None
    assert weakest(row(0.5), [row(0.1, slice={"segment": "x"}, status="insufficient")], "up") is None
