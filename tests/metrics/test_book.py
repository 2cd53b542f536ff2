"""What the catalogue tells of every metric: no field is empty, and it is what the definition holds."""

import re

import pytest

from metrics import book
from metrics.registry import catalogue, resolve

METRICS = catalogue()
ROWS = (book.measures, book.needs, book.dims, book.params, book.components, book.exclusions)


@pytest.mark.parametrize("metric_id", METRICS)
def test_no_field_of_a_metric_is_empty(metric_id):
    metric = METRICS[metric_id]
    texts = ("title", "question", "definition", "example", "caveats", "sources", "definition_version", "window")
    assert [name for name in texts if not getattr(metric, name)] == []
    assert re.search(r"^    .+=", metric.definition, flags=re.MULTILINE), "no formula"
    assert all(relation.grain and relation.key for relation in metric.relations.values())
    cells = [(of.__name__, row, name) for of in ROWS for row in of(metric) for name, text in row.items() if not text]
    assert cells == []
    assert metric.dims or "no slices" in metric.definition
    assert len(book.history(metric)) >= int(metric.definition_version)


@pytest.mark.parametrize("metric_id", METRICS)
def test_every_worked_example_has_numbers_in_and_out(metric_id):
    assert len(re.findall(r"\d", METRICS[metric_id].example)) >= 8


def told(metric_id: str, column: str) -> dict[str, str]:
    return {row["Measure"]: row[column] for row in book.measures(METRICS[metric_id])}


def test_an_interval_is_named_by_the_method_that_makes_it():
    lead = told("lead_to_order_rate", "Interval")
    assert (lead["rate"], lead["phi"], lead["lag_median"]) == ("Wilson", "none", "order statistics")
    assert told("commitment_to_delivery", "Interval")["km_median"] == "log-log band of the Kaplan-Meier curve"
    assert told("satisfaction_vs_delivery", "Interval")["rho"] == "jackknife over customers; Bonett and Wright"
    assert told("inventory_turns", "Interval")["turns"] == "linearised t over clusters (product_id)"
    assert told("demand_quality", "Interval")["index"] == "weights and parts drawn 2,000 times"


def test_every_method_that_a_reading_of_the_sample_names_is_told(sample_version):
    from metrics.methods import METHODS
    from metrics.question import Request
    from metrics.read import read

    wrong = []
    for metric_id in ("lead_to_order_rate", "sales_cycle_days", "commitment_to_delivery", "otif", "order_mix"):
        intervals = told(metric_id, "Interval")
        rows = read(sample_version, metric_id, Request(measures=("all",)))["rows"]
        used = {(row["measure"], row["ci_method"]) for row in rows if row["ci_method"]}
        wrong += [(metric_id, *one) for one in used if METHODS[one[1]].split(" (")[0] not in intervals[one[0]]]
        assert used
    assert wrong == []


def test_an_index_waits_for_the_inputs_of_its_parts():
    found = {row["Table"] for row in book.inputs(METRICS["demand_quality"], {})}
    assert {"lead", "opportunity", "order_line"} <= found


def test_the_conventions_and_reasons_are_those_of_the_definition():
    otif = METRICS["otif"]
    assert {row["Parameter"]: row["Default"] for row in book.params(otif)}.keys() == otif.params.keys()
    reasons = {row["Reason"] for row in book.exclusions(otif)}
    assert reasons >= set(resolve(otif.headline.exclude, book.defaults(otif)))
