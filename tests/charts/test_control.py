"""Whether a trend is steady: its usual range, its signals, and how often chance alone would signal."""

from charts.control import control
from charts.plotly_dict import to_plotly
from charts.static import to_svg
from tests.ui import documents


def reading(signal: bool = True, limits: bool = True) -> dict:
    """A reading `steadiness` as it comes: points, then rows beside them."""
    doc = documents.document("otif", every=True)
    points = [row for row in doc["rows"] if row["period"]]
    whole = {"label": "w", "from": points[0]["period"]["from"], "to": points[-1]["period"]["to"]}
    plain = {**points[0], "period": whole, "num": None, "ci": None}
    made = [{**plain, "part": "center", "value": None, "status": "insufficient", "reason": "4 points; limits need 6"}]
    if limits:
        values = {"center": 0.8, "lower": 0.6, "upper": 0.99, "false_alarm": 0.21, "phi": 1.7, "p_value": 0.023}
        made = [{**plain, "part": part, "value": value, "n": 12} for part, value in values.items()]
    if signal:
        made.append({**points[7], "part": "signal", "reason": "rule 1: beyond the limits"})
    return {**doc, "rows": [*points, *made]}


def test_the_points_stand_in_their_usual_range_and_only_signals_are_marked():
    spec = control(reading(), "otif")
    points, usual, signal = spec.series
    assert len(points.y) == 12 and usual.low == (0.6,) * 12 and usual.high == (0.99,) * 12
    assert [at for at, value in enumerate(signal.y) if value is not None] == [7] and signal.y[7] == points.y[7]


def test_the_note_says_the_limits_the_signals_and_how_often_chance_alone_signals():
    said = " ".join(control(reading(), "otif").notes)
    assert "Centre 80.0\u202f%, usual range 60.0\u202f% to 99.0\u202f%, from the first 12 points." in said
    assert "by chance in 21.0\u202f% of cases" in said and "Dec 25 (beyond the limits)" in said
    assert "more than chance explains (dispersion 1.7, p = 0.023)" in said


def test_without_a_signal_and_without_limits_it_says_so_and_draws_the_points_alone():
    assert "No point breaks a rule." in control(reading(signal=False), "otif").notes[0]
    few = control(reading(signal=False, limits=False), "otif")
    assert len(few.series) == 1 and few.notes == ("No limits yet: 4 points; limits need 6.",)


def test_a_signal_is_a_dot_without_a_line_and_the_centre_a_line_without_dots():
    spec = control(reading(), "otif")
    modes = {trace["name"]: trace["mode"] for trace in to_plotly(spec)["data"] if trace.get("name")}
    assert modes == {"On time in full": "lines+markers", "Centre and usual range": "lines", "Signal": "markers"}
    assert to_svg(spec).startswith("<svg")
