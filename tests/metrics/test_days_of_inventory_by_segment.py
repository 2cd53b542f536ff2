"""Days of inventory by segment: the worked example, each way of sharing, and what must hold."""

from datetime import date

import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.stock_example import ID, WORLD, draw, row_of, values


@pytest.fixture(scope="module")
def drawn():
    return draw()


def test_a_segment_has_the_days_of_its_share_against_its_demand(drawn):
    # A (10 + 90 x 2/3) x 10 / 20; B (90 x 1/3 x 10 + 50 x 20) / (10 + 10); all 2000 / 40, without the 40 of P3
    assert values(drawn) == pytest.approx({(None,): 50.0, (None, "A"): 700 / 20, (None, "B"): 1300 / 20})


def test_a_product_has_the_same_days_for_every_segment_but_for_what_is_held(drawn):
    found = values(drawn, by=("segment", "product"))
    assert found[None, "A", "P1"] == pytest.approx(35.0)
    assert found[None, "B", "P1"] == pytest.approx(30.0)
    assert found[None, "B", "P2"] == pytest.approx(100.0)


def test_the_first_priority_is_served_first(drawn):
    # B (rank 1) wants 60 of the 90, A (rank 2) gets the last 30 of its 40, and its held 10
    found = values(drawn, by=("segment", "product"), params={"policy": "priority_fifo"})
    assert found[None, "A", "P1"] == pytest.approx(40 / 2)
    assert found[None, "B", "P1"] == pytest.approx(60 / 1)


def test_a_fair_share_follows_open_quantity(drawn):
    # 90 for 100 wanted: A 36 + 10 held, B 54
    found = values(drawn, by=("segment", "product"), params={"policy": "fair_share"})
    assert found[None, "A", "P1"] == pytest.approx(46 / 2)
    assert found[None, "B", "P1"] == pytest.approx(54 / 1)


def test_what_open_lines_leave_goes_by_demand():
    # 30 more: B 60, A 40, 20 left: A 2/3, B 1/3
    version = draw(inventory_snapshot__add="2026-04-30 | P1 | W | unrestricted | 30 | | 10")
    found = values(version, by=("segment", "product"), params={"policy": "priority_fifo"})
    assert found[None, "A", "P1"] == pytest.approx((10 + 40 + 20 * 2 / 3) / 2)
    assert found[None, "B", "P1"] == pytest.approx(60 + 20 / 3)


def test_a_quota_grants_the_minimum_or_the_share_by_rank():
    quota = """
        product_id | segment | rank | share | min_qty
                   | B       | 1    | 0.5   |
        P1         | A       | 2    |       | 60
        P1         | B       | 1    | 0.6   |
    """
    # P1, rest 90: B .6 x 90 = 54 (the product's own rule), A 60 cut to the 36 left, + 10 held
    found = values(draw(segment_quota=quota), by=("segment", "product"), params={"policy": "quota"})
    assert found[None, "B", "P1"] == pytest.approx(54.0)
    assert found[None, "A", "P1"] == pytest.approx(46 / 2)


def test_without_quotas_the_quota_is_not_available_and_says_what_is_missing(drawn):
    row = row_of(drawn, params={"policy": "quota"})
    assert (row["status"], row["value"]) == ("not_available", None)
    assert "segment_quota" in row["reason"]
    assert values(drawn, "days_by_policy", by=())["quota",] is None


def test_days_by_policy_puts_every_way_of_sharing_beside_the_other(drawn):
    found = values(drawn, "days_by_policy")
    assert found["demand_share", "A"] == pytest.approx(35.0)
    assert found["priority_fifo", "A"] == pytest.approx(20.0)
    assert found["fair_share", "A"] == pytest.approx(23.0)
    assert found["priority_fifo",] == pytest.approx(50.0)


def test_the_difference_to_the_company_splits_into_mix_and_reservation(drawn):
    # by demand alone P1 lasts 100/3 days: A 33.33 - 50 = -16.67, held 35 - 33.33 = +1.67
    found = values(drawn, "days_effect")
    assert found["mix", "A"] == pytest.approx(100 / 3 - 50)
    assert found["reservation", "A"] == pytest.approx(35 - 100 / 3)
    assert found["mix", "B"] + found["reservation", "B"] == pytest.approx(65 - 50)
    assert found["reservation", "B"] < 0


def test_cover_compares_with_what_is_open_and_due(drawn):
    found = values(drawn, "cover")
    assert found[None, "A"] == pytest.approx(700 / 400)
    assert found[None, "B"] == pytest.approx(1300 / 600)


def test_what_was_shipped_by_the_stock_date_is_no_longer_open():
    shipped = "shipment_id | shipped_date\nS1 | 2026-04-20\nS2 | 2026-05-02"
    lines = "shipment_id | order_line_id | shipment_line_no | qty_shipped\nS1 | OB | 1 | 50\nS2 | OA | 1 | 40"
    found = values(draw(shipment=shipped, shipment_line=lines), "cover")
    assert found[None, "B"] == pytest.approx(1300 / 100)
    assert found[None, "A"] == pytest.approx(700 / 400)


def test_stock_that_nobody_ordered_is_shown_as_such_and_never_spread(drawn):
    found = values(drawn, "allocated_value")
    assert found == pytest.approx({(None,): 2040, (None, "A"): 700, (None, "B"): 1300, (None, "No recent demand"): 40})


def test_kinds_of_stock_stand_apart(drawn):
    found = values(drawn, "stock_value", by=())
    assert found[None,] == 2590
    assert [found[kind,] for kind in ("unrestricted", "no_demand", "blocked", "quality", "in_transit")] == [
        2000,
        40,
        200,
        50,
        300,
    ]


def test_a_segment_with_held_stock_but_no_demand_has_no_days():
    version = draw(
        customer_history__add="CC | 2025-01-01 | C | 3",
        sales_order__add="C1 | CC | 2025-11-01",
        order_line__add="C1 | C1 | P2 | W | 5 | 2026-07-01 | 1",
        stock_reservation__add="Y | C1 | P2 | W | 5 | 2026-01-01",
    )
    row = read(version, ID, Request(by=("segment",), where={"segment": ("C",)}))["rows"][-1]
    assert (row["value"], row["num"], row["den"], row["n"]) == (None, 100.0, 0.0, 0)
    assert row["reason"] == "reserved, no demand"


def test_few_demand_lines_are_marked(drawn):
    row = row_of(drawn)
    assert (row["n"], row["status"]) == (3, "low_n")


MAY = {
    "inventory_snapshot__add": "2026-05-31 | P1 | W | | 7 | | 99\n2026-05-31 | P1 | V | | 7 | | 99",
    "sales_order__add": "M1 | CB | 2026-05-05",
    "order_line__add": "M1 | M1 | P1 | W | 500 | 2026-05-20 | 1",
    "customer_history__add": "CB | 2026-05-01 | A | 1",
    "stock_reservation__add": "M | M1 | P1 | W | 7 | 2026-05-06",
    "shipment": "shipment_id | shipped_date\nS1 | 2026-05-20",
    "shipment_line": "shipment_id | order_line_id | shipment_line_no | qty_shipped\nS1 | OB | 1 | 60",
}


def test_nothing_after_the_date_changes_a_number_at_it(drawn):
    later = draw("2026-05-31", **MAY)
    for measure in metric(ID).measures:
        for policy in ("demand_share", "priority_fifo", "fair_share"):
            asked = dict(as_of=date(2026, 4, 30), params={"policy": policy})
            before, after = values(drawn, measure.name, **asked), values(later, measure.name, **asked)
            assert after == pytest.approx(before, abs=1e-9), (measure.name, policy)


def test_a_period_shows_its_last_stock_and_a_trend_the_month_ends():
    version = draw("2026-05-31", **MAY)
    rows = read(version, ID, Request(every="month", date_from=date(2026, 4, 1), date_to=date(2026, 5, 31)))["rows"]
    days = [(row["period"]["to"], row["value"]) for row in rows]
    assert days[0] == ("2026-04-30", 50.0)
    assert days[1][0] == "2026-05-31"
    assert days[1][1] != 50.0


def test_stock_too_old_is_no_stock():
    row = row_of(draw("2026-06-10"))
    assert (row["status"], row["value"]) == ("not_available", None)
    assert row["reason"] == "not_available: no inventory_snapshot.on_hand_qty in the 35 days up to 2026-06-10"


def test_a_state_tells_the_day_of_its_count_and_shows_each_count_once(drawn):
    version = draw("2026-06-04")
    for asked in ({}, {"reading": "trend", "date_from": date(2026, 4, 1)}):
        rows = read(version, ID, Request(**asked))["rows"]
        assert [row["period"] for row in rows if row["n"]] == [
            {"label": "2026-04-30", "from": "2026-04-30", "to": "2026-04-30"}
        ]


def test_fiscal_months_show_the_stock_of_their_last_day():
    counts = "2026-05-05 | P1 | W | | 7 | | 9\n2026-05-31 | P1 | W | | 7 | | 9"
    version = draw("2026-05-31", **{**MAY, "inventory_snapshot__add": counts})
    version.cursor().execute("update company_setting set fiscal_start = '04-06'").fetchall()
    asked = dict(every="fiscal_month", date_from=date(2026, 4, 6), date_to=date(2026, 5, 31))
    found = [row["period"]["to"] for row in read(version, ID, Request(**asked))["rows"]]
    assert found == ["2026-05-05", "2026-05-31"]


def test_a_date_before_the_first_count_names_what_has_no_history(drawn):
    row = row_of(drawn, as_of=date(2026, 4, 29))
    assert (row["status"], row["value"]) == ("not_available", None)
    assert row["reason"] == "not_available: no history of inventory_snapshot.on_hand_qty before 2026-04-30"


def test_other_ways_of_sharing_have_no_past_and_say_so():
    version = draw("2026-05-31", **MAY)
    asked = dict(params={"policy": "fair_share"}, date_to=date(2026, 4, 30), date_from=date(2026, 4, 30))
    for name in ("days", "cover", "days_by_policy", "allocated_value"):
        row = row_of(version, name, **asked)
        assert (row["status"], row["value"]) == ("not_available", None)
        assert row["reason"] == "not_available: no history of open order lines before 2026-05-31"


def test_a_filter_that_leaves_nothing_is_no_missing_history(drawn):
    row = row_of(drawn, "allocated_value", where={"segment": ("A",), "product": ("P3",)})
    assert (row["status"], row["reason"]) == ("insufficient", "no rows in scope")


@pytest.mark.parametrize(
    ("table", "named"),
    [("inventory_snapshot", "inventory_snapshot.on_hand_qty"), ("order_line", "order_line.ordered_qty")],
)
def test_a_missing_input_is_named(table, named):
    found = {name: text for name, text in WORLD.items() if name != table}
    row = row_of(company(found, metric(ID)))
    assert (row["status"], row["value"]) == ("not_available", None)
    assert named in row["reason"]


def test_the_warning_about_equal_days_stands_in_the_catalogue():
    assert any("same days" in caveat for caveat in metric(ID).caveats)
