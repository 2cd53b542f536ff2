"""commitment_to_delivery on the worked example of its definition, at both grains, and on the cases that it decides."""

from datetime import date

import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ORDERS = """
    order_id | customer_id | confirmed_date | ordered_date | entered_date | released_date
    O1       | A           | 2026-01-01     | 2026-01-01   | 2026-01-04   | 2026-01-06
    O2       | B           | 2026-01-02     | 2026-01-02   | 2026-01-02   | 2026-01-03
    O3       | C           | 2026-01-05     | 2026-01-05   |              |
"""
EXAMPLE = {
    "sales_order": ORDERS,
    "order_line": "order_line_id | order_id | ordered_qty\n L1 | O1 | 1\n L2 | O2 | 1\n L3 | O3 | 1",
    "promise_history": """
        order_line_id | promise_seq | set_date   | promised_date | initiator | notified_date
        L1            | 1           | 2026-01-01 | 2026-01-11    |           |
        L1            | 2           | 2026-01-09 | 2026-01-14    | us        | 2026-01-10
        L2            | 1           | 2026-01-02 | 2026-01-08    |           |
        L3            | 1           | 2026-01-05 | 2026-01-15    |           |
    """,
    "shipment": """
        shipment_id | shipped_date | delivered_date | delivery_basis
        S1          | 2026-01-10   | 2026-01-13     | pod
        S2          | 2026-01-05   | 2026-01-07     | pod
    """,
    "shipment_line": "shipment_id | order_line_id | qty_shipped\n S1 | L1 | 1\n S2 | L2 | 1",
}
MONTH = dict(date_from=date(2026, 1, 1), date_to=date(2026, 1, 31))


@pytest.fixture(scope="module")
def example():
    return company(EXAMPLE, metric("commitment_to_delivery"), as_of="2026-01-20")


def made(as_of: str = "2026-01-20", **tables):
    return company({**EXAMPLE, **tables}, metric("commitment_to_delivery"), as_of=as_of)


def rows(version, measure: str, **given) -> list[dict]:
    request = Request(measures=(measure,), **{**MONTH, **given})
    return read(version, "commitment_to_delivery", request)["rows"]


def tile(version, measure: str, **given) -> dict:
    return rows(version, measure, **given)[0]


def parts(version, measure: str, **given) -> dict:
    return {row["part"]: row["value"] for row in rows(version, measure, **given)}


@pytest.mark.parametrize("grain", ["line", "order"])
@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("km_median", 12),  # 5, 12, 15+: S(5) = 2/3, S(12) = 1/3
        ("km_p90", None),
        ("delivered_median", 8.5),
        ("hidden_delay", 6),
        ("dispatch_time", 2.5),
        ("hidden_share", 12 / 17),
        ("adherence_first", 1 / 3),
        ("adherence_last", 2 / 3),
        ("repromise_gap", 1 / 3),
        ("slip", 3),
        ("notified_share", 1),
        ("unpromised_share", 0),
        ("repromises", 1 / 3),
    ],
)
def test_the_worked_example_gives_its_published_numbers(example, measure, value, grain):
    assert tile(example, measure, params={"grain": grain})["value"] == pytest.approx(value)


def test_the_median_of_the_worked_example_is_open_above(example):
    row = tile(example, "km_median")
    assert (row["ci"], row["num"], row["den"]) == ([5, None], 2, 3)


def test_the_delay_hidden_before_entry_and_release_is_part_of_the_whole(example):
    # before entry: 3 and 0 days; before release: 5 and 1
    assert parts(example, "hidden_delay") == {None: 6, "entry": 1.5, "release": 3}


def test_stages_add_up_to_the_mean_of_all_days(example):
    found = parts(example, "stage_mean")
    assert found == {"C_E": 1.5, "E_R": 1.5, "R_S": 3, "S_D": 2.5}
    assert sum(found.values()) == (12 + 5) / 2
    assert sum(parts(example, "variance_share").values()) == pytest.approx(1)


def test_the_source_of_the_commitment_is_told(example):
    coverage = tile(example, "km_median")["coverage"]
    assert (coverage["commitment_confirmed"], coverage["commitment_won"]) == (1, 0)


def test_a_won_deal_starts_the_clock_of_its_first_order_and_of_no_later_one():
    version = made(
        sales_order=ORDERS + "\n O4 | C | 2026-01-12 | 2026-01-12 | |",
        order_line=EXAMPLE["order_line"] + "\n L4 | O4 | 1",
        opportunity="opportunity_id | outcome | closed_date\n P | won | 2026-01-03",
        opportunity_order_link="opportunity_id | order_id\n P | O3\n P | O4",
    )
    found = read(version, "commitment_to_delivery", Request(reading="rows", **MONTH))["rows"]
    assert {row["order_line_id"]: row["components"]["days"] for row in found} == {"L1": 12, "L2": 5, "L3": 17, "L4": 8}


def test_a_milestone_recorded_too_early_is_moved_up_and_the_stages_still_add_up():
    version = made(sales_order=ORDERS.replace("2026-01-04   | 2026-01-06", "2026-01-04   | 2026-01-02"))
    assert parts(version, "stage_mean") == {"C_E": 1.5, "E_R": 0.5, "R_S": 4, "S_D": 2.5}


def test_a_milestone_that_few_lines_carry_takes_no_part_in_the_stages():
    version = made(sales_order=ORDERS.replace("2026-01-04   | 2026-01-06", "2026-01-04   |           "))
    assert parts(version, "stage_mean") == {"C_E": 1.5, "E_S": 4.5, "S_D": 2.5}


def test_days_the_customer_wanted_to_wait_are_taken_off():
    lines = """
        order_line_id | order_id | product_id | site_id | ordered_qty | requested_date
        L1            | O1       | P          | W       | 1           | 2026-01-13
        L2            | O2       | P          | W       | 1           | 2026-01-04
        L3            | O3       |            |         | 1           |
    """
    version = made(order_line=lines, product_site="product_id | site_id | sales_lead_time_days\n P | W | 5")
    # L1: 13 - 5 - 1 = 7 of its 12 days; L2: 4 - 5 - 2 < 0
    assert tile(version, "dwell")["value"] == 3.5
    assert tile(version, "net_median")["value"] == 5


def test_a_line_we_cancelled_waits_until_then_and_breaks_its_promise():
    lines = """
        order_line_id | order_id | ordered_qty | cancelled_qty | cancelled_date | cancel_initiator
        L1            | O1       | 1           |               |                |
        L2            | O2       | 1           |               |                |
        L3            | O3       | 1           | 1             | 2026-01-09     | us
    """
    version = made(order_line=lines)
    found = read(version, "commitment_to_delivery", Request(reading="rows", **MONTH))["rows"]
    ours = {row["order_line_id"]: (row["components"]["days"], row["components"]["event"]) for row in found}
    assert ours["L3"] == (4, 0)
    assert (tile(version, "adherence_first")["num"], tile(version, "adherence_first")["den"]) == (1, 3)
    excused = made(order_line=lines.replace("| us", "| customer"))
    row = tile(excused, "adherence_first")
    assert (row["num"], row["den"], row["excluded"]) == (1, 2, {"cancelled": 1})


TWO_LINES = """
    order_line_id | order_id | ordered_qty | cancelled_qty | cancelled_date | cancel_initiator | released_date
    L1            | O1       | 1           |               |                |                  | 2026-01-06
    L2            | O2       | 1           |               |                |                  | 2026-01-03
    L3            | O3       | 1           |               |                |                  |
    L4            | O3       | 1           | 1             | 2026-01-09     | us               |
    L5            | O2       | 1           | 1             | 2026-01-05     | customer         |
"""
TWO_PROMISES = (
    EXAMPLE["promise_history"] + "\n L4 | 1 | 2026-01-05 | 2026-01-15 | |\n L5 | 1 | 2026-01-02 | 2026-01-08 | |"
)
ORDER_GRAIN = {"params": {"grain": "order"}}


def test_an_order_waits_for_its_open_line_and_not_until_another_was_cancelled():
    version = made(order_line=TWO_LINES, promise_history=TWO_PROMISES)
    # O3 still owes L3 on the 20th: 12, 5, 15+
    assert tile(version, "km_median", **ORDER_GRAIN)["value"] == 12
    assert (tile(version, "km_median", **ORDER_GRAIN)["num"], tile(version, "km_median", **ORDER_GRAIN)["den"]) == (
        2,
        3,
    )
    both = TWO_LINES.replace(
        "L3            | O3       | 1           |               |                |                  |",
        "L3            | O3       | 1           | 1             | 2026-01-12     | us               |",
    )
    closed = made(order_line=both, promise_history=TWO_PROMISES)
    # censored on the 12th after 7 days: S(5) = 2/3, S(12) = 0
    assert tile(version, "km_p90", **ORDER_GRAIN)["value"] is None
    assert tile(closed, "km_p90", **ORDER_GRAIN)["value"] == 12


def test_a_line_cancelled_for_good_does_not_hide_when_its_order_was_released():
    version = made(
        order_line=TWO_LINES,
        promise_history=TWO_PROMISES,
        sales_order="\n".join(line.rsplit("|", 1)[0] for line in ORDERS.strip().splitlines()),
    )
    # O1 released on the 6th, 5 days after C; O2 on the 3rd, though its cancelled line never was
    assert parts(version, "hidden_delay", **ORDER_GRAIN)["release"] == 3


def test_evidence_of_delivery_is_in_coverage(example):
    for grain in ("line", "order"):
        coverage = tile(example, "km_median", params={"grain": grain})["coverage"]
        assert coverage["evidence_pod"] == pytest.approx(2 / 3), grain
    coverage = tile(example, "adherence_first")["coverage"]
    assert (coverage["evidence_pod"], coverage["evidence_goods_issue"]) == (pytest.approx(2 / 3), 0)


def test_coverage_of_what_was_told_is_of_re_promises():
    twice = (
        EXAMPLE["promise_history"]
        + "\n L1 | 3 | 2026-01-10 | 2026-01-15 | us |\n L3 | 2 | 2026-01-06 | 2026-01-16 | us |"
    )
    row = tile(made(promise_history=twice), "notified_share")
    assert row["n"] == 3
    assert row["coverage"]["evidence_pod"] == pytest.approx(2 / 3)
    assert row["coverage"]["commitment_confirmed"] == 1


def test_lines_given_up_are_not_among_those_without_a_promise():
    version = made(order_line=TWO_LINES)
    # L4 and L5 have no promise and were cancelled
    row = tile(version, "unpromised_share")
    assert (row["num"], row["den"], row["excluded"]) == (0, 3, {"cancelled": 2})
    order = tile(version, "unpromised_share", **ORDER_GRAIN)
    assert (order["num"], order["den"]) == (0, 3)


def test_an_earlier_as_of_date_sees_only_what_was_known():
    later = made(as_of="2026-01-31", sales_order=ORDERS)
    same = rows(later, "km_median", as_of=date(2026, 1, 8))
    assert same[0]["num"] == 1
    changed = {
        "shipment": EXAMPLE["shipment"].replace("2026-01-13", "2026-01-25"),
        "promise_history": EXAMPLE["promise_history"] + "\n L2 | 2 | 2026-01-12 | 2026-01-30 | customer |",
    }
    other = made(as_of="2026-01-31", **changed)
    for one in metric("commitment_to_delivery").measures:
        assert rows(other, one.name, as_of=date(2026, 1, 8)) == rows(later, one.name, as_of=date(2026, 1, 8)), one.name


def test_nothing_loaded_is_not_available_and_few_lines_are_insufficient(example):
    empty = company({}, metric("commitment_to_delivery"))
    for one in metric("commitment_to_delivery").measures:
        assert tile(empty, one.name)["status"] == "not_available", one.name
    assert tile(example, "km_median")["status"] == "insufficient"


def test_a_filter_keeps_rows_as_they_were(example):
    kept = rows(example, "hidden_delay", where={"customer": ("A",)})
    assert {row["part"]: row["value"] for row in kept} == {None: 9, "entry": 3, "release": 5}
