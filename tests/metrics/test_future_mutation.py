"""No number at a past day changes when everything after it went otherwise (section 4 of the KPI book, property 1)."""

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest

from metrics import registry
from metrics.known import facts_of
from metrics.question import Request
from metrics.read import read
from metrics.registry import Measure, Metric, Relation, catalogue
from tests.conftest import once
from tests.metrics.later import EVENTS, TIMELESS, altered
from warehouse.loads import active_loads
from warehouse.versions import open_version

MIDDLE, LAST_BUT_ONE = date(2025, 4, 30), date(2026, 3, 31)
NUMBERS = {"window": 30, "grace": 2, "tol": 0.1, "medium_from": 20_000, "large_from": 60_000, "merge_days": 3}
NUMBERS |= dict.fromkeys(("weight_quality", "weight_delivery", "weight_price", "weight_lead_time"), 0.5)
NUMBERS |= {"early": 3, "ppm_floor": 5000, "ppm_target": 100, "otif_floor": 0.5, "otif_target": 1, "ppv_floor": 0.1}
NUMBERS |= {"ppv_target": -0.1, "cv_floor": 1, "cv_target": 0}


@pytest.fixture(scope="session", params=[MIDDLE, pytest.param(LAST_BUT_ONE, marks=pytest.mark.slow)], ids=str)
def day(request) -> date:
    return request.param


@pytest.fixture(scope="session")
def otherwise(tmp_path_factory, sample_home, day):
    """The sample company's version out of a ledger that is another one after the day."""

    def make(home):
        assert altered(home, sample_home, day) > 1000

    return open_version(once(tmp_path_factory, f"after-{day}", make))


def conventions(metric: Metric) -> list[dict]:
    """Each choice of one parameter alone that is not its default."""
    found = []
    for name, param in metric.params.items():
        choices = param.allowed or (NUMBERS[name],)
        found += [{name: choice} for choice in choices if choice != param.default]
    return found


def requests(version, metric: Metric, day: date) -> list[Request]:
    """What is read as of the day: every measure by a dimension, the headline by each other one, with its interval,
    month by month and with each other convention; a month before the end every measure with each convention."""
    at_the_day, filled = Request(as_of=day, interval=False), facts_of(version).fills
    dims = [name for name, dim in metric.dims.items() if filled.get(dim.source)] or list(metric.dims)[:1]
    every = ("all",) if day == LAST_BUT_ONE else None
    found = [replace(at_the_day, measures=("all",), by=(dims[0],)), replace(at_the_day, by=(dims[-1],), interval=True)]
    found += [replace(at_the_day, by=(dim,)) for dim in dims[1:]]
    found += [replace(at_the_day, measures=every, params=params) for params in conventions(metric)]
    return [*found, replace(at_the_day, reading="trend")]


def is_same(one, other) -> bool:
    """Equal, but for the last digits of sums that were added up in another order."""
    if isinstance(one, float) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, dict) and isinstance(other, dict):
        return set(one) == set(other) and all(is_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return one == other


def named(doc: dict) -> dict:
    """The rows of a document by what they are about."""
    return {
        (row["measure"], row["part"], *row["slice"].items(), row["period"] and row["period"]["label"]): row
        for row in doc["rows"]
    }


def changes(before, after, metric_id: str, request: Request) -> list:
    """The rows of a reading that two versions tell differently, as each tells them."""
    one, other = (named(read(version, metric_id, request)) for version in (before, after))
    return [(one.get(key), other.get(key)) for key in {**one, **other} if not is_same(one.get(key), other.get(key))]


KEPT = {"otif", "lead_to_order_rate", "exceptions", "order_mix", "sales_cycle_days", "priority_inversion_rate"}
KEPT |= {"days_of_inventory_by_segment", "supplier_scorecard", "order_change_latency"}
METRICS = [pytest.param(name, marks=[] if name in KEPT else pytest.mark.slow) for name in catalogue()]


@pytest.mark.parametrize("metric_id", METRICS)
def test_what_happens_after_a_day_changes_no_number_of_that_day(sample_version, otherwise, day, metric_id):
    for request in requests(sample_version, catalogue()[metric_id], day):
        found = changes(sample_version, otherwise, metric_id, request)
        assert not found, (request, len(found), found[:2])


def test_every_table_of_the_sample_is_altered_or_timeless(sample_home):
    held = {path.stem for load in active_loads(sample_home) for path in load.folder.glob("*.parquet")}
    assert held <= set(EVENTS) | TIMELESS


SHIPPED = """
    select shipment_id, shipped_date, {days} as days, source_system, source_object, source_id, load_id, source_line
    from shipment where {seen} and $as_of is not null"""
PEEKING = {
    "a row of a later day": ("day(shipped_date)", "shipped_date is not null"),
    "what became of a row later": ("delivered_date - shipped_date", "shipped_date <= $as_of"),
}


def transit(days: str, seen: str) -> Metric:
    """Days under way of what was shipped from a month before the day to a month after it."""
    line = Relation("shipment", ("shipment_id",), SHIPPED.format(days=days, seen=seen))
    sums = {"num": "days", "den": "1", "n": "1"}
    mean = Measure("mean", "Mean", "days", "down", "line", anchor="shipped_date", sums=sums, headline=True)
    return Metric("Transit", "How long?", {"line": line}, (mean,), {}, id="transit", room="demand", definition="days")


@pytest.mark.parametrize(("days", "seen"), PEEKING.values(), ids=PEEKING)
def test_a_metric_that_looks_ahead_is_caught(sample_version, otherwise, day, monkeypatch, days, seen):
    month, found = timedelta(days=30), []
    asked = Request(as_of=day, date_from=day - month, date_to=day + month, interval=False)
    for version in (sample_version, otherwise):
        monkeypatch.setitem(vars(facts_of(version)), "relation_tables", {"transit__line"})
    for metric in (transit(days, seen), transit("1", "shipped_date <= $as_of")):
        monkeypatch.setattr(registry, "catalogue", lambda metric=metric: {"transit": metric})
        assert read(sample_version, "transit", asked)["rows"][0]["n"] > 10
        found.append(changes(sample_version, otherwise, "transit", asked))
    assert found[0] and not found[1]
