"""Which exported tables date a number: those it reads, or a forgotten export empties what it has no part in."""

import pytest

from metrics.known import needed_tables, read_by
from metrics.registry import catalogue, metric, resolve
from warehouse.schema import tables

LINES = {"sales_order", "order_line", "order_line_change", "promise_history", "shipment", "shipment_line"}
BOOKED = {"sales_order", "order_line", "order_line_change", "promise_history"}
DOCUMENTS = {"sales_order", "order_line", "opportunity", "purchase_order", "po_line"}
DEALS = {"opportunity", "opportunity_field_history"}
STOCK = LINES | {"inventory_snapshot", "stock_reservation"}
SOLD = {"sales_order", "order_line", "shipment", "shipment_line"}
FORECAST = LINES | {"opportunity", "opportunity_snapshot", "opportunity_line"}
PURCHASES = {"purchase_order", "po_line", "po_schedule_line", "po_line_change", "po_receipt"}
PROMISED = STOCK | {"order_line_hold", "purchase_order", "po_line", "po_schedule_line", "po_line_snapshot"}
PROMISED |= {"po_line_change", "po_receipt", "production_order", "production_order_change"}
DATED_BY = {
    ("exceptions", "revenue_at_risk"): PROMISED,
    ("priority_inversion_rate", "rate"): STOCK
    | {"order_line_hold", "inventory_movement", "po_receipt", "production_order"},
    ("otif", "otif"): LINES,
    ("order_mix", "hhi"): BOOKED,
    ("master_data_consistency", "value_match"): DOCUMENTS,
    ("otif", "unit_fill"): LINES,
    ("otif", "perfect_order"): LINES | {"return_line", "invoice_line"},
    ("commitment_to_delivery", "km_median"): LINES | DEALS,
    ("fulfilment_cycle_variance", "cv"): LINES,
    ("backlog_movement", "closing"): LINES | {"order_line_snapshot"},
    ("days_of_inventory_by_segment", "days"): STOCK,
    ("pipeline_forecast_accuracy", "wape"): FORECAST,
    ("lead_to_order_rate", "rate"): {"lead", "opportunity", "opportunity_field_history", "sales_order", "order_line"},
    ("sales_cycle_days", "km_median"): DEALS,
    ("repeat_order", "repeat_rate"): {"sales_order", "order_line", "order_line_change"},
    ("satisfaction_vs_delivery", "rho"): LINES
    | {"survey_response", "case_ticket", "customer_notification", "return_line", "invoice_line"},
    ("capacity_utilisation", "cv"): {"capacity_period"},
    ("inventory_turns", "turns"): {"inventory_snapshot", "inventory_movement", "return_line", *SOLD},
    ("order_change_latency", "km_median"): LINES
    | {"opportunity", "opportunity_line", "inventory_snapshot", "purchase_order", "po_line", "po_line_change"}
    | {"po_line_snapshot", "po_receipt", "production_order", "production_order_change"},
    ("supplier_scorecard", "total"): PURCHASES | {"supplier_return_line"},
    ("supplier_scorecard", "otif"): PURCHASES,
}


def dated_by(metric_id: str, name: str) -> set[str]:
    of = metric(metric_id)
    params = {name: param.default for name, param in of.params.items()}
    read = set()
    for other, measure, given in read_by(of, of.measure(name), params):
        read |= set(measure.reads) or needed_tables(other, resolve(measure.relation, given))
    return {table for table in read if tables()[table].kind in ("transaction", "history")}


def test_an_index_is_dated_by_all_that_its_parts_read():
    for of in (of for of in catalogue().values() if of.components):
        inner = [dated_by(*read) for component in of.components for read in component.reads]
        assert dated_by(of.id, "index") == set().union(*inner)


@pytest.mark.parametrize(("metric_id", "name"), DATED_BY)
def test_a_number_is_dated_by_what_it_reads(metric_id, name):
    assert dated_by(metric_id, name) - {"customer_history"} == DATED_BY[metric_id, name]


def test_every_headline_is_pinned():
    plain = [of for of in catalogue().values() if not of.components]
    assert {(of.id, of.headline.name) for of in plain} <= set(DATED_BY)
