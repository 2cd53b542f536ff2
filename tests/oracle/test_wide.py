"""The generated companies themselves: each event adds up, and nothing of the plain companies is drawn anew."""

from collections import defaultdict

import pytest

from tests.oracle.company import AS_OF, company
from tests.oracle.wide import wide_company
from warehouse.schema import tables

SEEDS = range(4)
NOT_FED = {
    "customer_setting", "schedule_line", "po_schedule_line", "uom_conversion", "segment_quota", "external_forecast",
    "case_ticket", "case_sla", "customer_notification", "opportunity_snapshot",
}  # fmt: skip


def test_every_table_has_rows_in_some_company():
    fed = {name for seed in SEEDS for side in ("crm", "erp") for name, rows in _side(seed, side) if rows}
    assert set(tables()) - NOT_FED == fed


def _side(seed, side):
    return getattr(wide_company(seed), side).items()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_always_gives_the_same_and_keeps_the_plain_company(seed):
    plain, made = company(seed), wide_company(seed)
    assert made.erp == wide_company(seed).erp and made.crm == wide_company(seed).crm
    assert [row["lead_id"] for row in made["lead"]] == [row["lead_id"] for row in plain["lead"]]
    kept = {row["order_line_id"]: row["ordered_qty"] for row in made["order_line"]}
    assert {row["order_line_id"]: row["ordered_qty"] for row in plain["order_line"]}.items() <= kept.items()


@pytest.mark.parametrize("seed", SEEDS)
def test_changes_and_shipments_leave_what_is_open(seed):
    """Neither way of telling contradicts the lines: ordered, less cancelled, is the sum of the changes."""
    made = wide_company(seed)
    told, open_ = defaultdict(int), {}
    for row in made["order_line_change"]:
        told[row["order_line_id"]] += row["delta_qty"] if row["kind"] != "short_close" else 0
    for row in (row for row in made["order_line_snapshot"] if row["snapshot_date"] == AS_OF):
        open_[row["order_line_id"]] = row["ordered_qty"] - row["cancelled_qty"]
    for row in made["order_line"]:
        gone = row.get("cancelled_qty", 0) if row.get("cancelled_date") else 0
        for found in (told, open_):
            assert found.get(row["order_line_id"], row["ordered_qty"] - gone) == row["ordered_qty"] - gone


def test_no_line_is_shipped_and_changed_past_what_it_had():
    """But for shipments of more than was ordered, which nothing follows."""
    made = wide_company(1)
    days = {row["shipment_id"]: row["shipped_date"] for row in made["shipment"]}
    shipped = defaultdict(list)
    for part in made["shipment_line"]:
        shipped[part["order_line_id"]].append((days[part["shipment_id"]], -part["qty_shipped"]))
    moves = defaultdict(list)
    for row in made["order_line_change"]:
        moves[row["order_line_id"]].append((row["changed_date"], row["delta_qty"]))
    for line, found in moves.items():
        left = 0
        for _, qty in sorted(found + shipped[line], key=lambda move: (move[0], -move[1])):
            assert left >= 0 or qty == 0
            left += qty
