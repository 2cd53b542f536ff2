"""Capacity utilisation: the worked example to its digits, what is left out, and what each convention does."""

from datetime import date, timedelta

import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "capacity_utilisation"
HEAD = "resource_id | site_id | period_start | period_end | available_hours | actual_hours | planned_load_hours"
MONDAY = date(2026, 1, 5)


def weeks(levels, resource="R1", hours=40, planned=None, first=MONDAY) -> list[str]:
    """Table rows of one resource: a week for each level of utilisation, and of planned load."""
    found = []
    for place, level in enumerate(levels):
        start = first + timedelta(days=7 * place)
        load = "" if planned is None else round(planned * hours, 6)
        cells = (resource, "W", start, start + timedelta(days=6), hours, round(level * hours, 6), load)
        found.append(" | ".join(map(str, cells)))
    return found


def draw(*lines: str, head: str = HEAD, as_of: str = "2026-04-30", **tables: str):
    return company({"capacity_period": "\n".join([head, *lines]), **tables}, metric(ID), as_of)


def rows(version, measure="cv", **asked) -> list[dict]:
    return read(version, ID, Request(measures=(measure,), **asked))["rows"]


def row(version, measure="cv", part=None, **asked) -> dict:
    return next(one for one in rows(version, measure, **asked) if one["part"] == part and not one["slice"])


def sliced(version, measure, by, **asked) -> dict:
    found = rows(version, measure, by=(by,), **asked)
    return {one["slice"][by]: one["value"] for one in found if one["slice"] and one["part"] is None}


FEBRUARY = {"date_from": date(2026, 1, 1), "date_to": date(2026, 3, 31)}
BOOK = (0.8, 0.9, 0.7, 1.0)


def test_the_worked_example():
    version = draw(*weeks(BOOK))
    found = row(version, **FEBRUARY)
    assert found["value"] == pytest.approx(0.15188, abs=5e-6)
    assert (found["num"], found["den"]) == (pytest.approx(0.1291, abs=5e-5), pytest.approx(0.85))
    assert (found["n"], found["status"]) == (4, "insufficient")
    assert row(version, "peak_to_mean", **FEBRUARY)["value"] == pytest.approx(1.0 / 0.85)
    assert row(version, "utilisation", **FEBRUARY)["value"] == pytest.approx(0.85)
    assert row(version, "weeks_over", **FEBRUARY)["value"] == 1 / 4
    assert row(version, "weeks_under", **FEBRUARY)["value"] == 0


OEE_HEAD = (
    "resource_id | period_start | available_hours | actual_hours | downtime_hours | ideal_hours_per_unit | total_qty"
    " | good_qty"
)
OEE = "M1 | 2026-03-02 | 8 | 6 | 0.8 | 0.016666666666666666 | 400 | 380"


def test_the_worked_example_of_the_oee():
    found = {one["part"]: one["value"] for one in rows(draw(OEE, head=OEE_HEAD), "oee", **FEBRUARY)}
    assert found["availability"] == pytest.approx(0.9)
    assert found["performance"] == pytest.approx(0.92593, abs=5e-6)
    assert found["quality"] == pytest.approx(0.95)
    assert found[None] == pytest.approx(0.79167, abs=5e-6)


def test_the_hours_run_move_the_parts_of_the_oee_and_not_the_product():
    asked = {**FEBRUARY, "params": {"run": "actual"}}
    found = {one["part"]: one["value"] for one in rows(draw(OEE, head=OEE_HEAD), "oee", **asked)}
    assert found["availability"] == pytest.approx(6 / 8)
    assert found[None] == pytest.approx(0.79167, abs=5e-6)


def test_units_of_several_resources_are_weighed_by_their_hours_so_that_the_parts_multiply():
    other = "M2 | 2026-03-02 | 10 |  | 1 | 0.5 | 16 | 8"
    lacking = "M3 | 2026-03-02 | 10 | 9 | 1 |  | 16 | 8"
    found = rows(draw(OEE, other, lacking, head=OEE_HEAD), "oee", **FEBRUARY)
    value = {one["part"]: one["value"] for one in found}
    assert value["quality"] == pytest.approx((380 / 60 + 4) / (400 / 60 + 8))
    assert value[None] == pytest.approx(value["availability"] * value["performance"] * value["quality"])
    assert value[None] == pytest.approx((380 / 60 + 4) / 18)
    assert found[0]["excluded"] == {"parts_missing": 1}


def test_a_group_is_the_sum_of_its_hours_each_week_and_hides_what_its_resources_do():
    ups, downs = [0.5, 1.0] * 5, [1.0, 0.5] * 5
    version = draw(*weeks(ups, "R1"), *weeks(downs, "R2"))
    found = row(version, **FEBRUARY)
    assert (found["value"], found["n"], found["status"]) == (pytest.approx(0), 10, "low_n")
    assert sliced(version, "cv", "resource", **FEBRUARY)["R1"] > 0.3
    uneven = draw(*weeks([1.0] * 10, "R1", hours=10), *weeks([0.5] * 10, "R2", hours=30))
    assert row(uneven, "utilisation", **FEBRUARY)["value"] == pytest.approx(25 / 40)


def test_evener_weeks_have_a_lower_swing_and_fewer_weeks_at_the_ends():
    wild, even = draw(*weeks([0.4, 1.1] * 5)), draw(*weeks([0.7, 0.8] * 5))
    for measure in ("cv", "peak_to_mean", "weeks_over", "weeks_under"):
        assert row(even, measure, **FEBRUARY)["value"] < row(wild, measure, **FEBRUARY)["value"]


def test_the_bottleneck_is_the_resource_with_the_highest_planned_load():
    version = draw(*weeks([0.9] * 4, "R1", planned=0.8), *weeks([0.6] * 4, "R2", planned=1.2))
    found = row(version, "utilisation", "bottleneck", **FEBRUARY)
    assert (found["value"], found["n"]) == (pytest.approx(0.6), 4)
    assert found["reason"] == "R2 has the highest planned load, 120% of its available hours"
    assert row(version, "load_ratio", **FEBRUARY)["value"] == pytest.approx(1.0)
    assert sliced(version, "load_ratio", "resource", **FEBRUARY) == pytest.approx({"R1": 0.8, "R2": 1.2})


def test_without_planned_load_the_bottleneck_is_the_fullest_resource_and_the_load_is_not_available():
    version = draw(*weeks([0.9] * 4, "R1"), *weeks([0.6] * 4, "R2"))
    found = row(version, "utilisation", "bottleneck", **FEBRUARY)
    assert (found["value"], found["reason"]) == (
        pytest.approx(0.9),
        "R1 has the highest utilisation, 90% of its available hours",
    )
    assert row(version, "load_ratio")["reason"] == "not_available: capacity_period.planned_load_hours"


def test_a_shutdown_is_left_out_and_overtime_stays_and_is_told():
    version = draw(*weeks([1.1, 0.9]), "R1 | W | 2026-01-19 | 2026-01-25 | 0 | 0 |", "R1 | W | 2026-01-26 | | 40 | |")
    found = row(version, "utilisation", **FEBRUARY)
    assert (found["value"], found["n"]) == (pytest.approx(1.0), 2)
    assert found["excluded"] == {"no_hours": 1, "hours_missing": 1}
    assert found["coverage"]["overtime"] == 1 / 2
    swings = row(version, **FEBRUARY)
    assert (swings["n"], swings["excluded"]) == (2, {"no_hours": 1, "hours_missing": 1})


def test_a_week_that_is_not_over_and_a_month_do_not_stand_among_weeks():
    version = draw(*weeks([0.9, 0.8]), "R1 | W | 2026-02-01 | 2026-02-28 | 160 | 80 |", as_of="2026-03-15")
    assert row(version, **FEBRUARY)["excluded"] == {"longer_than_week": 1}
    assert row(version, "utilisation", **FEBRUARY)["n"] == 3
    early = row(version, "utilisation", as_of=date(2026, 1, 12), date_from=date(2026, 1, 1), date_to=date(2026, 1, 31))
    assert early["n"] == 1


def test_days_are_added_up_to_weeks_and_a_week_belongs_to_the_period_of_its_first_day():
    days = [MONDAY + timedelta(days=place) for place in range(14)]
    version = draw(*(f"R1 | W | {day} | {day} | 8 | {8 if day.day < 12 else 4} |" for day in days))
    found = row(version, **FEBRUARY)
    assert (found["n"], found["den"]) == (2, pytest.approx(0.75))
    assert row(version, date_from=date(2026, 1, 7), date_to=date(2026, 1, 31))["n"] == 1


SHIFTS = "resource_id | shift | family | period_start | available_hours | actual_hours"


def test_a_sum_beside_its_own_shifts_is_counted_once():
    lines = (
        "R1 | | | 2026-01-05 | 80 | 60",
        "R1 | early | | 2026-01-05 | 40 | 40",
        "R1 | late | | 2026-01-05 | 40 | 20",
    )
    version = draw(*lines, head=SHIFTS)
    found = row(version, "utilisation", **FEBRUARY)
    assert (found["num"], found["den"], found["excluded"]) == (60, 80, {"sum_of_parts": 1})
    assert sliced(version, "utilisation", "shift", **FEBRUARY)["late"] == pytest.approx(0.5)


def test_the_limits_and_the_band_are_conventions():
    version = draw(*weeks([0.7, 0.8, 0.9, 1.0] * 3))
    assert row(version, "weeks_over", **FEBRUARY, params={"over": 0.85})["value"] == 6 / 12
    assert row(version, "weeks_over", **FEBRUARY, params={"over": 0.9})["value"] == 3 / 12
    assert row(version, "weeks_under", **FEBRUARY, params={"under": 0.75})["value"] == 3 / 12
    assert row(version, "utilisation", **FEBRUARY)["reason"] is None
    low = row(version, "utilisation", **FEBRUARY, params={"band_low": 0.86})
    assert low["reason"] == "below the target band of 86% to 90%"
    assert (low["coverage"]["weeks_in_band"], row(version, "utilisation", **FEBRUARY)["coverage"]["weeks_in_band"]) == (
        3 / 12,
        6 / 12,
    )
    high = row(version, "utilisation", **FEBRUARY, params={"band_high": 0.8})
    assert high["reason"] == "above the target band of 75% to 80%"


DATED = "resource_id | period_start | recorded_date | available_hours | actual_hours | planned_load_hours"


def test_each_day_knows_what_was_recorded_by_then():
    version = draw(
        "R1 | 2026-01-05 | 2025-12-20 | 40 | | 44",
        "R1 | 2026-01-05 | 2026-01-12 | | 30 | ",
        "R1 | 2026-01-05 | 2026-02-10 | | 36 | 38",
        head=DATED,
    )
    january = {"date_from": date(2026, 1, 1), "date_to": date(2026, 1, 31)}
    plan = [row(version, "load_ratio", as_of=day, **january)["num"] for day in (date(2025, 12, 31), date(2026, 2, 28))]
    assert plan == [44, 38]
    ran = [row(version, "utilisation", as_of=day, **january)["num"] for day in (date(2026, 1, 31), date(2026, 2, 28))]
    assert ran == [30, 36]
    assert row(version, "utilisation", as_of=date(2025, 12, 31), **january)["n"] == 0
    assert row(version, "load_ratio", as_of=date(2025, 12, 1), **january)["value"] is None


def test_a_plan_that_bears_no_date_is_known_as_exported_and_not_before():
    version = draw(*weeks([0.9] * 4, planned=1.0), *weeks([0.8] * 4, "R2", planned=0.9))
    assert row(version, "load_ratio", **FEBRUARY)["value"] == pytest.approx(0.95)
    past = {**FEBRUARY, "as_of": date(2026, 3, 31)}
    reason = row(version, "load_ratio", **past)["reason"]
    assert reason == "not_available: no history of capacity_period.planned_load_hours before 2026-04-30"
    told = row(version, "utilisation", "bottleneck", **past)["reason"]
    assert told.startswith("R1 has the highest utilisation")


def test_the_intervals_are_over_weeks():
    levels = [0.7, 0.8, 0.9, 1.0] * 6
    version = draw(*weeks(levels, planned=0.9), as_of="2026-07-31")
    asked = {"date_from": date(2026, 1, 1), "date_to": date(2026, 6, 30)}
    found = row(version, "utilisation", **asked)
    sd = (sum((level - 0.85) ** 2 for level in levels) / 23) ** 0.5
    half = 2.0686576 * sd / 24**0.5
    assert found["ci_method"] == "linearised_t"
    assert found["ci"] == pytest.approx([0.85 - half, 0.85 + half], abs=1e-6)
    assert row(version, "utilisation", "bottleneck", **asked)["ci"] == pytest.approx(found["ci"])
    assert row(version, "weeks_over", **asked)["ci_method"] == "wilson"
    assert row(version, "cv", **asked)["ci"] is None


@pytest.mark.parametrize("measure", [one.name for one in metric(ID).measures])
def test_an_empty_company_names_what_is_missing(measure):
    found = rows(company({}, metric(ID)), measure)
    assert {(one["status"], one["value"]) for one in found} == {("not_available", None)}
    assert found[0]["reason"].startswith("not_available: capacity_period.")


@pytest.mark.parametrize("measure", ["cv", "peak_to_mean", "utilisation", "weeks_over"])
def test_a_period_without_weeks_says_so(measure):
    found = row(draw(*weeks(BOOK)), measure, date_from=date(2025, 1, 1), date_to=date(2025, 3, 31))
    assert (found["status"], found["value"], found["n"]) == ("insufficient", None, 0)


def test_a_group_that_never_ran_has_no_swing():
    found = row(draw(*weeks([0.0] * 9)), **FEBRUARY)
    assert (found["value"], found["n"], found["den"]) == (None, 9, 0)
