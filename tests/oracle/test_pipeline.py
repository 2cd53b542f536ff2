"""The pipeline forecast against an oracle that follows the book deal by deal."""

from datetime import date

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle import forecast
from tests.oracle.company import AS_OF
from tests.oracle.pipeline import month_of, pipeline_company
from tests.oracle.test_oracles import SEEDS, version_of

ID = "pipeline_forecast_accuracy"
MEASURES = ("wape", "bias", "fva")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_pipeline_forecast_agrees_with_the_oracle(seed, tmp_path):
    made = pipeline_company(seed)
    check(made, version_of(tmp_path, made, only_forecasts))


@pytest.mark.slow
def test_a_segment_known_late_holds_for_deals_as_for_orders(tmp_path):
    made = pipeline_company(1, blank=True)
    check(made, version_of(tmp_path, made, only_forecasts))


def only_forecasts(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def check(made, version):
    forecaster = forecast.Forecaster(made)
    cells = forecaster.cells()
    seasonal = forecast.LAST - forecaster.begin + 1 >= 24
    asked = Request(measures=MEASURES, by=("horizon",), as_of=AS_OF)
    found = {
        (row["slice"].get("horizon"), row["measure"], row["part"]): row for row in read(version, ID, asked)["rows"]
    }
    for horizon in forecast.HORIZONS:
        own = [cell for cell in forecast.judged(cells, seasonal) if cell["h"] == horizon]
        check_horizon(
            {key[1:]: row for key, row in found.items() if str(key[0]) == str(horizon)}, own, seasonal, horizon
        )
    check_forecasts(version, cells)


def check_horizon(found, own, seasonal, horizon):
    for method in ("pipeline", "naive", "ma3", *(["seasonal_naive"] if seasonal else [])):
        part = None if method == "pipeline" else method
        assert found["wape", part]["n"] == len(own)
        assert found["wape", part]["value"] == pytest.approx(forecast.wape(own, method), rel=1e-9)
        assert found["bias", part]["value"] == pytest.approx(forecast.bias(own, method), rel=1e-9, abs=1e-9)
    bench = "seasonal_naive" if seasonal else "ma3"
    gain = forecast.wape(own, bench) - forecast.wape(own, "pipeline")
    assert found["fva", None]["value"] == pytest.approx(gain, rel=1e-9, abs=1e-9)
    ci = forecast.fva_interval(own, bench, horizon)
    shown = found["fva", None]["ci"]
    assert shown is None if ci is None else shown == pytest.approx(list(ci), rel=1e-9, abs=1e-9)


def check_forecasts(version, cells):
    """F itself by group, horizon and target month, months still to come included."""
    expected = {(*cell["group"], cell["h"], cell["target"]): cell["pipeline"] for cell in cells}
    last = forecast.month_end(max(cell["target"] for cell in cells))
    asked = Request(
        measures=("forecast",),
        by=("segment", "family", "horizon"),
        as_of=AS_OF,
        date_to=last,
        every="month",
        reading="trend",
        interval=False,
    )
    shown = {}
    for row in read(version, ID, asked)["rows"]:
        if row["slice"] and row["part"] is None and row["value"] is not None:
            where = row["slice"]
            month = month_of(date.fromisoformat(row["period"]["from"]))
            shown[where["segment"], where["family"], int(where["horizon"]), month] = row["value"]
    assert shown == pytest.approx(expected, rel=1e-9, abs=1e-6)
