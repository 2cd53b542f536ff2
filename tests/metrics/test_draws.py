"""Random draws that repeat, and the bootstrap as the test of the linearised intervals."""

import numpy as np
import pandas as pd
import pytest

from metrics.draws import bootstrap, generator
from metrics.question import Request
from metrics.read import read
from metrics.registry import catalogue


def clusters(sizes: int, draw: np.random.Generator) -> pd.DataFrame:
    rate = draw.beta(2, 2, sizes)
    return pd.DataFrame({"cluster": np.arange(sizes), "den": 5.0, "num": draw.binomial(5, rate).astype(float)})


def test_draws_repeat_and_depend_on_metric_and_parameters():
    first = generator("otif", {"grace": 1, "basis": "first"}).random()
    assert generator("otif", {"basis": "first", "grace": 1}).random() == first
    assert generator("otif", {"basis": "first", "grace": 2}).random() != first
    assert generator("order_mix", {"basis": "first", "grace": 1}).random() != first


def test_the_order_of_the_rows_changes_nothing():
    given = clusters(60, np.random.default_rng(1))
    mixed = given.sample(frac=1, random_state=3)
    assert bootstrap(given, generator("x", {})) == bootstrap(mixed, generator("x", {}))


def test_one_cluster_has_no_interval():
    assert bootstrap(clusters(1, np.random.default_rng(1)), generator("x", {})) is None


def test_the_interval_holds_the_true_share_about_as_often_as_it_says():
    held = 0
    for seed in range(120):
        low, high = bootstrap(clusters(60, np.random.default_rng(seed)), generator("x", {"seed": seed}))
        held += low <= 0.5 <= high
    assert 0.88 <= held / 120 <= 1.0


@pytest.mark.parametrize(("metric_id", "name"), [("otif", "otif"), ("otif", "in_full"), ("otif", "on_time")])
def test_resampled_clusters_give_about_the_linearised_interval(sample_version, metric_id, name):
    (plain,) = read(sample_version, metric_id, Request(measures=(name,)))["rows"]
    (drawn,) = read(sample_version, metric_id, Request(measures=(name,), params={"interval": "bootstrap"}))["rows"]
    assert (drawn["value"], drawn["ci_method"]) == (plain["value"], "cluster_bootstrap")
    width = plain["ci"][1] - plain["ci"][0]
    assert drawn["ci"] == pytest.approx(plain["ci"], abs=0.15 * width)


def test_every_metric_with_a_linearised_interval_offers_the_bootstrap():
    for metric in catalogue().values():
        methods = {measure.interval for measure in metric.measures if isinstance(measure.interval, str)}
        assert ("interval" in metric.params) == bool(methods and not metric.components), metric.id
