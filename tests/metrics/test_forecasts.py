"""Measures of forecast error on three forecasts that anybody can check by hand."""

import pandas as pd
import pytest

from metrics.forecasts import METHODS, per_method, relative_error, scaled, value_added


# Oracle A: one line per origin; y 100 200 300, forecast 110 190 330, history 130 150 300, before that 80 100 90 120
def lines(y, pipeline, bench, horizon=1) -> pd.DataFrame:
    origins = pd.date_range("2025-01-31", periods=len(y), freq="ME")
    frame = pd.DataFrame({"origin": origins, "horizon": horizon, "member": "x", "n": 1, "seasonal": 0})
    frame["in_sample"], frame["y"] = "20,-10,30", [float(value) for value in y]
    for method in METHODS:
        given = pd.Series(pipeline if method == "pipeline" else bench, dtype=float) if method != "crm" else float("nan")
        frame[f"e_{method}"], frame[f"b_{method}"] = (given - frame["y"]), (given - frame["y"])
        frame[f"e_{method}"] = frame[f"e_{method}"].abs()
        frame[f"s_{method}"] = frame[f"e_{method}"] ** 2
    return frame


THREE = lines([100, 200, 300], [110, 190, 330], [130, 150, 300])


def by_part(answers) -> dict:
    return {answer.part: answer.value for answer in answers}


def test_errors_of_the_worked_example():
    wape, bias, mase = (by_part(finish(THREE, {})) for finish in (per_method("e"), per_method("b"), scaled(1)))
    assert (wape[None], wape["ma3"]) == pytest.approx((50 / 600, 80 / 600))
    assert (mase[None], mase["ma3"]) == pytest.approx(((50 / 3) / 20, (80 / 3) / 20))
    assert relative_error(THREE, {}).value == pytest.approx(50 / 80)
    assert value_added(THREE, {}).value == pytest.approx(0.05)
    # RMSSE: mean of 10^2 10^2 30^2 over mean of 20^2 10^2 30^2
    assert by_part(scaled(2)(THREE, {}))[None] == pytest.approx((1100 / 1400) ** 0.5)


def test_forecasting_too_much_is_positive_bias():
    bias = by_part(per_method("b")(THREE, {}))
    assert (bias[None], bias["ma3"]) == pytest.approx((30 / 600, -20 / 600))


def test_the_interval_of_the_value_added_is_a_t_interval_over_origins():
    four = lines([100, 200, 300, 200], [110, 190, 330, 210], [130, 150, 300, 160])
    answer = value_added(four, {})
    assert answer.value == pytest.approx(0.075)
    assert answer.ci == pytest.approx((-0.2068, 0.3568), abs=1e-4)


def test_few_origins_have_no_interval():
    assert value_added(THREE, {}).ci is None
    # 7 origins three months ahead: only every third has a target of its own, which makes three
    assert value_added(lines([1] * 7, [1] * 7, [2] * 7, horizon=3), {}).ci is None


def test_groups_that_never_moved_are_dropped_and_counted():
    still = pd.concat([THREE, THREE.assign(member="y", in_sample="0,0,0")])
    found = next(answer for answer in scaled(1)(still, {}) if answer.part is None)
    assert found.value == pytest.approx(50 / 3 / 20)
    assert found.coverage == {"groups_with_movement": 0.5}
