"""The executive indices: the book's scores and indices, when there is none, and readings of the sample company."""

import math
from datetime import date

import pytest

from metrics.components import added, nothing, one, ratio_of
from metrics.draws import generator
from metrics.index import Scored, arithmetic, geometric, index_of, interval, score
from metrics.materialise import materialise
from metrics.question import Request
from metrics.read import read
from metrics.registry import Component, catalogue
from tests.warehouse.drawn import drawn_version, export

INDICES = ("demand_quality", "fulfilment_readiness", "risk_exposure")
AS_OF = date(2026, 4, 30)


def part(value, weight=1.0, anchors=(0.0, 100.0), status="ok", name="a", ci=None) -> Scored:
    row = {**nothing(""), "value": value, "status": status, "n": 50, "ci": ci}
    return Scored(Component(name, name.title(), weight, anchors, (), None), row, weight, anchors)


def three(third=100) -> list[Scored]:
    given = ((80, 0.5, "a"), (50, 0.3, "b"), (third, 0.2, "c"))
    return [part(value, weight, name=name) for value, weight, name in given]


def test_the_books_index_of_three_scores():
    assert geometric((80, 50, 100), (0.5, 0.3, 0.2)) == pytest.approx(72.650, abs=5e-4)
    assert arithmetic((80, 50, 100), (0.5, 0.3, 0.2)) == pytest.approx(75.0)


def test_a_missing_part_is_left_out_and_its_weight_told():
    parts = [*three()[:2], part(None, 0.2, status="not_available", name="c")]
    found = index_of(parts, "x", {}, False)
    assert found.value == pytest.approx(67.073, abs=5e-4)
    assert found.coverage["weight_available"] == pytest.approx(0.80)


def test_the_books_readiness():
    readings = {"otif": 0.91, "covered": 0.924, "past_due": 0.096, "bottleneck": 0.95, "value_match": 0.9425}
    metric = catalogue()["fulfilment_readiness"]
    parts = [part(readings[c.name], c.weight, c.anchors, name=c.name) for c in metric.components]
    scores = {p.component.name: p.score for p in parts}
    assert list(scores.values()) == pytest.approx([75, 80, 80, 66.667, 75], abs=5e-4)
    assert index_of(parts, "x", {}, False).value == pytest.approx(75.858, abs=5e-4)
    assert index_of(parts, "x", {}, False, arithmetic).value == pytest.approx(76.0)


@pytest.mark.parametrize("metric_id", INDICES)
def test_the_weights_of_an_index_make_one(metric_id):
    assert sum(component.weight for component in catalogue()[metric_id].components) == pytest.approx(1)


@pytest.mark.parametrize(
    ("value", "anchors", "told"),
    [
        (0.95, (0.70, 0.98), 89.2857), (0.5, (0.70, 0.98), 0), (1.0, (0.70, 0.98), 100), (0.10, (0.40, 0.02), 78.947),
        (0.80, (0.50, 0.75, 0.90, 1.05), 100), (0.60, (0.50, 0.75, 0.90, 1.05), 40), (1.2, (0.50, 0.75, 0.90, 1.05), 0),
    ],
)  # fmt: skip
def test_scores_lie_between_floor_and_target_or_in_a_band(value, anchors, told):
    assert score(value, anchors) == pytest.approx(told, abs=1e-3)


def test_a_risk_is_what_the_safety_lacks():
    safe, risk = (index_of(three(), "x", {}, is_risk) for is_risk in (False, True))
    assert risk.value == pytest.approx(100 - safe.value)
    assert risk.ci == pytest.approx((100 - safe.ci[1], 100 - safe.ci[0]))


def test_a_collapse_cannot_be_bought_back():
    fallen = [part(1, 0.5, name="a"), part(100, 0.3, name="b"), part(100, 0.2, name="c")]
    assert index_of(fallen, "x", {}, False).value == pytest.approx(10)
    assert index_of(fallen, "x", {}, False, arithmetic).value == pytest.approx(50.5)


def test_less_than_seventy_percent_of_the_weight_is_no_index():
    parts = [part(80, 0.5, name="a"), part(None, 0.5, status="not_available", name="b")]
    found = index_of(parts, "x", {}, False)
    assert (found.value, found.status) == (None, "not_available")
    assert found.reason == "not_available: B (50% of the weight is known, 70% needed)"


def test_too_few_rows_behind_a_heavy_part_suppress_the_index():
    found = index_of([part(80, 0.75, name="a"), part(0.1, 0.25, status="insufficient", name="b")], "x", {}, False)
    assert (found.value, found.status) == (None, "insufficient")
    light = index_of([part(80, 0.80, name="a"), part(0.1, 0.20, status="insufficient", name="b")], "x", {}, False)
    assert light.value == pytest.approx(80)


def test_the_weakest_part_is_named():
    assert index_of(three(), "x", {}, False).reason.startswith("weakest: B (score 50)")


def test_the_interval_repeats_and_holds_the_index():
    drawn = [part(80, 0.5, name="a", ci=(70, 90)), part(50, 0.5, name="b", ci=(40, 60))]
    first = interval(drawn, generator("x", {}))
    assert first == interval(drawn[::-1], generator("x", {}))
    assert first[0] < geometric((80, 50), (0.5, 0.5)) < first[1]
    fixed = interval([part(80, 0.5, name="a"), part(50, 0.5, name="b")], generator("x", {}))
    assert fixed[1] - fixed[0] < first[1] - first[0]


def test_a_part_without_an_interval_is_named_as_fixed():
    found = index_of([part(80, 0.5, name="a", ci=(70, 90)), part(50, 0.5, name="b")], "x", {}, False)
    assert found.reason.endswith("held fixed in the interval: B")


def test_one_reading_over_another_is_as_weak_as_the_weaker():
    top, bottom = part(20, status="low_n").row, part(80).row
    found = ratio_of(top, bottom)
    assert (found["value"], found["num"], found["den"], found["status"]) == (0.25, 20, 80, "low_n")
    assert ratio_of(top, {**bottom, "value": 0.0})["value"] is None
    assert ratio_of(nothing("no rows"), bottom)["reason"] == "no rows"


def test_parts_add_up_and_one_that_is_missing_is_none():
    rows = [{**part(value).row, "part": name} for name, value in (("1_7", 5), ("gt_90", 7))]
    assert added(rows, ("31_60", "gt_90"))["value"] == 7
    assert one(rows, "1_30")["status"] == "insufficient"


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A version of a company that has exported one customer and nothing else."""
    row = {"customer_id": "C1", "name": "Nord"}
    return drawn_version(
        tmp_path_factory.mktemp("bare"), [export("sap", "KNA1", "customer", "2026-04-30", [row])], {}, materialise
    )


@pytest.mark.parametrize("metric_id", INDICES)
def test_an_index_over_empty_tables_says_what_is_missing(bare, metric_id):
    (row,) = read(bare, metric_id, Request())["rows"]
    assert (row["value"], row["status"]) == (None, "not_available")
    assert catalogue()[metric_id].components[0].title in row["reason"]


def all_of(version, metric_id, **given):
    rows = read(version, metric_id, Request(measures=("index", "component_score"), **given))["rows"]
    return rows[0], {row["part"]: row for row in rows if row["part"]}


@pytest.mark.parametrize("metric_id", INDICES)
def test_the_index_of_the_sample_is_made_of_its_parts(sample_version, metric_id):
    index, parts = all_of(sample_version, metric_id)
    metric = catalogue()[metric_id]
    known = [c for c in metric.components if parts[c.name]["value"] is not None]
    logs = [c.weight * math.log(max(parts[c.name]["value"], 1)) for c in known]
    mean = math.exp(sum(logs) / sum(c.weight for c in known))
    assert index["value"] == pytest.approx(100 - mean if metric_id == "risk_exposure" else mean)
    assert index["ci"][0] <= index["value"] <= index["ci"][1]
    assert "weakest: " in index["reason"]


@pytest.mark.parametrize("metric_id", INDICES)
def test_a_component_is_the_reading_that_everybody_sees(sample_version, metric_id):
    rows = read(sample_version, metric_id, Request(reading="rows"))["rows"]
    metric = catalogue()[metric_id]
    assert [row["row_key"] for row in rows] == [component.name for component in metric.components]
    for row in rows:
        assert row["score"] is None or row["score"] == pytest.approx(score(row["value"], row["anchors"]))
        assert {one["metric"] for one in row["reads"]} <= {*metric.needs, metric_id}


def test_another_weight_is_another_index(sample_version):
    plain, _ = all_of(sample_version, "fulfilment_readiness")
    shifted, _ = all_of(sample_version, "fulfilment_readiness", params={"weight_otif": 0.9})
    assert shifted["value"] != plain["value"]


def test_a_past_index_is_read_from_past_readings(sample_version):
    past = date(2026, 3, 31)
    asked = Request(measures=("index",), reading="trend", date_from=date(2026, 3, 1), date_to=AS_OF, interval=False)
    rows = {row["period"]["label"]: row for row in read(sample_version, "demand_quality", asked)["rows"]}
    (then,) = read(sample_version, "demand_quality", Request(measures=("index",), as_of=past, interval=False))["rows"]
    assert rows[past.isoformat()]["value"] == then["value"]
    assert list(rows) == [past.isoformat(), AS_OF.isoformat()]


def test_an_index_is_sliced_where_every_part_has_the_dimension(sample_version):
    asked = Request(measures=("index",), by=("segment",), interval=False)
    rows = read(sample_version, "demand_quality", asked)["rows"]
    sliced = {row["slice"]["segment"] for row in rows if row["slice"]}
    assert len(sliced) > 2
    member = sorted(sliced)[0]
    asked = Request(measures=("index",), where={"segment": (member,)}, interval=False)
    (alone,) = read(sample_version, "demand_quality", asked)["rows"]
    (found,) = [row for row in rows if row["slice"] == {"segment": member}]
    assert (found["value"], found["status"]) == (alone["value"], alone["status"])
