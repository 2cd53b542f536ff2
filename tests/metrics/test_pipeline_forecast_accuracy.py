"""Pipeline forecast accuracy: the worked example, the cut at the origin, and a company whose deals are known."""

from datetime import date

import pandas as pd
import pytest

from metrics.forecasts import METHODS
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.pipeline_example import DEALS, ID, ORDERS, cell, chances, first, version_of, world
from tests.metrics.simulated import FIRST, month_end, simulated_company


@pytest.fixture(scope="module")
def example():
    return version_of(world(), kappa=4)


def test_chances_are_pulled_towards_the_share_of_all_deals(example):
    # p0 = 3/12; S2 won 3 of 7, S1 0 of 5: (3 + 4 x .25) / (7 + 4), (0 + 4 x .25) / (5 + 4)
    assert chances(example) == pytest.approx({"S2": 4 / 11, "S1": 1 / 9})
    assert chances(example, horizon=2) == pytest.approx({"S2": 0.166667, "S1": 0.071429}, abs=1e-6)


def test_the_forecast_is_what_deals_let_expect_plus_what_no_deal_announced(example):
    # 250 x 4/11 + 200 x 1/9; base (30 + 40 + 50) / 3; two months ahead Mar 140 incl. e, unseen in January, and Apr 50
    found = cell(example)
    assert (found["pipe"], found["base"], found["f"]) == pytest.approx((113.131, 40, 153.131), abs=1e-3)
    assert (found["ma3"], found["naive"]) == pytest.approx(((130 + 140 + 130) / 3, 130))
    later = cell(version_of(world(), kappa=4, base_months=2), horizon=2)
    assert (later["pipe"], later["base"], later["f"]) == pytest.approx((55.952, 95, 150.952), abs=1e-3)


def test_the_value_added_is_the_error_saved(example):
    # May 200: |200 - 153.131| against |200 - 133.333|
    may = dict(where={"horizon": ("1",)}, date_from=date(2026, 5, 1), date_to=date(2026, 5, 31))
    assert first(example, "wape", **may)["num"] == pytest.approx(46.869, abs=1e-3)
    row = first(example, "fva", **may)
    assert row["value"] == pytest.approx(0.09899, abs=1e-5)
    assert (row["n"], row["status"], row["reason"]) == (1, "insufficient", "collecting history: 1 of 8 origins")


def test_without_shrinkage_a_stage_stands_alone():
    version = version_of(world(), kappa=0)
    assert chances(version) == pytest.approx({"S2": 3 / 7, "S1": 0})
    assert cell(version)["f"] == pytest.approx(147.143, abs=1e-3)


def test_won_deals_teach_what_an_amount_comes_to():
    # (100 + 100 + 80) / 300
    version = version_of(world(), kappa=4, ratio_wins=0, horizons=(1,))
    assert cell(version)["f"] == pytest.approx(145.589, abs=1e-3)


def test_below_20_wins_an_amount_is_taken_at_its_word(example):
    sql = f"select distinct value_ratio from {ID}__probability"
    assert example.cursor().execute(sql).fetchall() == [(1.0,)]


def test_a_further_order_of_a_won_deal_belongs_to_the_base():
    deals = {**DEALS, "2026-03-31": DEALS["2026-03-31"] + ", e WON 100"}
    found = cell(version_of(world(deals, [*ORDERS, "04 e 60"]), kappa=4))
    assert (found["base"], found["f"]) == pytest.approx((60, 173.131), abs=1e-3)


def test_nothing_after_the_origin_changes_its_forecast(example):
    deals = {**DEALS, "2026-05-31": "c WON 999, g S2 5000, z S2 70"}
    changed = version_of(world(deals, [*ORDERS[:-2], "05 g 900000", "05 c 1", "06 - 77"]), "2026-06-30", kappa=4)
    for horizon in range(1, 7):
        assert cell(changed, horizon) == pytest.approx(cell(example, horizon), nan_ok=True)
    assert chances(changed) == pytest.approx(chances(example))
    for measure in metric(ID).measures:
        before = first(example, measure.name, as_of=date(2026, 4, 30))
        after = first(changed, measure.name, as_of=date(2026, 4, 30))
        assert (after["value"], after["n"]) == pytest.approx((before["value"], before["n"])), measure.name


def test_later_cancellations_and_changes_leave_booked_value_alone(example):
    more = "order_line_id|kind|changed_date|delta_qty|delta_value|change_id\nO6|qty_up|2026-05-25|1|90|X"
    lines = world()["order_line"].replace("O6|O6|P|1|180", "O6|O6|P|2|360")
    changed = version_of(world(order_line_change=more, order_line=lines), kappa=4)
    assert first(changed, "actual")["value"] == pytest.approx(first(example, "actual")["value"])


def test_the_parts_of_the_newest_forecast_are_its_opportunities():
    version = version_of(world(), "2026-04-30", kappa=4)
    doc = read(version, ID, Request(measures=("visible_forecast",), reading="rows", where={"horizon": ("1",)}))
    parts = {row["opportunity_id"]: row["contribution"] for row in doc["rows"]}
    assert parts == pytest.approx({"c": 200 * 4 / 11, "d": 50 * 4 / 11, "f": 100 / 9, "g": 100 / 9})
    assert sum(parts.values()) == pytest.approx(cell(version)["pipe"])
    assert {row["sources"][0]["object"] for row in doc["rows"]} == {"opportunity_snapshot"}


def test_months_to_come_have_a_forecast_and_no_demand(example):
    ahead = dict(as_of=date(2026, 4, 30), date_from=date(2026, 5, 1), date_to=date(2026, 5, 31))
    row = first(example, "forecast", **ahead)
    assert row["value"] == pytest.approx(153.131, abs=1e-3)
    assert row["provisional"] is True
    assert first(example, "actual", **ahead)["value"] is None


@pytest.mark.parametrize(
    ("gone", "named"),
    [("opportunity_snapshot", "opportunity_snapshot.stage_code"), ("order_line", "order_line.net_amount")],
)
def test_a_missing_input_is_named(gone, named):
    tables = {name: text for name, text in world().items() if name != gone}
    row = first(version_of(tables), "wape")
    assert (row["status"], row["value"]) == ("not_available", None)
    assert named in row["reason"]


def test_one_month_of_states_says_how_much_history_is_missing():
    row = first(version_of(world({"2026-04-30": DEALS["2026-04-30"]})), "wape")
    assert (row["status"], row["value"], row["reason"]) == ("insufficient", None, "collecting history: 0 of 8 origins")


def test_shipped_value_needs_shipments_and_counts_when_goods_leave():
    asked = dict(params={"target": "shipments"}, date_from=date(2026, 5, 1), date_to=date(2026, 5, 31))
    row = first(version_of(world(), kappa=4), "actual", **asked)
    assert (row["status"], row["reason"]) == ("not_available", "not_available: shipment_line.qty_shipped")
    names = [f"O{place}" for place in range(8)]
    lines = "\n".join(f"S{name}|{name}|1|{0.5 if name == 'O7' else 1}" for name in names)
    months = ["02", "02", "03", "03", "04", "04", "05", "05"]
    left = "\n".join(f"S{name}|2026-{month}-12" for name, month in zip(names, months, strict=True))
    version = version_of(
        world(shipment=f"shipment_id|shipped_date\n{left}",
              shipment_line=f"shipment_id|order_line_id|shipment_line_no|qty_shipped\n{lines}"), kappa=4)  # fmt: skip
    assert first(version, "actual", **asked)["value"] == pytest.approx(180 + 20 / 2)


@pytest.fixture(scope="module")
def simulated():
    return company(simulated_company(), metric(ID), str(month_end(FIRST + 39)))


def parts(version, measure, **asked) -> dict:
    rows = read(version, ID, Request(measures=(measure,), by=("horizon",), **asked))["rows"]
    return {(row["slice"].get("horizon"), row["part"]): row["value"] for row in rows}


def test_deals_that_announce_demand_beat_history_one_month_ahead(simulated):
    wape = parts(simulated, "wape")
    assert wape["1", None] < wape["1", "ma3"] < wape["1", "naive"]
    assert abs(parts(simulated, "bias")["1", None]) < 0.1


def test_the_value_added_fades_with_the_horizon(simulated):
    wape = parts(simulated, "wape")
    gains = [wape[str(h), "ma3"] - wape[str(h), None] for h in (1, 3, 6)]
    assert gains[0] > gains[1] - 0.02 and gains[0] > gains[2]


def test_seasonal_naive_is_the_benchmark_from_two_years_of_demand_on(simulated):
    early, late = date(2022, 11, 30), date(2022, 12, 31)
    assert first(simulated, "fva", as_of=early)["coverage"]["benchmark_seasonal_naive"] == 0
    assert first(simulated, "fva", as_of=late)["coverage"]["benchmark_seasonal_naive"] == 1
    assert parts(simulated, "wape", as_of=early)[None, "seasonal_naive"] is None


def test_an_earlier_as_of_is_a_prefix_of_the_same_rows(simulated):
    cut = month_end(FIRST + 30)
    tables = simulated_company()
    tables["opportunity_snapshot"] = tables["opportunity_snapshot"].query("snapshot_date <= @cut")
    tables["sales_order"] = tables["sales_order"].query("ordered_date <= @cut")
    kept = tables["order_line"]["order_id"].isin(tables["sales_order"]["order_id"])
    tables["order_line"] = tables["order_line"][kept]
    then = company(tables, metric(ID), str(cut))
    for measure in ("wape", "bias", "fva", "mase", "brier", "forecast", "actual", "visible_forecast"):
        now = parts(simulated, measure, as_of=cut)
        assert now == pytest.approx(parts(then, measure, as_of=cut)), measure


def test_the_error_does_not_grow_with_aggregation_and_is_never_below_the_bias(simulated):
    tables = simulated_company(months=30)
    halves = tables["sales_order"].index % 2 == 0
    tables["sales_order"].loc[halves, "customer_id"] = "D"
    tables["customer_history"] = pd.DataFrame(
        {"customer_id": ["C", "D"], "valid_from": [date(2020, 1, 1)] * 2, "segment": ["key", "small"]}
    )
    version = company(tables, metric(ID), str(month_end(FIRST + 29)))
    found = {grain: first(version, "wape", params={"grain": grain}) for grain in ("cell", "segment", "family", "total")}
    assert found["total"]["value"] <= found["segment"]["value"] == pytest.approx(found["cell"]["value"])
    assert found["total"]["value"] == pytest.approx(found["family"]["value"])
    assert found["cell"]["n"] == 2 * found["total"]["n"]
    assert found["cell"]["value"] >= abs(first(version, "bias")["value"])


def test_brier_is_the_mean_squared_distance_of_chance_and_outcome(example):
    # Feb origin, one month ahead: trained on January alone, p0 = 1/4, S2 (1 + 1) / (2 + 4), S1 (0 + 1) / (2 + 4)
    march = dict(where={"horizon": ("1",)}, date_from=date(2026, 3, 1), date_to=date(2026, 3, 31))
    row = first(example, "brier", **march)
    # open in February: b c S2 not ordered in March, e S2 ordered, d S1 not
    assert row["value"] == pytest.approx(((1 / 3) ** 2 * 2 + (2 / 3) ** 2 + (1 / 6) ** 2) / 4)
    assert row["n"] == 4


def test_every_method_stands_beside_the_pipeline(simulated):
    names = {row["part"] for row in read(simulated, ID, Request())["rows"]}
    assert names == {None, *METHODS[1:]}
