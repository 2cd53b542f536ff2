"""Waterfalls that must meet their end, parts beside each other, and what each slice adds to a change."""

from charts.balance import balance
from charts.composition import added, by_parts
from charts.frame import bases
from charts.plotly_dict import to_plotly


def told(measure: str, unit: str = "currency") -> dict:
    return {"measure": measure, "title": measure.capitalize(), "unit": unit, "better": "up"}


def row(measure: str, value, part=None, sliced=None, **more) -> dict:
    period = {"label": "2026", "from": "2026-01-01", "to": "2026-12-31"}
    made = {"measure": measure, "part": part, "slice": sliced or {}, "period": period, "value": value, "n": 40}
    made |= {"ci": None, "status": "ok", "reason": None, "provisional": False, "currency": "EUR"}
    return made | more


def moves(residual: float) -> dict:
    legs = {"new": 70.0, "shipped": -40.0, "fx": 0.0, "unexplained": residual, "over_shipped": -9.0}
    rows = [row("opening", 100.0), row("closing", 130.0 + residual), row("residual", residual)]
    rows += [row("movement", 30.0), *(row("movement", value, part) for part, value in legs.items())]
    names = ("opening", "closing", "residual", "movement")
    return {"measures": [told(name) for name in names], "rows": rows, "scope": {"by": []}}


def drawn(residual: float):
    return balance(moves(residual), ("opening", "closing"), "movement", "residual", "What moved it")


def test_the_legs_between_opening_and_closing_end_where_the_closing_stands():
    spec = drawn(0.0)
    assert spec.x == ("Opening", "New", "Shipped", "Closing") and spec.sums == (True, False, False, True)
    assert bases(spec)[-2][1] == bases(spec)[-1][1] == 130.0
    assert spec.notes == (
        "Unexplained: €0, the movements meet the open lines.",
        "Nothing in: exchange rates, unexplained.",
    )


def test_what_the_movements_do_not_explain_is_a_leg_and_a_sentence():
    spec = drawn(12.0)
    assert "Unexplained" in spec.x and bases(spec)[-2][1] == 142.0
    assert spec.notes[0] == "Unexplained: €12, shown as a leg of its own."


def test_a_leg_that_takes_away_has_another_colour_than_one_that_adds():
    colours = to_plotly(drawn(0.0))["data"][0]["marker"]["color"]
    assert len(set(colours)) == 3 and colours[0] == colours[-1] and colours[1] != colours[2]


def test_measures_stand_beside_each_other_on_the_same_parts_and_lost_ones_are_told():
    rows = [row("length", 0.8, "S_D"), row("length", 0.2, "E_R"), row("spread", 0.9, "S_D")]
    rows.append(row("length", None, "C_E", status="not_available", reason="not_available: entry"))
    doc = {"measures": [told("length", "share"), told("spread", "share")], "rows": rows, "scope": {"by": []}}
    spec = by_parts(doc, {"length": "Of the length", "spread": "Of the spread"}, ("C_E", "E_R", "S_D"), "Stages")
    assert [series.y for series in spec.series] == [(None, 0.2, 0.8), (None, None, 0.9)]
    assert spec.notes == ("No value for Commitment → entry: entry.",)


def test_what_slices_add_is_drawn_with_its_two_causes_where_they_are_told():
    whole = row("otif", 0.8, difference=0.1)
    slices = [
        row("otif", 0.7, None, {"segment": name}, contribution=adds, within=adds / 4, mix=adds * 3 / 4)
        for name, adds in (("SMB", -0.2), ("Public", 0.1))
    ]
    doc = {"measures": [told("otif", "share")], "rows": [whole, *slices], "scope": {"by": ["segment"]}}
    spec = added(doc, "otif", "segment")
    assert spec.x == ("SMB", "Public") and spec.series[0].y == (-0.2, 0.1)
    assert [series.name for series in spec.series] == ["Adds to the change", "Own change", "Weight"]
    plain = {**doc, "rows": [whole, *({**one, "within": None, "mix": None} for one in slices)]}
    assert len(added(plain, "otif", "segment").series) == 1
