"""What must hold for every metric on any data (section 4 of the KPI book), found from the catalogue by itself."""

import math
from dataclasses import replace

import pytest

from metrics.known import facts_of
from metrics.question import Request
from metrics.read import read
from metrics.registry import catalogue, resolve
from tests.metrics.reapply import reapply

MEASURES = [(metric.id, measure.name) for metric in catalogue().values() for measure in metric.measures]


def of(metric_id, name):
    metric = catalogue()[metric_id]
    return metric, metric.measure(name)


SLICED = [
    pytest.param(metric.id, dim, marks=[] if place < 2 else pytest.mark.slow)
    for metric in catalogue().values()
    for place, dim in enumerate(metric.dims)
]
# metrics whose rows take seconds to drill: their headline always, the rest with the long tests
LONG = {"repeat_order", "inventory_turns", *(metric.id for metric in catalogue().values() if metric.components)}
DRILLED = [
    pytest.param(*pair, marks=pytest.mark.slow if pair[0] in LONG and not of(*pair)[1].headline else [])
    for pair in MEASURES
]


def same(one, other) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def check_drill(version, metric, measure, request):
    tile = read(version, metric.id, replace(request, measures=(measure.name,), interval=False))["rows"]
    if tile[0]["status"] == "not_available":
        return False
    again = {cell.answer.part: cell.answer for cell in reapply(version, metric, measure, request)}
    assert tile
    for row in tile:
        answer = again.get(row["part"])
        assert answer is not None, (row["part"], list(again))
        assert same(row["value"], answer.value), (row, answer)
        assert (row["n"], same(row["num"], answer.num), same(row["den"], answer.den)) == (answer.n, True, True)
    return True


def lacking(version, metric, name) -> bool:
    """Whether the sample truly lacks the column that a reading names as missing."""
    reason = read(version, metric.id, Request(measures=(name,)))["rows"][0]["reason"]
    columns = reason.removeprefix("not_available: ").split(" (needed")[0].split(" or ")
    return not any(facts_of(version).fills.get(column) for column in columns)


def test_there_are_metrics_to_check():
    assert len(catalogue()) >= 6


@pytest.mark.parametrize(("metric_id", "name"), DRILLED)
def test_the_drilled_rows_give_the_tile_again(sample_version, metric_id, name):
    metric, measure = of(metric_id, name)
    assert check_drill(sample_version, metric, measure, Request()) or lacking(sample_version, metric, name)


@pytest.mark.parametrize("metric_id", [metric.id for metric in catalogue().values() if metric.dims])
def test_the_drilled_rows_of_a_filter_give_its_tile_again(sample_version, metric_id):
    metric = catalogue()[metric_id]
    dim = next(iter(metric.dims))
    rows = read(sample_version, metric_id, Request(by=(dim,), interval=False))["rows"]
    member = [row["slice"][dim] for row in rows if row["slice"] and row["value"] is not None][-1]
    assert check_drill(sample_version, metric, metric.headline, Request(where={dim: (member,)}))


def is_partition(metric, measure) -> bool:
    """Rows that stand alone belong to one slice; staged groups may stand in several."""
    params = {name: param.default for name, param in metric.params.items()}
    if measure.of_components:
        return False
    return measure.additive and measure.finish is None and resolve(measure.stage, params) is None


@pytest.mark.parametrize(("metric_id", "dim"), SLICED)
def test_slices_add_up_to_the_total(sample_version, metric_id, dim):
    metric = catalogue()[metric_id]
    checked = 0
    for measure in metric.measures:
        doc = read(sample_version, metric_id, Request(measures=(measure.name,), by=(dim,), interval=False))
        if doc["rows"][0]["status"] == "not_available":
            assert doc["rows"][0]["reason"].startswith("not_available: ")
            checked += 1
            continue
        twice = {one["measure"]: one["counted_twice"] for one in doc["overlap"]}
        for part in {row["part"] for row in doc["rows"]} if is_partition(metric, measure) else ():
            total = [row for row in doc["rows"] if not row["slice"] and row["part"] == part]
            parts = [row for row in doc["rows"] if row["slice"] and row["part"] == part]
            for column in ("num", "den", "n"):
                assert same(sum(row[column] or 0 for row in parts), total[0][column] or 0), (measure.name, column)
            checked += 1
        if not is_partition(metric, measure) and measure.finish is None:
            rows = [row for row in doc["rows"] if row["part"] is None]
            total = sum(row["n"] for row in rows if not row["slice"])
            assert sum(row["n"] for row in rows if row["slice"]) - twice.get(measure.name, 0) == total
            checked += 1
    assert checked or all(measure.finish for measure in metric.measures)


@pytest.mark.parametrize(("metric_id", "name"), MEASURES)
def test_shares_stay_between_0_and_1(sample_version, metric_id, name):
    metric, measure = of(metric_id, name)
    doc = read(sample_version, metric_id, Request(measures=(name,), interval=False))
    for row in doc["rows"]:
        if measure.interval == "proportion" and row["value"] is not None:
            assert 0 <= row["value"] <= 1
        assert row["value"] is None or math.isfinite(row["value"])
