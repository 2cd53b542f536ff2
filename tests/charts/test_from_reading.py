"""A reading becomes the chart that its numbers call for: nothing hidden, nothing invented."""

from charts.frame import folded, period_name, shortened
from charts.from_reading import by_part, by_slice, grouped, lines, range_by_slice, trend, waterfall
from charts.numbers import change, counted, money, written
from charts.plotly_dict import to_plotly
from tests.ui import documents


def test_a_trend_has_a_point_for_every_period_and_its_dates_to_drill_by():
    spec = trend(documents.document("otif", every=True), "otif")
    assert spec.x[0] == "May 25" and spec.x[-1] == "Apr 26" and len(spec.series[0].y) == 12
    assert spec.keys[-1] == {"from": "2026-04-01", "to": "2026-04-30"}
    assert spec.series[0].low[0] < spec.series[0].y[0] < spec.series[0].high[0]


def test_a_period_with_too_few_rows_is_a_gap_and_an_unfinished_one_is_pale():
    doc = documents.document("otif", every=True)
    dated = [row for row in doc["rows"] if row["period"]]
    dated[3]["status"], dated[-1]["provisional"] = "insufficient", True
    series = trend(doc, "otif").series[0]
    assert series.y[3] is None and series.low[3] is None
    assert series.faint[-1] and not series.faint[0]


def test_slices_come_worst_first_by_the_direction_that_is_better():
    for metric, measure, worst in (("otif", "otif", min), ("commitment_to_delivery", "km_median", max)):
        doc = documents.document(metric, by=("segment",))
        sliced = [row for row in doc["rows"] if row["slice"]]
        spec = by_slice(doc, measure, "segment")
        assert spec.series[0].y[0] == worst(row["value"] for row in sliced)
        assert spec.keys[0] == {"segment": spec.x[0]}


def test_a_slice_with_too_few_rows_is_listed_last_and_not_drawn():
    doc = documents.document("otif", by=("segment",))
    few = next(row for row in doc["rows"] if row["slice"] == {"segment": "Key accounts"})
    few["status"] = "insufficient"
    spec = by_slice(doc, "otif", "segment")
    assert spec.x[-1] == "Key accounts" and spec.series[0].y[-1] is None


def test_the_legs_of_the_wait_add_up_to_the_whole():
    spec = waterfall(
        documents.document("commitment_to_delivery", ["stage_mean"]),
        "stage_mean",
        ("C_E", "E_R", "R_S", "S_D"),
        "",
        "T",
    )
    assert spec.sums == (False, False, False, False, True)
    assert spec.series[0].y[-1] == sum(spec.series[0].y[:-1])


def test_parts_that_the_data_lack_are_told_in_a_note():
    doc = documents.document("commitment_to_delivery", ["stage_mean"])
    lost = next(row for row in doc["rows"] if row["part"] == "R_S")
    lost |= {"status": "not_available", "value": None, "reason": "not_available: shipment.shipped_date"}
    spec = by_part(doc, "stage_mean", ("C_E", "R_S", "X"), "Stages")
    assert spec.x == ("Commitment → entry", "Release → shipment")
    assert spec.notes == ("No value for Release → shipment: shipment.shipped_date.",)


def test_several_measures_share_one_axis_of_periods():
    doc = documents.document("pipeline_forecast_accuracy", ["forecast", "actual"], every=True)
    wanted = [("actual", None, "Booked", {"as_bar": True}), ("forecast", "ma3", "Mean", {})]
    spec = lines(doc, wanted, "Booked against forecast")
    assert [len(series.y) for series in spec.series] == [12, 12] and spec.currency == "EUR"


def test_a_range_spans_every_policy_and_holds_the_number_that_is_read():
    doc = documents.document("days_of_inventory_by_segment", ["days", "days_by_policy"], by=("segment",))
    series = range_by_slice(doc, "days", "days_by_policy", "segment", "Days").series[0]
    assert all(low <= value <= high for low, value, high in zip(series.low, series.y, series.high, strict=True))


def test_grouped_bars_keep_every_series_on_the_same_members():
    doc = documents.document("commitment_to_delivery", ["adherence_first", "adherence_last"], by=("segment",))
    spec = grouped(doc, [("adherence_first", None, "First"), ("adherence_last", None, "Last")], "segment", "Promises")
    at = spec.x.index("Mid market")
    row = next(r for r in doc["rows"] if r["measure"] == "adherence_last" and r["slice"] == {"segment": "Mid market"})
    assert spec.series[1].y[at] == row["value"]


def test_numbers_carry_their_unit_and_true_minus_signs():
    assert written(0.934, "share") == "93.4\u202f%" and written(-12.53, "days") == "\u221212.5\u202fd"
    assert (
        money(1_284_000, "EUR") == "€1.28M" and money(-950, "NOK") == "\u2212950\u202fNOK" and money(0, "EUR") == "€0"
    )
    assert written(None, "share") == "–" and written(float("nan"), "days") == "–"
    assert counted(12480) == "12\u202f480"


def test_a_difference_of_shares_is_in_points_and_none_has_no_direction():
    assert change(0.012, "share") == "+1.2\u202fpp" and change(-0.5, "days") == "\u22120.5\u202fd"
    assert change(0.0, "share") == "±0.0\u202fpp" and change(-0.0004, "share") == "±0.0\u202fpp"


def test_labels_of_periods_and_long_names_stay_readable():
    assert [period_name(label) for label in ("2026-04", "2026-W17", "2026-Q2", "2026-04-30", "FY2026-M01", "2026")] == [
        "Apr 26", "W17 26", "Q2 26", "30 Apr 26", "FY2026-M01", "2026",
    ]  # fmt: skip
    assert len(shortened("a very long name of a product family indeed")) <= 26


def test_what_is_zero_for_every_member_is_told_and_not_drawn():
    doc = documents.document("commitment_to_delivery", ["adherence_first", "adherence_last"], by=("segment",))
    for row in doc["rows"]:
        row["value"] = 0 if row["measure"] == "adherence_last" else row["value"]
    wanted = [("adherence_first", None, "First"), ("adherence_last", None, "Last")]
    spec = grouped(doc, wanted, "segment", "Promises")
    assert [one.name for one in spec.series] == ["First"] and spec.notes == ("Last: zero for every segment.",)


def test_a_long_label_beside_its_neighbours_is_folded_near_its_middle():
    assert folded("Over 7 days late") == ("Over 7", "days late") and folded("Apr 26") == ("Apr 26",)
    spec = by_part(documents.document("commitment_to_delivery", ["stage_mean"]), "stage_mean", ("C_E",), "")
    assert to_plotly(spec)["layout"]["xaxis"]["ticktext"] == ["Commitment<br>→ entry"]
