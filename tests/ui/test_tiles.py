"""A tile says what the reading says: judged by direction, pale when unsure, silent when too few."""

from dataclasses import replace
from datetime import date

import pytest

from metrics.registry import UsageError
from tests.ui import documents
from ui import standouts, tile_face, tiles
from ui.scope import Scope

SEGMENT = {"segment": "Key accounts"}


def told(metric_id="otif", difference=0.02, ci=(0.01, 0.03), now=None, **more) -> tiles.Told:
    metric, doc = documents.metric(metric_id), documents.document(metric_id)
    doc["rows"][0] |= now or {}
    name = metric.headline.name
    prior = tiles.changed(documents.compared(metric_id, difference, ci), name, "prior period", doc["rows"][0])
    given = {
        "weakest": None,
        "path": (0.7, None, 0.8, 0.9),
        "labels": ("May", "Jun", "Jul", "Aug"),
        "sure": ci is not None,
    }
    return tiles.Told(metric, doc["rows"][0], doc, (prior, prior), **{**given, **more})


def face(one: tiles.Told) -> str:
    parts = (tile_face.head, tile_face.value_row, tile_face.changes, tile_face.weak, tile_face.foot)
    return "".join(part(one) for part in parts)


def test_a_comparison_with_a_period_of_too_few_rows_is_no_number():
    last = tiles.changed(documents.compared("otif", 0.02, None, base_status="insufficient"), "otif", "last year")
    assert (last.said, last.word, last.verdict) == ("–", "too few rows then", "flat")


def test_a_tile_names_the_period_it_is_compared_with_and_whether_that_may_be_chance():
    assert "vs prior period" in face(told()) and "better" in face(told())
    assert "within chance" in face(told(ci=(-0.01, 0.05)))


def test_too_few_rows_show_what_there_is_and_no_share():
    shown = face(told(now={"status": "insufficient", "num": 2, "den": 3, "n": 3, "value": 2 / 3}))
    assert "2 of 3" in shown and "66" not in shown and "too few rows" in shown


def test_a_number_that_is_not_available_names_its_missing_input():
    missing = {"status": "not_available", "value": None, "reason": "not_available: shipment.delivered_date"}
    shown = face(told(now=missing))
    assert "missing: shipment.delivered_date" in shown and "prior period" not in shown


def test_few_rows_and_an_unfinished_period_are_said_and_pale():
    shown = face(told(now={"status": "low_n", "provisional": True}))
    assert "few rows" in shown and "may still change" in shown and "tl-value pale" in shown


def test_a_filter_that_the_metric_cannot_take_is_said_on_the_tile():
    assert "not by site" in face(told("lead_to_order_rate", left_out=("site",)))


def test_a_tile_gives_its_denominator_interval_and_the_dates_of_both_systems():
    shown = face(told(now={"num": 328, "den": 400, "n": 400}))
    assert "328 of 400" in shown and "95\u202f%" in shown
    assert "Salesforce to 30 Apr 2026" in shown and "SAP to 29 Apr 2026" in shown


def test_names_from_the_data_reach_a_tile_escaped():
    row = documents.row("otif", "otif", sliced={"segment": "<img src=x>"})
    assert "<b>&lt;img src=x&gt;</b>" in face(told(weakest=("segment", "<img src=x>", row)))


def test_the_trend_breaks_where_a_month_had_too_few_rows():
    spots = tile_face.spots_of((0.7, 0.8, None, 0.9, 0.8, None, 0.7))
    assert [len(run) for run in tile_face.runs_of(spots)] == [2, 2]


@pytest.mark.parametrize(("metric_id", "worst"), [("otif", 0.3), ("commitment_to_delivery", 90.0)])
def test_the_weakest_slice_is_the_worst_by_direction_over_all_dimensions(metric_id, worst):
    metric = documents.metric(metric_id)
    docs = [documents.document(metric_id, by=(dim,)) for dim in ("segment", "family", "site")]
    motors = next(row for row in docs[1]["rows"] if row["slice"] == {"family": "Motors"})
    motors["value"] = worst
    assert tiles.worst(metric, docs) == ("family", "Motors", motors)


def test_a_tile_reads_its_value_and_its_prior_period_at_once_and_intervals_only_where_they_are_told(monkeypatch):
    monkeypatch.setattr(tiles.data, "as_of", lambda of, metric: date(2026, 4, 30))
    monkeypatch.setattr(tiles.data, "readings", lambda of, wanted: [])
    scope = Scope(None, where={"segment": ("SMB",)})
    counted, share = documents.metric("commitment_to_delivery"), documents.metric("otif")
    share = replace(share, measures=(replace(share.headline, interval="proportion"),))
    for metric, sure in ((counted, False), (share, True)):
        now, prior, year, trend, *sliced = (asked for _, asked in tiles.wanted(metric, scope))
        assert now == prior and now["interval"] and len(sliced) == 2
        assert year["interval"] == sure and not any(asked["interval"] for asked in (trend, *sliced))


def test_a_dimension_that_the_data_lack_does_not_hide_the_weakest_slice_of_another():
    metric, lacking, by_site = (
        documents.metric("otif"),
        documents.document("otif"),
        documents.document("otif", by=("site",)),
    )
    lacking["rows"][0] |= {"status": "not_available", "value": None, "n": 0}
    oslo = next(row for row in by_site["rows"] if row["slice"] == {"site": "Oslo"})
    oslo["value"] = 0.1
    assert tiles.worst(metric, [lacking, by_site]) == ("site", "Oslo", oslo)


def test_nothing_counted_is_a_dash_and_not_zero_of_zero():
    shown = face(told(now={"status": "insufficient", "num": 0, "den": 0, "n": 0, "value": None, "reason": "left out"}))
    assert "0 of 0" not in tile_face.value_row(told(now={"status": "insufficient", "num": 0, "den": 0, "n": 0}))
    assert "left out" in shown


def test_the_weakest_slice_is_sought_in_every_dimension_that_is_not_narrowed_to_one_member(monkeypatch):
    monkeypatch.setattr(tiles.data, "as_of", lambda of, metric: date(2026, 4, 30))
    metric = documents.metric("otif")

    def sought(**where):
        return [asked["by"] for _, asked in tiles.sliced(metric, Scope(None, where=where))]

    assert sought() == [("segment",), ("family",), ("site",)]
    assert sought(segment=("SMB",)) == [("family",), ("site",)]
    assert sought(family=("Pumps", "Motors")) == [("segment",), ("family",), ("site",)]


def test_what_stands_out_puts_a_sure_change_for_the_worse_first():
    row = documents.row("otif", "otif", sliced=SEGMENT, value=0.2)
    found = standouts.of(
        [told(difference=-0.1, ci=(-0.2, -0.05), weakest=("segment", "Key accounts", row)), UsageError("no")]
    )
    assert [line.kind for line in found] == ["bad", "warn"]
    assert "got worse" in found[0].text and "Key accounts stands at 20.0" in found[1].text


def test_a_change_without_an_interval_stands_behind_a_slice_that_is_far_off():
    row = documents.row("otif", "otif", sliced=SEGMENT, value=0.2)
    found = standouts.of([told(difference=-0.1, ci=None, weakest=("segment", "Key accounts", row))])
    assert [line.kind for line in found] == ["warn", "bad"]


def test_at_most_five_things_stand_out_and_at_most_three_slices():
    row = documents.row("otif", "otif", sliced=SEGMENT, value=0.2)
    many = [told(difference=-0.1, ci=(-0.2, -0.05), weakest=("segment", "Key accounts", row)) for _ in range(6)]
    assert len(standouts.of(many)) == 5
    still = [told(difference=0.0, ci=(-0.2, 0.2), weakest=("segment", "Key accounts", row)) for _ in range(6)]
    assert len(standouts.of(still)) == 3


def test_metrics_that_cannot_be_read_share_one_sentence_and_show_no_period():
    lost = {"status": "not_available", "value": None, "n": 0, "reason": "not_available: lead.created_at"}
    many = [told(metric_id, now=lost) for metric_id in ("otif", "lead_to_order_rate")]
    found = standouts.of(many)
    assert len(found) == 1 and "On time in full, Lead to order" in found[0].text
    assert "2025" not in tile_face.foot(many[0])
