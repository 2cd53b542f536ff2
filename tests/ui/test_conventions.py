"""Beside the standing reading: another convention, what moved, whether it is steady, and a past day."""

from dataclasses import replace
from datetime import date

from metrics.registry import catalogue
from tests.ui.test_pages import words
from ui import indices, whatif
from ui.scope import Scope


def test_on_time_in_full_shows_every_date_basis_and_the_rows_that_flip_between_two(visit, sample_home):
    app = visit(sample_home, "delivery")
    assert "Standing: **86" in words(app) and "rows flip" in words(app)
    flips = next(frame.value for frame in app.dataframe if "What happens" in frame.value.columns)
    assert set(flips["What happens"]) <= set(whatif.KINDS.values()) and "standing: numerator" in flips.columns
    app.selectbox(key="whatif-otif-basis").select("requested").run()
    asked = next(frame.value for frame in app.dataframe if "What happens" in frame.value.columns)
    assert len(asked) > len(flips) and "now counted against it" in set(asked["What happens"])


def test_a_panel_of_conventions_waits_until_one_is_chosen_and_leaves_out_how_intervals_are_made(visit, sample_home):
    app = visit(sample_home, "backlog")
    assert "follow the standing conventions" in words(app)
    assert app.selectbox(key="whatif-backlog_movement").options == ["basis"]


def test_a_trend_can_show_whether_it_is_steady_with_its_own_false_alarms(visit, sample_home):
    app = visit(sample_home, "delivery")
    assert "by chance in" not in words(app)
    app.toggle(key="steady-otif-trend").set_value(True).run()
    assert "usual range" in words(app) and "by chance in" in words(app)


def test_the_slices_tell_what_each_adds_to_the_change(visit, sample_home):
    app = visit(sample_home, "delivery")
    app.button_group(key="view-otif").set_value("Change").run()
    assert "The whole moved by" in words(app) and "What moved on time in full" in words(app)
    frame = next(frame.value for frame in app.dataframe if "contribution" in frame.value.columns)
    assert {"within", "mix"} <= set(frame.columns)


def test_a_past_day_is_read_as_it_was_known_then_and_can_be_left(visit, sample_home):
    app = visit(sample_home, "delivery", as_of="2025-12-31")
    assert "as of 31 Dec 2025" in words(app) and "Jan – Dec 2025" in words(app)
    app.button(key="clear").click().run()
    assert "as it was known then" not in words(app) and "May 2025 – Apr 2026" in words(app)


def test_a_day_before_any_history_is_said_in_words_with_the_way_back(visit, sample_home):
    app = visit(sample_home, "backlog", as_of="2001-05-05")
    assert "Not known as of that day" in words(app) and "No history of" in words(app)
    app.button(key="newest").click().run()
    assert app.get("plotly_chart")


def test_every_reading_of_a_scope_carries_its_past_day(sample_version):
    metric, past = catalogue()["otif"], date(2025, 12, 31)
    scope = Scope(sample_version, as_of=past)
    for asked in (scope.request(metric), scope.compared(metric), scope.trended(metric), scope.beside_last_year(metric)):
        assert asked["as_of"] == past
    assert replace(scope, period="6 months").dates(metric) == (date(2025, 7, 1), past)
    assert scope.key != Scope(sample_version).key


def test_a_suppressed_index_says_why_instead_of_a_number():
    metric = catalogue()["demand_quality"]
    row = {"value": None, "status": "insufficient", "reason": "suppressed: too few rows for Live pipeline", "ci": None}
    said = indices.number(metric, row)
    assert "a heavy part rests on too few rows" in said and "too few rows for Live pipeline" in said
    lost = {**row, "status": "not_available", "reason": "not_available: Live pipeline (40% of the weight is known)"}
    assert "missing: Live pipeline (40% of the weight is known)" in indices.number(metric, lost)
    assert ">0<" not in said and "–" in said


def test_a_risk_says_that_its_number_is_bad_when_high_and_its_parts_when_low():
    row = {"value": 61.2, "status": "ok", "reason": None, "ci": [44.0, 76.0]}
    assert "100 is worst; parts: 100 is safe" in indices.number(catalogue()["risk_exposure"], row)
    assert "100 is best" in indices.number(catalogue()["demand_quality"], row)
