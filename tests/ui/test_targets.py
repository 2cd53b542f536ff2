"""Targets on the dashboard: set on their page, judged on tiles, a line and a sentence in trends."""

from datetime import date

import pytest

from charts import targets as told
from charts.from_reading import lines
from metrics import targets as judging
from tests.ui import documents
from tests.ui.test_tiles import told as tile
from ui import cards, tables, tile_face
from warehouse.targets import Target

OTIF = Target("otif", "otif", date(2025, 1, 1), target=0.95, alert=0.9, id=1)


@pytest.fixture(autouse=True)
def no_conventions(monkeypatch):
    monkeypatch.setattr(judging, "_changed", lambda doc: None)


def goal(one: Target, metric_id="otif", **now) -> str:
    made = tile(metric_id, now=now)
    row = judging.judged({**made.doc, "rows": [made.now]}, [one])["rows"][0]
    return tile_face.goal(tile(metric_id, now=row))


@pytest.mark.parametrize(
    ("value", "ci", "tone", "said"),
    [
        (0.96, [0.951, 0.97], "good", "✓ met, target at least 95.0\u202f%"),
        (0.92, [0.91, 0.93], "near", "! near, −3.0\u202fpp, target at least 95.0\u202f%"),
        (0.8, [0.7, 0.85], "bad", "✕ missed, −15.0\u202fpp, target at least 95.0\u202f%"),
        (0.94, [0.9, 0.97], "near", "! near, −1.0\u202fpp, within chance, target at least 95.0\u202f%"),
    ],
)
def test_a_tile_says_its_verdict_in_words_and_colour_together(value, ci, tone, said):
    assert goal(OTIF, value=value, ci=ci) == f'<p class="tl-goal"><b class="{tone}">{said}</b></p>'


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"provisional": True}, "not judged yet: may still change"),
        ({"status": "insufficient"}, "too few rows to judge"),
    ],
)
def test_a_tile_without_a_verdict_has_no_colour_and_says_why(more, said):
    shown = goal(OTIF, value=0.5, **more)
    assert 'class="flat"' in shown and said in shown and "at least 95.0" in shown


def test_a_tile_without_a_target_says_nothing_of_one_and_names_of_slices_are_escaped():
    assert tile_face.goal(tile()) == ""
    sliced = Target("otif", "otif", date(2025, 1, 1), target=0.1, slice=(("segment", "<b>"),), id=2)
    assert "(&lt;b&gt;)" in goal(sliced, slice={"segment": "<b>"})


def test_a_band_is_told_with_both_ends():
    band = Target("days_of_inventory_by_segment", "days", date(2025, 1, 1), band=(30, 45), id=1)
    shown = goal(band, "days_of_inventory_by_segment", value=50, ci=None)
    assert "✕ missed, +5.0\u202fd, target 30.0\u202fd to 45.0\u202fd" in shown


def trend(*given: Target):
    doc = judging.judged(documents.document("otif", ("otif", "on_time"), every=True), given)
    return lines(doc, [("otif", None, "On time in full", {}), ("on_time", None, "On time", {})], "Trend")


def test_a_trend_has_a_line_at_its_target_and_says_how_often_it_was_met():
    spec = trend(OTIF)
    assert [(line.value, line.name) for line in spec.references] == [(0.95, "target")]
    assert len(spec.series) == 2 and any("target missed" in note for note in spec.series[0].notes)
    [note] = spec.notes
    assert note.startswith("Target at least 95.0\u202f%: ") and note.endswith("of 12 judged periods.")
    assert trend().references == () and trend().notes == ()


def test_a_target_that_changed_on_the_way_is_a_line_that_changes():
    spec = trend(
        Target("otif", "otif", date(2025, 1, 1), date(2025, 12, 31), target=0.9, id=1),
        Target("otif", "otif", date(2026, 1, 1), target=0.95, id=2),
    )
    assert spec.references == () and spec.series[-1].name == "Target" and spec.series[-1].dash
    assert spec.series[-1].y == (0.9,) * 8 + (0.95,) * 4


def test_a_band_is_two_lines():
    band = Target("days_of_inventory_by_segment", "days", date(2025, 1, 1), band=(30, 45), id=1)
    doc = judging.judged(documents.document("days_of_inventory_by_segment", every=True), [band])
    spec = lines(doc, [("days", None, "Days", {})], "Trend")
    assert [(line.value, line.name) for line in spec.references] == [(30, "target, low"), (45, "target, high")]
    assert told.verdict(doc["rows"][0], "days")


def test_a_figure_and_a_line_of_the_table_tell_the_verdict():
    doc = judging.judged(documents.document("otif"), [OTIF])
    row = doc["rows"][0] | {"value": 0.5, "ci": None}
    doc = judging.judged({**doc, "rows": [row]}, [OTIF])
    found = cards.figure(doc, documents.compared("otif", 0.02), "otif", None)
    assert '<b class="bad">✕ missed, −45.0\u202fpp, target at least 95.0\u202f%</b>' in found
    sliced = doc["rows"][0] | {"slice": {"segment": "SMB"}}
    assert tables.line(doc, sliced, {}, "otif", ["otif"], "segment")["status"] == "target missed"
