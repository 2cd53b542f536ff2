"""Inventory turns: the worked example to its digits, the step of counts, one cost basis, what is left out."""

from datetime import date

import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "inventory_turns"
# counts of 10, 20 and 15 at a cost of 10, each held for 30 days; 30 shipped in the 90 days, and 9 after them
WORLD = {
    "product": """
        product_id | family | make_or_buy | fulfil_model
        P1         | pump   | make        | MTS
    """,
    "product_cost": """
        product_id | unit_cost
        P1         | 10
    """,
    "inventory_snapshot": """
        snapshot_date | product_id | site_id | on_hand_qty
        2026-01-01    | P1         | W       | 10
        2026-01-31    | P1         | W       | 20
        2026-03-02    | P1         | W       | 15
    """,
    "sales_order": """
        order_id | customer_id | ordered_date
        O1       | C           | 2026-01-02
    """,
    "order_line": """
        order_line_id | order_id | product_id | site_id | ordered_qty
        L1            | O1       | P1         | W       | 39
    """,
    "shipment": """
        shipment_id | shipped_date
        S1          | 2026-01-10
        S2          | 2026-02-20
        S3          | 2026-04-01
    """,
    "shipment_line": """
        shipment_id | order_line_id | qty_shipped
        S1          | L1            | 12
        S2          | L1            | 18
        S3          | L1            | 9
    """,
}
PERIOD = {"date_from": date(2026, 1, 1), "date_to": date(2026, 3, 31)}


def draw(as_of: str = "2026-04-30", **more: str):
    """The worked example with tables replaced (empty: left out), or, under table__add, continued by further rows."""
    found = {**WORLD, **{name: text for name, text in more.items() if not name.endswith("__add")}}
    for name in (name for name in more if name.endswith("__add")):
        table = name.removesuffix("__add")
        found[table] = found[table].rstrip() + "\n" + more[name].strip()
    return company({name: text for name, text in found.items() if text}, metric(ID), as_of)


def row(version, measure="turns", part=None, **asked) -> dict:
    rows = read(version, ID, Request(measures=(measure,), **{**PERIOD, **asked}))["rows"]
    return next(one for one in rows if one["part"] == part and not one["slice"])


def sliced(version, by, measure="turns", **asked) -> dict:
    rows = read(version, ID, Request(measures=(measure,), by=(by,), **{**PERIOD, **asked}))["rows"]
    return {one["slice"][by]: one["value"] for one in rows if one["slice"]}


@pytest.fixture(scope="module")
def drawn():
    return draw()


def test_the_worked_example(drawn):
    found = row(drawn)
    assert found["value"] == pytest.approx(8.1111, abs=5e-5)
    assert (found["num"], found["den"], found["n"], found["status"]) == (365 * 300, 13_500, 3, "ok")
    days = row(drawn, "days_of_stock")
    assert (days["value"], days["num"], days["den"]) == (45.0, 13_500, 300)


def test_the_yearly_check():
    # an average of 146,000 and COGS of 730,000 in a year: 5 turns, 73 days
    counts = "snapshot_date | product_id | site_id | on_hand_qty\n"
    counts += "\n".join(f"2025-{month:02d}-01 | P1 | W | 14600" for month in range(1, 13))
    shipped = "shipment_id | shipped_date\nS1 | 2025-06-30"
    version = draw("2025-12-31", inventory_snapshot=counts, shipment=shipped,
                   shipment_line="shipment_id | order_line_id | qty_shipped\nS1 | L1 | 73000")  # fmt: skip
    year = {"date_from": date(2025, 1, 1), "date_to": date(2025, 12, 31)}
    assert row(version, **year)["value"] == pytest.approx(5.0)
    assert row(version, "days_of_stock", **year)["value"] == pytest.approx(73.0)


@pytest.mark.parametrize(
    ("start", "end", "value_days", "cogs"),
    [
        (date(2026, 1, 20), date(2026, 2, 20), 11 * 100 + 21 * 200, 180),
        (date(2026, 1, 11), date(2026, 2, 19), 20 * 100 + 20 * 200, 0),
        (date(2026, 1, 10), date(2026, 2, 8), 21 * 100 + 9 * 200, 120),
    ],
)
def test_any_inclusive_period_is_exact(drawn, start, end, value_days, cogs):
    found = row(drawn, date_from=start, date_to=end)
    assert (found["num"], found["den"]) == (365 * cogs, value_days)


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "fiscal_month"])
def test_the_buckets_of_a_trend_add_up_to_the_period(drawn, every):
    rows = read(drawn, ID, Request(reading="trend", every=every, **PERIOD))["rows"]
    found = [one for one in rows if one["period"]]
    assert sum(one["den"] for one in found) == 13_500
    assert sum(one["num"] for one in found) == 365 * 300
    if every == "month":
        assert [one["den"] for one in found] == [30 * 100 + 200, 28 * 200, 200 + 30 * 150]


def test_faster_sales_and_less_stock_turn_faster(drawn):
    more = draw(shipment_line__add="S2 | L1 | 6")
    assert row(more)["value"] > row(drawn)["value"]
    assert row(more, "days_of_stock")["value"] < row(drawn, "days_of_stock")["value"]


def test_what_is_older_than_35_days_counts_neither_as_stock_nor_as_cogs():
    # the count of March 2 holds until April 6; the shipment of April 10 finds no stock that is known
    late = draw(shipment__add="S4 | 2026-04-10", shipment_line__add="S4 | L1 | 5")
    found = row(late, date_to=date(2026, 4, 30))
    assert found["den"] == 13_500 + 6 * 150
    assert found["num"] == 365 * (300 + 90)
    assert found["excluded"] == {"count_too_old": 1}


def test_the_period_begins_with_the_first_count_and_coverage_tells_it(drawn):
    early = draw(shipment__add="S0 | 2025-12-20", shipment_line__add="S0 | L1 | 10")
    found = row(early, date_from=date(2025, 12, 1))
    assert (found["num"], found["den"]) == (365 * 300, 13_500)
    assert found["coverage"]["cogs_since_first_count"] == pytest.approx(300 / 400)
    assert row(drawn)["coverage"]["cogs_since_first_count"] == 1


def test_the_cost_of_the_day_prices_both_stock_and_issues():
    costs = (
        "product_id | site_id | valid_from | unit_cost\nP1 | | | 10\nP1 | | 2026-02-01 | 20\nP1 | W | 2026-02-15 | 30"
    )
    found = row(draw(product_cost=costs))
    assert found["den"] == 30 * 100 + 30 * 200 + 30 * 15 * 30
    assert found["num"] == 365 * (12 * 10 + 18 * 30)


COUNTED = """
    snapshot_date | product_id | site_id | stock_type | ownership | on_hand_qty | unit_cost
    2026-01-01    | P1         | W       |            |           | 10          | 10
    2026-01-31    | P1         | W       |            |           | 20          | 10
    2026-03-02    | P1         | W       |            |           | 15          | 12
"""


def test_without_a_cost_list_the_counts_value_both():
    found = row(draw(product_cost="", inventory_snapshot=COUNTED))
    assert found["den"] == 30 * 100 + 30 * 200 + 30 * 180
    assert found["num"] == 365 * 300


def test_without_either_the_mean_price_of_all_receipts_so_far_does():
    moved = """
        movement_id | moved_date | product_id | site_id | kind       | qty | unit_cost
        M1          | 2025-12-20 | P1         | W       | receipt_po | 10  | 8
        M2          | 2026-02-01 | P1         | W       | receipt_po | 10  | 12
    """
    found = row(draw(product_cost="", inventory_movement=moved))
    assert found["den"] == 30 * 80 + 30 * 160 + 30 * 150
    assert found["num"] == 365 * (12 * 8 + 18 * 10)


def test_a_purchase_price_is_a_receipt_too_at_the_rate_of_its_day():
    found = row(draw(
        product_cost="",
        purchase_order="po_id | currency\nB | USD",
        po_line="po_line_id | po_id | product_id | site_id | unit_price\nB1 | B | P1 | W | 20",
        po_receipt="receipt_id | po_line_id | received_date | qty_received\nR | B1 | 2025-12-20 | 10",
        fx_rate="rate_date | from_ccy | to_ccy | rate\n2025-12-01 | USD | EUR | 0.5",
    ))  # fmt: skip
    assert (found["num"], found["den"]) == (365 * 300, 13_500)


def test_other_currencies_and_missing_costs_are_counted_and_never_worth_nothing():
    dollars = "product_id | unit_cost | currency\nP1 | 20 | USD"
    rates = "rate_date | from_ccy | to_ccy | rate\n2025-12-01 | USD | EUR | 0.5"
    assert row(draw(product_cost=dollars, fx_rate=rates))["value"] == pytest.approx(8.1111, abs=5e-5)
    lacking = row(draw(product_cost=dollars))
    assert (lacking["value"], lacking["excluded"]) == (None, {"fx_missing": 90 + 2})
    other = draw(inventory_snapshot__add="2026-01-31 | P2 | W | 5")
    assert row(other)["excluded"] == {"cost_missing": 36}
    assert row(other)["value"] == pytest.approx(8.1111, abs=5e-5)


def test_negative_stock_is_0_by_kind_and_lowers_nothing_else():
    rows = """
        2026-01-31 | P1 | W | blocked | | -4 |
        2026-01-31 | P1 | V | | | -7 |
        2026-03-02 | P1 | W | quality | | 5 |
    """
    found = row(draw(inventory_snapshot=COUNTED.rstrip() + "\n" + rows.strip()))
    assert found["den"] == 30 * 100 + 30 * 200 + 30 * 200
    assert found["coverage"]["negative_stock"] == pytest.approx((30 + 36) / (90 + 36 + 2))


def test_blocked_stock_is_capital_and_consignment_and_stock_of_others_is_not():
    rows = """
        2026-01-01 | P1 | W | blocked     |          | 3 |
        2026-01-01 | P1 | W | consignment |          | 5 |
        2026-01-01 | P1 | W |             | customer | 7 |
        2026-01-01 | P1 | W |             | supplier | 9 |
    """
    found = row(draw(inventory_snapshot=COUNTED.rstrip() + "\n" + rows.strip()))
    assert found["den"] == 30 * 130 + 30 * 200 + 30 * 150


def test_without_sales_turns_are_0_and_days_have_no_end(drawn):
    still = draw(shipment="shipment_id | shipped_date\nS3 | 2026-04-01", shipment_line="shipment_id | order_line_id\n")
    turns, days = row(still), row(still, "days_of_stock")
    assert (turns["value"], turns["reason"], turns["status"]) == (0, "nothing was issued", "ok")
    assert (days["value"], days["reason"]) == (None, "nothing was issued: the stock has no end")


def test_transfers_are_no_issues_and_returns_lower_the_cogs_of_their_day():
    version = draw(
        sales_order="order_id | ordered_date | order_type\nO1 | 2026-01-02 |\nO2 | 2026-01-02 | intercompany",
        order_line__add="L2 | O2 | P1 | W | 7",
        shipment_line__add="S2 | L2 | 7",
        return_line="return_id | order_line_id | returned_date | qty\nR | L1 | 2026-03-10 | 2",
    )
    assert row(version)["num"] == 365 * (300 - 20)
    assert row(version, date_to=date(2026, 2, 28))["num"] == 365 * 300


MOVED = """
    movement_id | moved_date | product_id | site_id | kind       | qty
    M1          | 2026-01-10 | P1         | W       | issue_sale | -12
    M2          | 2026-02-20 | P1         | W       | issue_prod | -18
    M3          | 2026-02-21 | P1         | W       | transfer   | -5
    M4          | 2026-02-22 | P1         | W       | scrap      | -6
    M5          | 2026-02-23 | P1         | W       | return     | 2
"""
NO_SHIPMENTS = {"shipment": "", "shipment_line": "", "sales_order": "", "order_line": ""}


def test_a_company_without_shipments_is_read_by_its_movements():
    assert row(draw(inventory_movement=MOVED, **NO_SHIPMENTS))["num"] == 365 * 280
    # beside shipments only what went into production is added
    assert row(draw(inventory_movement=MOVED))["num"] == 365 * (300 + 180)


def test_a_shipment_without_lines_takes_all_of_its_order():
    version = draw(shipment="shipment_id | order_id | shipped_date\nS1 | O1 | 2026-01-10", shipment_line="")
    assert row(version)["num"] == 365 * 390


def test_what_names_no_site_leaves_where_the_product_lies_alone():
    lines = "order_line_id | order_id | product_id | site_id | ordered_qty\nL1 | O1 | P1 | | 39"
    assert row(draw(order_line=lines))["num"] == 365 * 300
    two = draw(order_line=lines, inventory_snapshot__add="2026-02-10 | P1 | V | 1")
    assert row(two)["num"] == 365 * 120
    nowhere = (
        "snapshot_date | product_id | on_hand_qty\n2026-01-01 | P1 | 10\n2026-01-31 | P1 | 20\n2026-03-02 | P1 | 15"
    )
    assert row(draw(inventory_snapshot=nowhere))["num"] == 365 * 300


def test_a_past_day_knows_only_what_had_happened(drawn):
    past = {"as_of": date(2026, 2, 10), "date_to": date(2026, 3, 31)}
    found = row(drawn, **past)
    assert (found["num"], found["den"]) == (365 * 120, 30 * 100 + 11 * 200)
    assert found["status"] == "insufficient"


def test_too_few_counts_or_days_show_no_number(drawn):
    few = row(drawn, date_from=date(2026, 1, 1), date_to=date(2026, 2, 28))
    assert (few["status"], few["n"]) == ("insufficient", 2)
    assert few["reason"] == "3 counts and 28 days of stock are needed; there are 2 and 59"
    daily = "snapshot_date | product_id | site_id | on_hand_qty\n"
    daily += "\n".join(f"2026-01-{day:02d} | P1 | W | 10" for day in range(1, 31))
    short = row(draw(inventory_snapshot=daily), date_to=date(2026, 1, 27))
    assert (short["status"], short["n"]) == ("insufficient", 27)
    assert row(draw(inventory_snapshot=daily), date_to=date(2026, 1, 28))["status"] == "ok"


def test_slices_follow_the_product_and_the_place():
    version = draw(
        product__add="P2 | valve | buy | MTO",
        product_cost__add="P2 | 5",
        inventory_snapshot__add="2026-01-01 | P2 | V | 40\n2026-01-31 | P2 | V | 40\n2026-03-02 | P2 | V | 40",
        order_line__add="L2 | O1 | P2 | V | 9",
        shipment_line__add="S2 | L2 | 9",
    )
    valve = 365 * 45 / (90 * 200)
    for by, member in (
        ("family", "valve"),
        ("site", "V"),
        ("make_or_buy", "buy"),
        ("fulfil_model", "MTO"),
        ("product", "P2"),
    ):
        found = sliced(version, by)
        assert found[member] == pytest.approx(valve)
        assert len(found) == 2
    assert row(version)["num"] == 365 * 345


def test_the_class_is_that_of_the_twelve_months_before():
    lines = "\n".join(f"L{at} | O1 | P{at} | W | 99" for at in (2, 3))
    version = draw(
        product_cost__add="P2 | 10\nP3 | 10",
        inventory_snapshot__add="\n".join(
            f"2026-{day} | P{at} | W | 10" for at in (2, 3) for day in ("01-01", "01-31", "03-02")
        ),
        order_line__add=lines,
        shipment__add="S0 | 2025-12-10",
        shipment_line__add="S0 | L1 | 85\nS0 | L2 | 12\nS0 | L3 | 3\nS3 | L3 | 500",
    )
    found = sliced(version, "abc", date_to=date(2026, 1, 31))
    assert set(found) == {"A", "B", "C"}
    assert found["A"] == pytest.approx(365 * 120 / (30 * 100 + 200))
    assert sliced(draw(), "abc", date_to=date(2026, 1, 31)) == pytest.approx({"Not yet classed": 365 * 120 / 3200})


def test_the_interval_is_over_products():
    ids = range(1, 25)
    counts = "\n".join(f"2026-{day} | P{at} | W | {10 + at}" for at in ids for day in ("01-01", "01-31", "03-02"))
    version = draw(
        product_cost="product_id | unit_cost\n" + "\n".join(f"P{at} | 10" for at in ids),
        inventory_snapshot="snapshot_date | product_id | site_id | on_hand_qty\n" + counts,
        order_line="order_line_id | order_id | product_id | site_id | ordered_qty\n"
        + "\n".join(f"L{at} | O1 | P{at} | W | 99" for at in ids),
        shipment_line="shipment_id | order_line_id | qty_shipped\n" + "\n".join(f"S1 | L{at} | {at % 5}" for at in ids),
    )
    found = row(version)
    k = [365 * 10 * (at % 5) for at in ids]
    n = [90 * 10 * (10 + at) for at in ids]
    value = sum(k) / sum(n)
    spread = 24 / 23 * sum((a - value * b) ** 2 for a, b in zip(k, n, strict=True)) / sum(n) ** 2
    half = 2.0686576 * spread**0.5
    assert (found["value"], found["ci_method"]) == (pytest.approx(value), "linearised_t")
    assert found["ci"] == pytest.approx([value - half, value + half])


@pytest.mark.parametrize("measure", [one.name for one in metric(ID).measures])
def test_an_empty_company_names_what_is_missing(measure):
    rows = read(company({}, metric(ID)), ID, Request(measures=(measure,)))["rows"]
    assert {(one["status"], one["value"]) for one in rows} == {("not_available", None)}
    assert rows[0]["reason"].startswith("not_available: inventory_snapshot.on_hand_qty")


def test_a_period_without_stock_says_so(drawn):
    found = row(drawn, date_from=date(2024, 1, 1), date_to=date(2024, 3, 31))
    assert (found["value"], found["n"], found["status"]) == (None, 0, "insufficient")


def test_the_first_cost_of_a_list_is_carried_back_and_told():
    found = row(draw(product_cost="product_id | site_id | valid_from | unit_cost\nP1 | W | 2026-03-02 | 10"))
    assert found["value"] == pytest.approx(8.1111, abs=5e-5)
    assert found["excluded"] == {}
    assert found["coverage"]["attribute_backfilled"] == pytest.approx(62 / 92)


def test_a_cost_of_one_place_is_not_carried_back_over_that_of_all_places():
    costs = "product_id | site_id | valid_from | unit_cost\nP1 | | | 10\nP1 | W | 2026-03-02 | 30"
    assert row(draw(product_cost=costs))["den"] == 30 * 100 + 30 * 200 + 30 * 450
