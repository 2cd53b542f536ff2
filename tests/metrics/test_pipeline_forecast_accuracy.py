"""Pipeline forecast accuracy: the worked examples, what may train a forecast, and a company whose deals are known."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from metrics.cross.pipeline_forecast_accuracy import relations
from metrics.forecasts import METHODS, per_method, relative_error, scaled, value_added
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.simulated import FIRST, month_end, simulated_company

ID = "pipeline_forecast_accuracy"
TINY = dict(base_months=3, least_base_months=1, training_deals=0, training_wins=0)

# opportunities at month ends (stage, amount) and orders by month (from an opportunity, or from none)
DEALS = {
    "2026-01-31": "a S2 100, b S2 100, c S1 100, d S1 100",
    "2026-02-28": "b S2 100, c S2 100, d S1 100, e S2 100",
    "2026-03-31": "b S2 100, c S2 100, d S1 100, f S1 100",
    "2026-04-30": "c S2 200, d S2 50, f S1 100, g S1 100",
}
ORDERS = ["02 a 100", "02 - 30", "03 e 100", "03 - 40", "04 b 80", "04 - 50", "05 c 180", "05 - 20"]


def world(deals=DEALS, orders=ORDERS, **more: str) -> dict[str, str]:
    """Canonical tables of the worked example; one customer of segment key buys pumps."""
    states = [(day, *deal.split()) for day, text in deals.items() for deal in text.split(", ")]
    states = [(*state, "won" if state[2] == "WON" else "open") for state in states]
    booked = [(f"O{place}", *order.split()) for place, order in enumerate(orders)]
    names = sorted({state[1] for state in states})
    return {
        "opportunity_snapshot": "snapshot_date|opportunity_id|stage_code|amount|outcome\n"
        + "\n".join("|".join(state) for state in states),
        "opportunity": "opportunity_id|customer_id\n" + "\n".join(f"{name}|C" for name in names),
        "opportunity_line": "opportunity_line_id|opportunity_id|family|amount\n"
        + "\n".join(f"{name}|{name}|pump|1" for name in names),
        "customer_history": "customer_id|valid_from|segment\nC|2026-01-01|key",
        "product": "product_id|family\nP|pump\nV|valve",
        "sales_order": "order_id|customer_id|opportunity_id|ordered_date\n"
        + "\n".join(f"{order}|C|{'' if deal == '-' else deal}|2026-{month}-10" for order, month, deal, _ in booked),
        "order_line": "order_line_id|order_id|product_id|ordered_qty|net_amount\n"
        + "\n".join(f"{order}|{order}|P|1|{value}" for order, _, _, value in booked),
        **more,
    }  # fmt: skip


def version_of(tables: dict, as_of="2026-05-31", currency="EUR", **constants):
    asked = replace(metric(ID), relations=relations(**{**TINY, **constants}))
    return company(tables, asked, as_of, currency)


def cell(version, horizon=1, origin="2026-04-30") -> dict:
    """The forecast of one origin and horizon, summed over cells, as known at the origin."""
    sql = f"""select sum(f_pipe) as pipe, sum(f_base) as base, sum(f_pipeline) as f, sum(f_ma3) as ma3,
        sum(f_naive) as naive, sum(f_crm) as crm
        from {ID}__cell where origin = $1 and horizon = $2 and known_from = origin"""
    return version.cursor().execute(sql, [origin, horizon]).df().iloc[0].to_dict()


def chances(version, horizon=1, origin="2026-04-30") -> dict:
    sql = f"select stage_code, pi from {ID}__probability where origin = $1 and horizon = $2"
    return dict(version.cursor().execute(sql, [origin, horizon]).fetchall())


def first(version, measure, **asked) -> dict:
    return read(version, ID, Request(measures=(measure,), **asked))["rows"][0]


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


def test_a_state_older_than_seven_days_is_no_state():
    for day, origins in (("2026-04-24", 1), ("2026-04-22", 0)):
        tables = world()
        tables["opportunity_snapshot"] = tables["opportunity_snapshot"].replace("2026-04-30", day)
        found = version_of(tables).cursor().execute("select 1 from forecast_origin where origin = '2026-04-30'")
        assert len(found.fetchall()) == origins


def test_states_rebuilt_from_stages_alone_train_nothing():
    tables = world()
    lines = tables["opportunity_snapshot"].splitlines()
    quality = ["rebuilt_stage_only" if line.startswith("2026-01") else "rebuilt_full" for line in lines[1:]]
    rows = [f"{line}|{how}" for line, how in zip(lines[1:], quality, strict=True)]
    tables["opportunity_snapshot"] = "\n".join([lines[0] + "|asof_quality", *rows])
    # without January: p0 = 2/8, S2 2 of 5
    assert chances(version_of(tables, kappa=4))["S2"] == pytest.approx((2 + 4 * 0.25) / (5 + 4))


def test_few_training_deals_give_every_stage_the_share_of_all():
    assert chances(version_of(world(), kappa=4, training_deals=30)) == pytest.approx({"S2": 0.25, "S1": 0.25})


def test_the_expected_close_refines_a_stage_and_backs_off_to_it():
    tables = world()
    lines = tables["opportunity_snapshot"].splitlines()
    close = {"a": "2026-02-15", "b": "2026-04-10", "c": "2026-09-01", "e": "2026-03-05"}
    rows = [f"{line}|{close.get(line.split('|')[1], '')}" for line in lines[1:]]
    tables["opportunity_snapshot"] = "\n".join([lines[0] + "|expected_close_date", *rows])
    version = version_of(tables, kappa=4)
    sql = f"select stage_code, close_bucket, pi from {ID}__probability where origin = '2026-04-30' and horizon = 1"
    found = {(stage, bucket): pi for stage, bucket, pi in version.cursor().execute(sql).fetchall()}
    # S2 three months and more before the close: c in Feb and Mar and b in Jan, none ordered next month
    assert found["S2", 3] == pytest.approx((0 + 4 * 4 / 11) / (3 + 4))
    # f and g name no close: the stage's own chance
    assert found["S1", None] == pytest.approx(1 / 9)


def test_without_order_links_a_deal_is_won_when_it_closes():
    deals = {"2026-01-31": "a S2 100, b S2 100", "2026-02-28": "b S2 90, c S2 50", "2026-03-31": "c S2 60"}
    won = "opportunity_id|customer_id|outcome|closed_date\na|C|won|2026-02-10\nb|C|won|2026-03-10\nc|C|open|"
    version = version_of(world(deals, ["02 - 130", "03 - 140"], opportunity=won), "2026-03-31", kappa=4)
    sql = f"select kind from {ID}__origin where origin = '2026-03-31'"
    assert version.cursor().execute(sql).fetchall() == [("closed",)]
    # a won in Feb, b in Mar: 2 of the 4 open in Jan and Feb; base: Feb 130 - 100, Mar 140 - 90
    assert chances(version, origin="2026-03-31")["S2"] == pytest.approx(0.5)
    assert cell(version, origin="2026-03-31")["base"] == pytest.approx((30 + 50) / 2)


def test_an_opportunity_is_split_by_its_lines_then_by_what_its_customer_bought():
    lines = """
        opportunity_line_id | opportunity_id | family | amount | valid_from | valid_to
        1                   | c              | pump   | 60     |            |
        2                   | c              | valve  | 40     |            | 2026-04-01
        3                   | c              | valve  | 180    | 2026-04-01 |
    """
    tables = world(opportunity_line=lines)
    tables["order_line"] = tables["order_line"].replace("O1|O1|P", "O1|O1|V")
    version = version_of(tables, kappa=4)
    sql = """select family, basis, share from opp_share join opp_state using (state_no)
        where opportunity_id = $1 and month = 2026 * 12 + $2 - 1 order by family"""
    assert version.cursor().execute(sql, ["c", 3]).fetchall() == [("pump", "line", 0.6), ("valve", "line", 0.4)]
    assert version.cursor().execute(sql, ["c", 4]).fetchall() == [("pump", "line", 0.25), ("valve", "line", 0.75)]
    # f has no lines: the customer bought 370 of pumps and 30 of valves by April
    found = version.cursor().execute(sql, ["f", 4]).fetchall()
    assert found == [("pump", "customer", pytest.approx(370 / 400)), ("valve", "customer", pytest.approx(30 / 400))]


def test_a_new_customer_is_split_as_its_segment_buys():
    tables = world(opportunity_line="", opportunity="opportunity_id|customer_id\nc|NEW\nf|ALONE")
    tables["customer_history"] += "\nNEW|2026-01-01|key\nALONE|2026-01-01|rare"
    version = version_of({name: text for name, text in tables.items() if text}, kappa=4)
    sql = """select basis, family, share from opp_share join opp_state using (state_no)
        where opportunity_id = $1 and month = 2026 * 12 + 3"""
    assert version.cursor().execute(sql, ["c"]).fetchall() == [("segment", "pump", 1.0)]
    assert version.cursor().execute(sql, ["f"]).fetchall() == [("everybody", "pump", 1.0)]


def test_the_crm_speaks_for_itself_in_the_month_it_expects():
    tables = world()
    head, *rows = tables["opportunity_snapshot"].splitlines()
    more = {"c": "2026-05-20|0.9", "d": "2026-05-30|0.2", "f": "2026-06-01|0.5", "g": "2026-04-20|0.7"}
    told = [f"{row}|{more.get(row.split('|')[1], '|') if row.startswith('2026-04') else '|'}" for row in rows]
    tables["opportunity_snapshot"] = "\n".join([head + "|expected_close_date|crm_probability", *told])
    version = version_of(tables, kappa=4)
    # c 200 x .9 + d 50 x .2; g is overdue and expected in no month to come
    assert cell(version)["crm"] == pytest.approx(190)
    assert cell(version, horizon=2)["crm"] == pytest.approx(50)


def test_forecast_and_demand_are_converted_at_the_rate_of_the_origin():
    rate = "rate_date|from_ccy|to_ccy|rate\n2026-01-01|USD|EUR|0.5\n2026-05-01|USD|EUR|0.8"
    tables = world(fx_rate=rate)
    for name, column in (("opportunity_snapshot", "currency"), ("sales_order", "currency")):
        head, *rows = tables[name].splitlines()
        tables[name] = "\n".join([f"{head}|{column}", *(f"{row}|USD" for row in rows)])
    version = version_of(tables, kappa=4)
    assert cell(version)["f"] == pytest.approx(153.131 / 2, abs=1e-3)
    may = dict(where={"horizon": ("1",)}, date_from=date(2026, 5, 1), date_to=date(2026, 5, 31))
    assert first(version, "actual", **may)["value"] == pytest.approx(200 * 0.5)


def test_amounts_without_a_rate_are_left_out_and_counted():
    tables = world()
    head, *rows = tables["sales_order"].splitlines()
    tables["sales_order"] = "\n".join([f"{head}|currency", *(f"{row}|XYZ" for row in rows)])
    row = first(version_of(tables, kappa=4), "wape")
    assert (row["value"], row["n"]) == (None, 0)
    assert row["excluded"]["fx_missing"] > 0


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
