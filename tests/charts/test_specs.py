"""Every kind of chart can be drawn on the screen and on paper, and shows nothing that is not known."""

import re

import plotly.graph_objects as go
import pytest
from plotly.io import from_json, to_json

from charts.frame import bases, shown_ticks, value_range
from charts.plotly_dict import to_plotly
from charts.spec import KINDS, ChartSpec, Reference, Series, described, table
from charts.static import to_png, to_svg

NAMES = ("Key accounts", "Retail & <b>export</b>", "Cost $5 to $6")


def spec(kind: str, **more) -> ChartSpec:
    low, high = (None, 0.5, 0.1), (0.9, 0.7, None)
    bounded = Series("share", (0.8, 0.6, None), low=low, high=high, faint=(False, True, False), n=(40, 8, 0))
    if kind in ("waterfall", "stacked", "heat"):
        bounded = Series("share", (0.3, 0.6, 0.9))
    given = {"kind": kind, "title": "On time", "x": NAMES, "series": (bounded,), "unit": "share"}
    return ChartSpec(**{**given, "sums": (False, False, True) if kind == "waterfall" else (), **more})


@pytest.mark.parametrize("horizontal", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_figure_that_plotly_accepts(kind, horizontal):
    for theme in ("light", "dark"):
        figure = go.Figure(to_plotly(spec(kind, horizontal=horizontal, references=(Reference(0.7, "all"),)), theme))
        assert from_json(to_json(figure)).data, f"{kind} drew no trace"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_on_paper_and_the_same_bytes_each_time(kind):
    drawn = spec(kind, horizontal=kind in ("range", "interval"))
    assert to_svg(drawn).startswith("<svg") and to_svg(drawn) == to_svg(drawn)
    assert to_png(drawn, dpi=50).startswith(b"\x89PNG")


def test_a_chart_without_numbers_says_so_instead_of_drawing_a_grid():
    empty = spec("line", series=(Series("share", (None, None, None)),))
    assert empty.empty and value_range(empty) is None
    assert "no numbers" in described(empty)
    assert to_svg(empty) != to_svg(spec("line"))


def test_a_missing_end_of_an_interval_is_left_open_and_not_drawn_as_zero():
    figure = to_plotly(spec("bar"))
    assert figure["data"][0]["error_y"]["arrayminus"] == [None, pytest.approx(0.1), None]
    line = to_plotly(spec("line"))
    assert line["data"][0]["y"] == [0.5] and line["data"][1]["y"] == [0.7]


def test_pale_points_are_those_that_rest_on_few_rows():
    colours = to_plotly(spec("interval"))["data"][0]["marker"]["color"]
    assert colours[0] == colours[2] != colours[1]


def test_names_from_the_data_reach_plotly_without_their_tags():
    figure = to_plotly(spec("bar", horizontal=True))
    labels = figure["layout"]["yaxis"]["ticktext"]
    assert "Retail &amp; &lt;b&gt;export&lt;/b&gt;" in labels
    assert all("<b>export" not in text for text in figure["data"][0]["hovertext"])


def test_a_dollar_sign_in_a_name_is_text_on_paper():
    names = to_svg(spec("bar", horizontal=True))
    comments = re.findall(r"<!-- (.*?) -->", names)
    assert "Cost $5 to $6" in comments


def test_the_legs_of_a_waterfall_stand_on_what_came_before_and_totals_on_zero():
    legs = spec("waterfall", series=(Series("days", (3.0, -1.0, 2.0)),), unit="days")
    assert bases(legs) == [(0.0, 3.0), (3.0, 2.0), (0.0, 2.0)]


def test_labels_are_thinned_from_the_end_so_that_the_newest_period_keeps_its_name():
    assert shown_ticks(24, 7)[-1] == 23 and len(shown_ticks(24, 7)) <= 7
    assert shown_ticks(3) == [0, 1, 2]


def test_bars_start_at_zero_and_lines_near_their_numbers():
    flat = (Series("share", (0.81, 0.82, 0.83)),)
    assert value_range(spec("bar", series=flat))[0] == 0
    assert value_range(spec("line", series=flat))[0] > 0.7


def test_series_of_another_length_than_the_chart_are_refused():
    with pytest.raises(ValueError, match="2 entries for 3 places"):
        spec("bar", series=(Series("share", (0.1, 0.2)),))


def test_a_download_of_a_chart_holds_its_numbers_and_nothing_else():
    rows = table(spec("interval"))
    assert [row["value"] for row in rows] == [0.8, 0.6, None]
    told = {"series": "share", "at": NAMES[1], "value": 0.6, "unit": "share"}
    assert rows[1] == told | {"low": 0.5, "high": 0.7, "n": 8}
