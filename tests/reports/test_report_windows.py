"""Which months the overview compares and draws, and which slice it calls the weakest."""

from dataclasses import replace
from datetime import date

import pytest

from reports.overview import weakest
from reports.windows import asked
from tests.reports.handmade import metric_of, row

OTIF = metric_of("otif", "On time in full", "share", "up")


def windows(window: str, start: str, end: str = "2026-04-30", as_of: str | None = "2026-04-30") -> dict:
    usual = {"as_of": as_of, "scope": {"from": start, "to": end}}
    return asked(replace(OTIF, window=window), usual)


def dates(request) -> tuple:
    return request.date_from, request.date_to


def test_twelve_months_are_compared_as_they_are_and_with_last_year_over_the_last_three():
    wanted = windows("last_12_months", "2025-05-01")
    assert dates(wanted["prior"]) == (None, None)
    assert dates(wanted["prior_year"]) == (date(2026, 2, 1), date(2026, 4, 30))
    assert (dates(wanted["trend"]), wanted["trend"].every) == ((date(2025, 5, 1), None), "month")


def test_a_metric_over_all_its_history_is_compared_over_twelve_months_and_drawn_by_quarter():
    wanted = windows("all", "1900-01-01")
    assert dates(wanted["prior"]) == (date(2025, 5, 1), date(2026, 4, 30))
    assert dates(wanted["prior_year"]) == (date(2026, 2, 1), date(2026, 4, 30))
    assert (dates(wanted["trend"]), wanted["trend"].every) == ((None, None), "quarter")


def test_a_state_is_compared_at_its_date_and_drawn_over_twelve_months():
    wanted = windows("state", "2026-04-12", "2026-04-12", "2026-04-12")
    assert dates(wanted["prior"]) == dates(wanted["prior_year"]) == (None, None)
    assert wanted["trend"].date_from == date(2025, 4, 1)


def test_without_any_date_in_the_data_nothing_is_narrowed():
    wanted = windows("last_12_months", "1900-01-01", as_of=None)
    assert {dates(request) for request in wanted.values()} == {(None, None)}


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
