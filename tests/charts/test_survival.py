"""The curve of a wait: steps between the days on which something ended, ticks where open waits were last seen."""

import pytest

from charts.plotly_dict import to_plotly
from charts.spec import described
from charts.static import to_svg
from charts.survival import stairs, survival
from tests.reports.handmade import doc, metric_of, row
from tests.ui import documents

WAIT = metric_of("commitment_to_delivery", "Still waiting", "share", "down")
# three waits of 5, 12 and 15 days, the last still open
DAYS = ((12, 1 / 3, 1, 2), (5, 2 / 3, 1, 3), (15, 1 / 3, 0, 1))


@pytest.fixture
def curve():
    rows = []
    for day, share, ended, at_risk in DAYS:
        rows.append(row(share, ended, at_risk, n=3, part=str(day), ci=[share - 0.1, share + 0.1]))
    return survival(doc(WAIT, rows), "rate", "How long customers wait")


def test_the_curve_has_a_step_for_every_day_and_holds_between_the_ends_of_waits(curve):
    held = curve.series[0].y
    assert curve.x == tuple(str(day) for day in range(16))
    assert held[4] is None and held[5] == held[11] == 2 / 3 and held[12] == held[15] == 1 / 3
    assert curve.series[0].low[11] == pytest.approx(2 / 3 - 0.1)


def test_only_the_day_on_which_an_open_wait_was_last_seen_has_a_tick(curve):
    assert [day for day, ticked in enumerate(curve.series[0].censored) if ticked] == [15]
    assert "open waits were last seen" in curve.notes[0]
    ticks = [trace for trace in to_plotly(curve)["data"] if trace.get("marker", {}).get("symbol") == "line-ns-open"]
    assert [trace["x"] for trace in ticks] == [[15]]


def test_a_curve_whose_waits_all_ended_has_no_ticks_and_no_note():
    rows = [row(0.5, 1, 2, part="3", n=2), row(0.0, 1, 1, part="7", n=2)]
    made = survival(doc(WAIT, rows), "rate", "Waits")
    assert not any(made.series[0].censored) and not made.notes


def test_a_tick_stands_on_the_level_after_its_day_and_not_on_the_drop():
    rows = [row(2 / 3, 1, 3, part="5", n=3), row(2 / 3, 0, 1, part="15", n=3)]
    ticks = [trace["x"] for trace in to_plotly(survival(doc(WAIT, rows), "rate", "Waits"))["data"][1:]]
    assert ticks == [[5.5, 15]]


def test_the_days_are_told_on_round_ticks_and_on_hover_and_the_line_has_no_dots():
    rows = [row(0.5, 1, 2, part="3", n=2), row(0.0, 1, 1, part="43", n=2)]
    drawn = to_plotly(survival(doc(WAIT, rows), "rate", "Waits"))
    assert drawn["layout"]["xaxis"]["ticktext"] == [str(day) for day in range(0, 44, 5)]
    assert drawn["data"][0]["mode"] == "lines" and "<b>3 days</b>" in drawn["data"][0]["hovertext"][3]


def test_the_curve_is_read_aloud_by_the_days_that_half_and_nine_of_ten_wait_at_most(curve):
    assert described(curve) == "How long customers wait: half wait at most 12 days, open waits counted."
    rows = [row(0.5, 1, 2, part="3", n=2), row(0.0, 1, 1, part="7", n=2)]
    told = described(survival(doc(WAIT, rows), "rate", "Waits"))
    assert told == "Waits: half wait at most 3 days, nine of ten at most 7 days, open waits counted."


def test_the_band_of_a_stepped_line_is_stepped_too_and_paper_can_draw_it(curve):
    bands = [trace for trace in to_plotly(curve)["data"] if trace.get("line", {}).get("width") == 0]
    assert bands and all(trace["line"]["shape"] == "hv" for trace in bands)
    assert to_svg(curve).startswith("<svg")


def test_a_share_that_grows_with_age_holds_its_step_and_each_member_is_a_line():
    whole = documents.document("otif")
    first = whole["rows"][0]
    made = [{**first, "part": part, "value": value} for part, value in (("0", 0.0), ("3", 0.25), ("5", 0.5))]
    assert stairs({**whole, "rows": made}, "otif", "Won").series[0].y == (0.0, 0.0, 0.0, 0.25, 0.25, 0.5)
    by = [{**row, "slice": {"segment": name}, "n": n} for name, n in (("A", 9), ("B", 40)) for row in made]
    by[0]["status"] = "low_n"
    sliced = {**whole, "scope": {**whole["scope"], "by": ["segment"]}, "rows": [*made, *by]}
    assert [series.name for series in stairs(sliced, "otif", "Won").series] == ["B", "A"]
