"""What enters a pipeline forecast: which states, what trains it, how a deal is split, which rate counts."""

from datetime import date

import pytest

from tests.metrics.pipeline_example import ID, ORDERS, cell, chances, first, version_of, world


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
    ("known_from", "share"), [("2026-01-01", 0), ("2026-03-15", 1), ("2026-04-30", 1), ("2026-05-01", 1)]
)
def test_cells_tell_whether_their_segments_were_carried_back(known_from, share):
    history = f"customer_id|valid_from|segment\nC|{known_from}|key"
    asked = dict(where={"horizon": ("1",)}, date_from=date(2026, 5, 1), date_to=date(2026, 5, 31))
    version = version_of(world(customer_history=history), kappa=4)
    for name in ("wape", "forecast", "fva"):
        assert first(version, name, **asked)["coverage"]["attribute_backfilled"] == share, name
    carried = first(version, "visible_forecast", as_of=date(2026, 4, 30))["coverage"]["attribute_backfilled"]
    assert carried == (known_from > "2026-04-30")


def test_a_segment_carried_back_after_the_origin_is_not_told_before():
    # a new customer of the month that is forecast
    more = world(orders=[*ORDERS, "05 - 20"], customer_history="customer_id|valid_from|segment\nC|2026-01-01|key")
    orders = more["sales_order"].replace("O8|C|", "O8|D|")
    version = version_of({**more, "sales_order": orders, "customer": "customer_id|segment\nD|key"}, kappa=4)
    sql = f"""select known_to is null, attribute_backfilled from {ID}__cell
        where origin = '2026-04-30' and horizon = 1 and segment = 'key' order by all"""
    assert version.cursor().execute(sql).fetchall() == [(False, False), (True, True)]
