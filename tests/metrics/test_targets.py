"""How a row is judged by targets: direction, band, the closest slice, validity, and where no verdict may be."""

from dataclasses import replace
from datetime import date

import pytest

from metrics import registry, targets
from metrics.targets import judged
from tests.metrics.toy import TOY
from warehouse.targets import Target

WHOLE = {"label": "2026", "from": "2026-01-01", "to": "2026-12-31"}
RATE = Target("toy", "rate", date(2026, 1, 1), target=0.9, alert=0.8, id=1)


@pytest.fixture(autouse=True)
def only_the_toy(monkeypatch):
    params = {**TOY.params, "interval": registry.Param("linearised", ("linearised", "bootstrap"))}
    monkeypatch.setattr(targets, "catalogue", lambda: {"toy": replace(TOY, params=params)})


def row(value=0.9, **more):
    plain = {"measure": "rate", "part": None, "slice": {}, "period": WHOLE, "value": value, "status": "ok"}
    return plain | {"provisional": False, "ci": None} | more


def doc(*rows, better="up", unit="share", where=None, **more):
    told = {"measure": "rate", "unit": unit, "better": better}
    scope = {"where": where or {}, "from": "2026-01-01", "to": "2026-12-31"}
    return {
        "metric": "toy",
        "params": {},
        "as_of": "2026-12-31",
        "scope": scope,
        "measures": [told],
        "rows": rows,
    } | more


def told(*given, **of):
    """The target of the one row of a document with these fields of row and document."""
    outer = {name: of.pop(name) for name in ("better", "unit", "where", "params") if name in of}
    [found] = judged(doc(row(**of), **outer), given)["rows"]
    return found["target"]


def said(*given, **of):
    found = told(*given, **of)
    return found and found["verdict"]


@pytest.mark.parametrize(
    ("better", "alert", "value", "verdict"),
    [
        ("up", 0.8, 0.9, "met"),
        ("up", 0.8, 0.95, "met"),
        ("up", 0.8, 0.89, "near"),
        ("up", 0.8, 0.8, "near"),
        ("up", 0.8, 0.79, "missed"),
        ("up", None, 0.89, "missed"),
        ("down", 1.0, 0.9, "met"),
        ("down", 1.0, 0.5, "met"),
        ("down", 1.0, 0.95, "near"),
        ("down", 1.0, 1.01, "missed"),
        ("down", None, 0.91, "missed"),
    ],
)
def test_a_value_is_judged_by_the_direction_of_its_measure(better, alert, value, verdict):
    assert said(replace(RATE, alert=alert), better=better, value=value) == verdict


@pytest.mark.parametrize(
    ("value", "verdict", "gap"),
    [
        (0.8, "met", 0),
        (0.75, "met", 0),
        (0.9, "met", 0),
        (0.7, "near", -0.05),
        (0.95, "near", 0.05),
        (1.1, "missed", 0.2),
        (0.4, "missed", -0.35),
    ],
)
def test_a_band_has_two_sides_and_its_outer_limits(value, verdict, gap):
    band = replace(RATE, target=None, alert=None, band=(0.75, 0.9), outer=(0.6, 1.0))
    found = told(band, better="band", value=value)
    assert (found["verdict"], found["gap"]) == (verdict, pytest.approx(gap))
    assert said(replace(band, outer=None), better="band", value=0.7) == "missed"


def test_the_gap_is_value_less_target_and_the_row_tells_what_it_was_judged_by():
    found = told(replace(RATE, valid_to=date(2026, 12, 31)), value=0.85)
    assert found["gap"] == pytest.approx(-0.05)
    plain = {"id": 1, "target": 0.9, "alert": 0.8, "band": None, "outer": None, "better": "up", "slice": {}}
    assert plain.items() <= found.items()
    assert (found["valid_from"], found["valid_to"], found["reason"]) == ("2026-01-01", "2026-12-31", None)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"status": "insufficient"}, "insufficient"),
        ({"status": "not_available", "value": None}, "not_available"),
        ({"provisional": True}, "provisional"),
        ({"params": {"bonus": 1}}, "set for the standing convention, not bonus=1"),
        ({"better": "band"}, "set for another direction of the measure"),
        ({"better": None}, "set for another direction of the measure"),
    ],
)
def test_a_row_that_must_not_be_judged_has_its_target_and_why_not(more, reason):
    found = told(RATE, **more)
    assert (found["target"], found["verdict"], found["gap"], found["clear"]) == (0.9, None, None, None)
    assert found["reason"] == reason


def test_few_rows_and_stale_masters_are_judged_and_the_way_of_an_interval_changes_nothing():
    assert said(RATE, status="low_n") == said(RATE, status="stale") == "met"
    assert said(RATE, params={"bonus": 0, "interval": "bootstrap"}) == "met"


def test_the_closest_slice_wins_and_the_whole_stands_in_for_slices_without_a_target():
    whole, smb = replace(RATE, id=9), replace(RATE, id=2, target=0.5, alert=None, slice=(("product", "pump"),))
    both = replace(RATE, id=3, slice=(("planner", "A"), ("product", "pump")))
    found = [
        told(whole, smb, both, slice=one)["id"]
        for one in (
            {},
            {"planner": "A"},
            {"product": "pump"},
            {"product": "pump", "planner": "A"},
            {"product": "valve"},
        )
    ]
    assert found == [9, 9, 2, 3, 9]
    assert told(smb, both, slice={"planner": "A"}) is None


def test_of_two_as_close_the_one_set_last_wins():
    pump = replace(RATE, id=5, slice=(("product", "pump"),))
    planner = replace(RATE, id=4, slice=(("planner", "A"),))
    assert told(pump, planner, slice={"product": "pump", "planner": "A"})["id"] == 5


def test_a_filter_is_a_slice_where_it_leaves_one_member():
    pump = replace(RATE, id=2, slice=(("product", "pump"),))
    assert told(RATE, pump, where={"product": ["pump"]})["id"] == 2
    assert told(RATE, pump, where={"product": ["pump", "valve"]})["id"] == 1
    assert told(RATE, pump, where={"product": ["pump", "valve"]}, slice={"product": "pump"})["id"] == 2


@pytest.mark.parametrize("unit", ["currency", "count"])
def test_a_sum_is_judged_only_by_a_target_of_exactly_its_scope(unit):
    assert told(RATE, unit=unit)["id"] == 1
    assert told(RATE, unit=unit, slice={"product": "pump"}) is None
    assert told(RATE, unit=unit, where={"product": ["pump"]}) is None
    pump = replace(RATE, id=2, slice=(("product", "pump"),))
    assert told(RATE, pump, unit=unit, slice={"product": "pump"})["id"] == 2


@pytest.mark.parametrize(("to", "holds"), [("2025-12-31", 0), ("2026-01-01", 1), ("2026-06-30", 1), ("2026-07-01", 0)])
def test_the_end_of_the_period_decides_whether_a_target_holds(to, holds):
    one = replace(RATE, valid_to=date(2026, 6, 30))
    period = {"label": "x", "from": "2024-01-01", "to": to}
    assert bool(told(one, period=period)) == bool(holds)


def test_a_row_without_a_period_is_of_the_period_of_its_reading():
    assert told(RATE, period=None)["id"] == 1
    assert told(replace(RATE, valid_to=date(2026, 6, 30)), period=None) is None


def test_a_part_has_targets_of_its_own_and_none_of_the_whole():
    assert told(RATE, part="p90") is None
    assert told(RATE, replace(RATE, id=2, part="p90"), part="p90")["id"] == 2


def test_the_interval_says_whether_the_verdict_is_clear():
    assert told(RATE, value=0.95, ci=[0.93, 0.97])["clear"] is True
    assert told(RATE, value=0.91, ci=[0.88, 0.94])["clear"] is False
    assert told(RATE, value=0.7, ci=[0.6, 0.85])["clear"] is True
    assert told(RATE, value=0.95, ci=[0.93, None])["clear"] is None


def test_a_document_names_the_targets_it_used_and_stays_as_it_was_otherwise():
    unused = replace(RATE, id=9, metric="other")
    before = doc(row(), row(part="x"))
    after = judged(before, [RATE, unused])
    assert [one["id"] for one in after["targets"]] == [1]
    assert [{k: v for k, v in one.items() if k != "target"} for one in after["rows"]] == list(before["rows"])
    assert "target" not in before["rows"][0] and after["rows"][1]["target"] is None


def test_drilled_rows_are_handed_back_as_they_came():
    drilled = {"metric": "toy", "columns": [], "rows": [{"row_key": "a"}]}
    assert judged(drilled, [RATE]) is drilled


def test_a_float_that_misses_by_a_rounding_is_met():
    assert said(replace(RATE, target=0.3, alert=None), value=0.1 + 0.2, better="down") == "met"
