"""What must hold for every metric, on the real chain: the drilled rows give the tile, slices add up to the whole."""

from datetime import date

import pytest

from metrics.question import Request
from metrics.registry import catalogue
from tests.metrics import test_properties as properties
from tests.metrics.test_properties import MEASURES, check_drill, of
from warehouse.home import Home
from warehouse.versions import open_version

SPAN = {"date_from": date(2018, 1, 1), "date_to": date(2018, 3, 31)}
# read from these data in tests of their own
OF_THEIR_OWN = ("order_mix", "backlog_movement", "fulfilment_cycle_variance", "master_data_consistency")
READ = ("otif", "lead_to_order_rate", "satisfaction_vs_delivery", "commitment_to_delivery", "repeat_order")


@pytest.fixture(scope="module")
def version(olist):
    return open_version(Home(olist.path))


@pytest.mark.slow
@pytest.mark.parametrize(("metric_id", "name"), [pair for pair in MEASURES if pair[0] in READ])
def test_the_drilled_rows_give_the_tile_again(version, metric_id, name):
    metric, measure = of(metric_id, name)
    check_drill(version, metric, measure, Request(**SPAN))


@pytest.mark.parametrize("metric_id", READ)
def test_the_headline_can_be_read_and_drilled(version, metric_id):
    metric = catalogue()[metric_id]
    measure = metric.measure("won_rate") if metric_id == "lead_to_order_rate" else metric.headline
    assert check_drill(version, metric, measure, Request(**SPAN))


@pytest.mark.parametrize("metric_id", [name for name in catalogue() if name not in (*READ, *OF_THEIR_OWN)])
def test_what_the_data_lack_is_named(version, metric_id):
    metric = catalogue()[metric_id]
    assert not check_drill(version, metric, metric.headline, Request())


@pytest.mark.parametrize(
    ("metric_id", "dim"), [("otif", "family"), ("otif", "region"), ("lead_to_order_rate", "channel")]
)
def test_slices_add_up(version, metric_id, dim):
    properties.test_slices_add_up_to_the_total(version, metric_id, dim)
