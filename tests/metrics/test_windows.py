"""Over which months a metric is compared and drawn, on the screen as on paper."""

from dataclasses import replace
from datetime import date

from metrics import windows
from tests.reports.handmade import metric_of

OTIF = metric_of("otif", "On time in full", "share", "up")
APRIL = date(2026, 4, 30)
YEAR, QUARTER = (date(2025, 5, 1), APRIL), (date(2026, 2, 1), APRIL)


def over(window: str, asked=windows.USUAL, as_of: date | None = APRIL) -> tuple:
    metric = replace(OTIF, window=window)
    return tuple(rule(metric, asked, as_of) for rule in (windows.compared, windows.beside_last_year, windows.drawn))


def test_twelve_months_are_compared_as_they_are_and_with_last_year_over_the_last_three():
    assert over("last_12_months") == (windows.USUAL, QUARTER, (date(2025, 5, 1), None))
    assert over("last_12_months", YEAR) == (YEAR, QUARTER, YEAR)


def test_a_metric_over_all_its_history_is_compared_over_twelve_months_and_drawn_whole_by_quarter():
    assert over("all") == (YEAR, QUARTER, windows.USUAL)
    assert windows.every(replace(OTIF, window="all")) == "quarter" and windows.every(OTIF) == "month"


def test_a_state_is_compared_at_its_date_and_drawn_over_twelve_months():
    assert over("state", as_of=date(2026, 4, 12)) == (windows.USUAL, windows.USUAL, (date(2025, 4, 1), None))


def test_a_short_period_is_compared_as_it_is_and_still_shows_twelve_months():
    assert over("last_12_months", QUARTER) == (QUARTER, QUARTER, YEAR)


def test_a_long_period_is_drawn_from_its_own_beginning():
    long = (date(2024, 1, 1), APRIL)
    assert over("all", long) == (long, long, long)


def test_without_any_date_in_the_data_nothing_is_narrowed():
    assert {dates for window in ("last_12_months", "all", "state") for dates in over(window, as_of=None)} == {
        windows.USUAL
    }
