"""otif on the worked example of its definition and on the cases that it decides."""

from datetime import date

import pytest

from metrics.intervals import wilson
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.orders import drawn

# promised on the 10th; O1 b a day late, O2 c short at first, O3 e damaged
EXAMPLE = """
    order | line | qty | promised | got        | customer
    O1    | a    | 10  | 10       | 10:10      | A
    O1    | b    | 5   | 10       | 11:5       | A
    O2    | c    | 10  | 10       | 10:8, 12:2 | B
    O2    | d    | 4   | 10       | 10:4       | B
    O3    | e    | 6   | 10       | 10:6       | C
"""
DAMAGE = "\nSe0 | e | 6 | 1"


def version(lines: str = EXAMPLE, as_of: str = "2026-01-31", **tables):
    return company(drawn(lines, **tables), metric("otif"), as_of=as_of)


def example_tables() -> dict:
    tables = drawn(EXAMPLE)
    head, *rest = tables["shipment_line"].splitlines()
    marked = [f"{head} | qty_damaged"] + [f"{line} | {3 if line.startswith('Se0') else 0}" for line in rest]
    return {**tables, "shipment_line": "\n".join(marked)}


@pytest.fixture(scope="module")
def example():
    return company(example_tables(), metric("otif"), as_of="2026-01-31")


def rows(made, measure: str = "otif", by=(), **given) -> list[dict]:
    request = Request(
        measures=(measure,),
        by=by,
        params=given.pop("params", {}),
        date_from=date(2026, 1, 1),
        date_to=date(2026, 1, 31),
        **given,
    )
    return read(made, "otif", request)["rows"]


def tile(made, measure: str = "otif", **given) -> dict:
    return rows(made, measure, **given)[0]


def counts(row: dict) -> tuple:
    return row["num"], row["den"]


@pytest.mark.parametrize(
    ("measure", "params", "expected"),
    [
        ("otif", {}, (3, 5)),
        ("on_time", {}, (4, 5)),  # b
        ("in_full", {}, (4, 5)),  # c
        ("unit_fill", {}, (28, 35)),  # 10 + 0 + 8 + 4 + 6 of 35
        ("otif", {"grain": "order"}, (1, 3)),
        ("perfect_order", {}, (0, 3)),  # e arrived damaged
        ("otif", {"grace": 1}, (4, 5)),
        ("otif", {"grace": 2}, (5, 5)),
        ("otif", {"tol": 0.2}, (4, 5)),  # 8 of 10 are enough
        ("otif", {"population": "delivered"}, (3, 5)),
        ("unpromised_share", {}, (0, 5)),
    ],
)
def test_the_worked_example_gives_its_published_counts(example, measure, params, expected):
    row = tile(example, measure, params=params)
    assert counts(row) == expected
    assert row["value"] == expected[0] / expected[1]


def test_the_interval_of_the_worked_example_is_plain_wilson_below_20_orders(example):
    assert [round(side, 4) for side in tile(example)["ci"]] == [0.2307, 0.8824]
    assert tile(example)["ci_method"] == "wilson"


def test_components_are_shares_of_the_orders_that_record_them(example):
    parts = {row["part"]: row for row in rows(example, "perfect_component")}
    assert counts(parts["in_full"]) == (2, 3)
    assert counts(parts["on_date"]) == (2, 3)
    assert counts(parts["condition"]) == (2, 3)
    assert (parts["documents"]["status"], parts["documents"]["value"]) == ("not_available", None)
    assert tile(example, "perfect_order")["coverage"]["components"] == 3
    assert "3 of 4 components" in tile(example, "perfect_order")["reason"]


def test_few_lines_are_insufficient_and_more_are_low_n(example):
    assert tile(example, where={"customer": ("A",)})["status"] == "insufficient"
    assert tile(example, where={"customer": ("A",)})["value"] == 0.5
    assert tile(example)["status"] == "low_n"


def test_slices_hold_the_rows_of_the_total(example):
    parts = [row for row in rows(example, by=("customer",)) if row["slice"]]
    assert [(row["slice"]["customer"], counts(row)) for row in parts] == [("A", (1, 2)), ("B", (1, 2)), ("C", (1, 1))]


def test_a_filter_on_a_family_leaves_each_order_its_kept_lines_as_they_were():
    lines = "order | line | qty | promised | got | product\n O1 | a | 1 | 10 | 9:1 | P\n O1 | b | 1 | 10 | 12:1 | Q"
    made = version(lines, product="product_id | family\n P | Pumps\n Q | Valves")
    assert counts(tile(made, params={"grain": "order"})) == (0, 1)
    kept = tile(made, params={"grain": "order"}, where={"family": ("Pumps",)})
    assert counts(kept) == (1, 1)


def test_lines_not_delivered_fail_once_their_day_has_passed_and_only_then():
    made = version("order | line | qty | promised | got\n O1 | a | 1 | 10 | 9:1\n O1 | b | 1 | 20 |")
    assert counts(tile(made)) == (1, 2)
    assert counts(tile(made, as_of=date(2026, 1, 19))) == (1, 1)
    assert tile(made, params={"grain": "order"}, as_of=date(2026, 1, 19))["n"] == 0


def test_what_the_data_lack_is_named_and_never_a_number():
    made = version("order | line | qty | promised | got | requested\n O1 | a | 1 | | 9:1 | 10")
    row = tile(made)
    assert (row["status"], row["value"]) == ("not_available", None)
    assert "first_promised_date" in row["reason"]
    assert counts(tile(made, params={"basis": "requested"})) == (1, 1)
    empty = company({}, metric("otif"))
    assert tile(empty)["status"] == "not_available"


WEAK = """
    shipment_id | shipped_date | delivered_date | delivery_basis
    S1          | 2026-01-09   |                | goods_issue
    S2          | 2026-01-02   | 2026-01-03     | pod
"""


def test_a_line_shipped_without_proof_is_left_out_and_one_not_shipped_fails():
    made = version(
        "order | line | qty | promised | got\n O1 | a | 1 | 10 |\n O2 | b | 1 | 10 |\n O3 | c | 1 | 10 |",
        shipment=WEAK,
        shipment_line="shipment_id | order_line_id | qty_shipped\n S1 | a | 1\n S2 | c | 1",
    )
    row = tile(made)
    assert (counts(row), row["excluded"]) == ((1, 2), {"no_proof": 1})
    assert counts(tile(made, params={"evidence": "any"})) == (2, 3)
    order = tile(made, params={"grain": "order"})
    assert (counts(order), order["excluded"]) == ((1, 2), {"no_proof": 1})


CANCELLED = """
    order_line_id | order_id | ordered_qty | cancelled_qty | cancelled_date | cancel_initiator | status
    a             | O1       | 1           | 1             | 2026-01-05     | customer         |
    b             | O2       | 1           | 1             | 2026-01-05     | us               |
    c             | O3       | 1           | 1             | 2026-01-15     | customer         |
    d             | O4       | 1           |               |                |                  | cancelled
"""


def test_cancellations_leave_or_fail_by_who_cancelled_and_when():
    lines = "order | line | qty | promised | got\n" + "\n".join(
        f"O{k} | {n} | 1 | 10 |" for k, n in enumerate("abcd", 1)
    )
    made = version(lines, order_line=CANCELLED, shipment="shipment_id | delivered_date\n S9 | 2026-01-02")
    row = tile(made)
    assert (counts(row), row["excluded"]) == ((0, 2), {"cancelled": 1, "cancel_date_unknown": 1})
    assert counts(tile(made, as_of=date(2026, 1, 31))) == (0, 2)
    fill = tile(made, "unit_fill")
    assert (counts(fill), fill["excluded"]) == ((0, 2), {"cancelled": 1, "cancel_date_unknown": 1})


def test_units_on_time_have_the_interval_of_a_ratio_over_orders():
    orders = "\n".join(f"O{k} | L{k} | {1 + k % 3} | 10 | {9 if k % 4 else 11}:{1 + k % 3} | C{k}" for k in range(24))
    made = version(f"order | line | qty | promised | got | customer\n{orders}")
    row, got = tile(made, "unit_fill"), [(0 if k % 4 == 0 else 1 + k % 3, 1 + k % 3) for k in range(24)]
    num, den = (sum(side) for side in zip(*got, strict=True))
    error = (24 / 23 * sum((k - num / den * n) ** 2 for k, n in got)) ** 0.5 / den
    assert (counts(row), row["ci_method"]) == ((num, den), "linearised_t")
    assert row["ci"] == pytest.approx([num / den - 2.0686576 * error, num / den + 2.0686576 * error])


def test_components_of_orders_of_one_customer_are_not_independent():
    orders = "\n".join(f"O{k} | L{k} | 1 | 10 | {11 if k % 25 < 9 else 9}:1 | C{k % 25}" for k in range(75))
    made = version(f"order | line | qty | promised | got | customer\n{orders}")
    row = next(row for row in rows(made, "perfect_component") if row["part"] == "on_date")
    assert (counts(row), row["ci_method"]) == ((48, 75), "wilson_n_eff")
    # 25 customers, each with all or none of its orders on the day: v = p (1 - p) / 24
    assert row["ci"] == pytest.approx(wilson(0.64, 24))


def test_orders_without_lines_count_at_order_grain_by_their_header():
    header = """
        order_id | customer_id | ordered_date | header_promised_date | header_delivered_date | header_delivery_basis
        H1       | A           | 2026-01-01   | 2026-01-10           | 2026-01-09            | carrier
        H2       | A           | 2026-01-01   | 2026-01-10           |                       |
    """
    made = company({"sales_order": header}, metric("otif"), as_of="2026-01-31")
    assert counts(tile(made, params={"grain": "order"})) == (1, 2)
    assert counts(tile(made, params={"grain": "order", "population": "delivered"})) == (1, 1)
    assert tile(made)["n"] == 0


def test_an_order_stands_in_the_period_of_its_last_due_line():
    lines = "order | line | qty | promised | got\n O1 | a | 1 | 10 | 9:1\n O1 | b | 1 | 20 | 19:1"
    weeks = rows(version(lines), params={"grain": "order"}, every="week", reading="trend")
    assert [row["period"]["label"] for row in weeks if row["period"] and row["n"]] == ["2026-W04"]


def test_rows_after_the_as_of_date_change_nothing():
    day = date(2026, 1, 11)
    tables = example_tables()
    later = {**tables, "promise_history": tables["promise_history"] + "\n b | 2 | 2026-01-12 | 2026-01-09"}
    later["return_line"] = "return_id | order_line_id | returned_date | qty | fault\n R | a | 2026-01-20 | 1 | ours"
    later["shipment"] += "\nSx | 2026-01-12 | 2026-01-12 | carrier"
    later["shipment_line"] += "\nSx | d | 5 | 5"
    later["order_line_change"] = (
        "order_line_id | changed_date | kind | delta_qty | initiator\n c | 2026-01-13 | cancel | -2 | customer"
    )
    versions = [company(given, metric("otif"), as_of="2026-01-31") for given in (tables, later)]
    for name in ("otif", "on_time", "in_full", "unit_fill", "perfect_order", "perfect_component"):
        before, after = (rows(made, name, as_of=day) for made in versions)
        assert before == after, name
    assert counts(tile(versions[0], as_of=day)) == (3, 5)


@pytest.mark.parametrize(("as_of", "provisional"), [("2026-03-01", True), ("2026-03-02", False)])
def test_a_perfect_order_may_still_come_back_for_30_days(as_of, provisional):
    made = company(example_tables(), metric("otif"), as_of=as_of)
    for name in ("perfect_order", "perfect_component"):
        assert tile(made, name)["provisional"] is provisional, name
    assert tile(made, "otif")["provisional"] is False
