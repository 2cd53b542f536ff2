"""How result rows are put into words on paper."""

from types import SimpleNamespace

import pytest

from reports import words
from tests.reports.handmade import row

BASE = {"value": 0.5, "num": 10, "den": 20, "n": 20, "ci": None, "status": "ok", "period": None, "slice": {}}


def test_too_few_rows_show_what_was_counted_and_never_the_value():
    few = row(0.75, 3, 4, 4, status="insufficient", ci=[0.3, 0.95])
    assert words.value(few, "share") == "3 of 4"
    assert words.interval(few, "share") == ""
    assert not words.is_shown(few)


def test_nothing_at_all_is_a_dash_and_not_a_zero():
    assert words.value(row(None, status="not_available"), "share") == "–"
    assert words.value(None, "days") == "–"


def test_a_share_is_written_in_percent_and_its_change_in_points():
    now = row(0.8, 80, 100, base=BASE, difference=0.3, difference_ci=None)
    assert words.value(now, "share") == "80.0\u202f%"
    assert words.difference(now, "share") == "+30.0\u202fpp"


@pytest.mark.parametrize("side", ["now", "before"])
def test_a_change_needs_enough_rows_on_both_sides(side):
    status = {"now": ("insufficient", "ok"), "before": ("ok", "insufficient")}[side]
    compared = row(0.8, 80, 100, status=status[0], base=BASE | {"status": status[1]}, difference=0.3)
    assert words.difference(compared, "share") == "–"


@pytest.mark.parametrize(("before", "tone"), [("ok", "good"), ("insufficient", "flat")])
def test_a_change_is_judged_only_where_both_sides_have_enough_rows(before, tone):
    compared = row(0.8, base=BASE | {"status": before}, difference=0.1, difference_ci=None)
    assert words.tone(compared, SimpleNamespace(unit="share", better="up")) == tone


def test_an_unfinished_period_is_said_beside_the_status():
    assert words.status(row(0.5, status="low_n", provisional=True)) == "few rows, may still change"


def test_a_comparison_over_other_months_than_the_headline_tells_them_and_its_own_value():
    year = {"label": "a", "from": "2025-05-01", "to": "2026-04-30"}
    quarter = {"label": "b", "from": "2026-02-01", "to": "2026-04-30"}
    section = SimpleNamespace(
        unit="share",
        headline=row(0.8, period=year),
        prior=row(0.8, period=year, base=BASE, difference=0.3),
        prior_year=row(0.9, period=quarter, base=BASE, difference=0.4),
    )
    told = [text.replace("\u202f", " ") for _, text in words.comparisons(section)]
    assert told == ["against 50.0 % in the period before", "last 3 months, 90.0 % against 50.0 % a year before"]
    section.prior_year = row(0.8, base=None, difference=None)
    assert len(words.comparisons(section)) == 1
