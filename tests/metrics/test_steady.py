"""The reading `steadiness`: points, limits and signals as rows of the public document."""

from dataclasses import replace
from datetime import date

import pytest

from metrics import registry
from metrics.question import Request
from metrics.read import read
from metrics.registry import Dim, catalogue
from tests.metrics.toy import LINE, RATE, TOY, toy_version

START = date(2024, 5, 1)
AS_OF = date(2026, 4, 30)
PLAIN = replace(RATE, exclude={}, coverage={}, interval="proportion")
STEADY = replace(TOY, measures=(PLAIN,), window="last_12_months", relations={"line": LINE}, params=TOY.params)


def rows_of_months(hits: list[int], of: int = 20) -> str:
    """A month for each number: that many hits of `of` lines, from May 2024 on."""
    made = []
    for month, count in enumerate(hits):
        day = date(2024 + (month + 4) // 12, (month + 4) % 12 + 1, 10)
        made += [f"('{day}-{n}', 'O{day}-{n}', 'A', 'pump', date '{day}', {int(n < count)}, 1)" for n in range(of)]
    return f"""create table order_line as select * from (values {", ".join(made)})
        as t(order_line_id, order_id, planner, product_id, requested_date, hit, counted)"""


@pytest.fixture
def asked(monkeypatch):
    def ask(hits, of=20, metric=STEADY, **given):
        monkeypatch.setattr(registry, "catalogue", lambda: {"toy": metric})
        version = toy_version(rows_of_months(hits, of), metric)
        return read(version, "toy", Request(reading="steadiness", as_of=AS_OF, **given))["rows"]

    return ask


def parts(rows, name):
    return [row for row in rows if row["part"] == name]


def test_points_stand_before_their_limits(asked):
    rows = asked([10, 12] * 12)
    points = parts(rows, None)
    assert [row["period"]["label"] for row in points][:2] == ["2024-05", "2024-06"]
    (center,), (lower,), (upper,) = (parts(rows, name) for name in ("center", "lower", "upper"))
    assert (center["value"], center["n"], center["status"]) == (pytest.approx(0.55), 12, "ok")
    assert (lower["value"], upper["value"]) == pytest.approx((0.55 - 0.266, 0.55 + 0.266))
    assert not parts(rows, "signal")


def test_a_leap_after_the_baseline_signals_and_says_why(asked):
    rows = asked([10, 12] * 11 + [20, 10])
    (signal,) = parts(rows, "signal")
    assert (signal["period"]["label"], signal["reason"]) == ("2026-03", "rule 1: beyond the limits")
    (baseline,) = parts(rows, "baseline")
    assert (baseline["period"]["from"], baseline["period"]["to"], baseline["n"]) == ("2024-05-01", "2025-04-30", 12)


def test_the_share_of_false_alarms_is_told(asked):
    (told,) = parts(asked([10, 12] * 12), "false_alarm")
    assert (told["n"], told["value"]) == (24, pytest.approx(0.23, abs=0.01))


def test_a_declared_change_begins_a_new_baseline(asked):
    hits = [4, 6] * 6 + [14, 16] * 6
    assert parts(asked(hits), "signal")
    rows = asked(hits, baseline_from=date(2025, 5, 1))
    assert parts(rows, "center")[0]["value"] == pytest.approx(0.75)
    assert not parts(rows, "signal")
    assert len(parts(rows, None)) == 24


def test_below_six_points_only_the_run_is_shown(asked):
    rows = asked([10, 12, 10, 11, 10], date_from=date(2024, 5, 1), date_to=date(2024, 9, 30))
    assert {row["status"] for row in parts(rows, "center")} == {"insufficient"}
    assert len(parts(rows, None)) == 5
    assert "5 points" in parts(rows, "upper")[0]["reason"]


def test_six_to_eleven_points_make_provisional_limits(asked):
    rows = asked([10, 12] * 4, date_from=START, date_to=date(2024, 12, 31))
    (center,) = parts(rows, "center")
    assert (center["n"], center["status"], center["provisional"]) == (8, "low_n", True)


def test_a_month_that_is_not_over_neither_makes_limits_nor_signals(asked):
    rows = asked([10, 12] * 12 + [20], date_from=START, date_to=date(2026, 5, 31))
    assert (parts(rows, None)[-1]["value"], parts(rows, None)[-1]["provisional"]) == (1.0, True)
    assert not parts(rows, "signal")
    assert parts(rows, "false_alarm")[0]["n"] == 24


def test_shares_are_set_against_chance(asked):
    rows = asked([10, 12] * 12)
    (phi,), (p_value,) = parts(rows, "phi"), parts(rows, "p_value")
    assert phi["value"] < 1 < 1 + p_value["value"]
    assert not parts(rows, "laney_lower")


def test_large_samples_get_limits_by_their_size(asked):
    rows = asked([110, 130] * 12, of=250)
    assert len(parts(rows, "laney_upper")) == 24


def test_small_months_are_merged_into_quarters_where_the_measure_says_so(asked):
    merged = replace(STEADY, measures=(replace(PLAIN, steady_from=30),))
    labels = [row["period"]["label"] for row in parts(asked([10, 12] * 12, metric=merged), None)]
    assert labels[0] == "2024-Q2"


def test_every_slice_has_limits_of_its_own(asked):
    sliced = replace(STEADY, dims={"planner": Dim("Planner", "planner", "order_line.planner")})
    rows = asked([10, 12] * 12, metric=sliced, by=("planner",))
    assert [row["slice"] for row in parts(rows, "center")] == [{}, {"planner": "A"}]


KEPT = ("otif", "order_mix", "exceptions")
METRICS = [pytest.param(name, marks=[] if name in KEPT else pytest.mark.slow) for name in catalogue()]


@pytest.mark.parametrize("metric_id", METRICS)
def test_every_measure_can_be_read_for_steadiness(sample_version, metric_id):
    for measure in catalogue()[metric_id].measures:
        rows = read(sample_version, metric_id, Request(measures=(measure.name,), reading="steadiness"))["rows"]
        assert rows
        told = [row for row in rows if row["part"] == "center"]
        for row in told:
            assert (row["value"] is None) == (row["status"] == "insufficient")
