"""Every metric as of a past day: a number of what was known then, or which history is lacking."""

import re
from datetime import date

import pytest

from metrics.known import facts_of
from metrics.question import Request
from metrics.read import read
from metrics.registry import catalogue
from tests.metrics.test_restatements import only
from tests.warehouse.drawn import add_load, drawn_home, export
from warehouse.build import build
from warehouse.schema import tables
from warehouse.versions import open_version

PAST, BEFORE_ALL = date(2025, 12, 31), date(2019, 1, 1)
NO_HISTORY = re.compile(r"not_available: no history of [a-z_.\w ]+( before \d{4}-\d{2}-\d{2})?$")
# lists of masters are read as they are now whatever the day (decision 13), and so what stands on them
UNDATED = {"master_data_consistency", "demand_quality", "fulfilment_readiness", "risk_exposure"}
INDICES = [one.id for one in catalogue().values() if one.components]


def rows_at(version, metric_id: str, day: date) -> list[dict]:
    """Every measure as of a day; of an index the headline."""
    measures = None if metric_id in INDICES else ("all",)
    doc = read(version, metric_id, Request(measures=measures, as_of=day, interval=False))
    assert doc["as_of"] == day.isoformat()
    assert doc["rows"]
    return doc["rows"]


KEPT = ("otif", "exceptions", "order_mix", "backlog_movement", "days_of_inventory_by_segment", "demand_quality")
ASKED = [pytest.param(name, marks=[] if name in KEPT else pytest.mark.slow) for name in catalogue()]


@pytest.mark.parametrize("metric_id", ASKED)
def test_a_past_day_gives_a_number_of_that_day_or_says_what_is_lacking(sample_version, metric_id):
    today = read(sample_version, metric_id, Request(measures=("all",), interval=False))["rows"]
    never = {(row["measure"], row["reason"]) for row in today if row["status"] == "not_available"}
    told = rows_at(sample_version, metric_id, PAST)
    for row in told:
        if row["status"] == "not_available" and (row["measure"], row["reason"]) not in never:
            assert NO_HISTORY.match(row["reason"]), row
        assert row["period"] is None or row["period"]["to"] <= PAST.isoformat(), row
    assert any(row["value"] is not None for row in told)


@pytest.mark.parametrize("metric_id", [name for name in catalogue() if name not in UNDATED])
def test_before_the_first_record_nothing_is_counted(sample_version, metric_id):
    for row in rows_at(sample_version, metric_id, BEFORE_ALL):
        assert not row["n"] and not row["value"], row
        assert row["status"] in ("insufficient", "not_available") or row["value"] == 0, row


@pytest.mark.parametrize("metric_id", [name for name in catalogue() if name in UNDATED])
def test_what_stands_on_undated_lists_can_be_asked_of_any_day(sample_version, metric_id):
    assert all(row["status"] for row in rows_at(sample_version, metric_id, BEFORE_ALL))


def test_stock_before_its_first_count_names_the_column_and_the_day(sample_version):
    row = rows_at(sample_version, "days_of_inventory_by_segment", BEFORE_ALL)[0]
    assert re.fullmatch(
        r"not_available: no history of inventory_snapshot.on_hand_qty before 20\d\d-\d\d-\d\d", row["reason"]
    )


@pytest.mark.parametrize("metric_id", list(catalogue()))
def test_a_metric_stops_at_the_older_of_the_systems_it_joins(sample_version, metric_id, monkeypatch):
    """The sample's ERP reaches two months less far."""
    facts, older = facts_of(sample_version), date(2026, 2, 28)
    dated = {name for name, table in tables().items() if table.kind in ("transaction", "history")}
    reach = [
        (system, table, older if system == "sap" and table in dated else day) for system, table, day in facts.reach
    ]
    assert facts.reach != reach
    before = read(sample_version, metric_id, Request(interval=False))
    monkeypatch.setitem(vars(facts), "reach", reach)
    told = read(sample_version, metric_id, Request(interval=False))
    assert set(told["as_of_by_source"]) == set(before["as_of_by_source"])
    expected = older if "sap" in told["as_of_by_source"] else date.fromisoformat(before["as_of"])
    assert told["as_of"] == min(told["as_of_by_source"].values()) == expected.isoformat()
    others = {system: day for system, day in told["as_of_by_source"].items() if system != "sap"}
    assert others == {system: day for system, day in before["as_of_by_source"].items() if system != "sap"}


def test_some_metrics_join_two_systems(sample_version):
    joined = [
        name for name in catalogue() if len(read(sample_version, name, Request(interval=False))["as_of_by_source"]) > 1
    ]
    assert len(joined) >= 5


WEEKLY = (
    "otif",
    "commitment_to_delivery",
    "order_mix",
    "backlog_movement",
    "fulfilment_cycle_variance",
    "repeat_order",
)


def orders(weeks):
    """Exports of orders and deliveries at the ends of weeks of March: one order a day, promised in 7 days, delivered
    after 5 days, each seventh after 12."""
    found = []
    for week in weeks:
        day = week * 7
        heads = [{"order_id": str(n), "customer_id": f"C{n % 3}", "currency": "EUR", "ordered_date": f"2026-03-{n:02}",
                  "entered_date": f"2026-03-{n:02}"} for n in range(1, day + 1)]  # fmt: skip
        lines = [{"order_line_id": f"{n}/1", "order_id": str(n), "product_id": "P", "ordered_qty": 2, "net_amount": 10,
                  "first_promised_date": date(2026, 3, n).replace(day=min(31, n + 7)).isoformat()}
                 for n in range(1, day + 1)]  # fmt: skip
        came = {n: n + (12 if n % 7 == 0 else 5) for n in range(1, day + 1)}
        gone = [n for n in came if came[n] <= day]
        sent = [
            {"shipment_id": str(n), "shipped_date": f"2026-03-{came[n]:02}", "delivered_date": f"2026-03-{came[n]:02}"}
            for n in gone
        ]
        parts = [
            {"shipment_id": str(n), "order_line_id": f"{n}/1", "shipment_line_no": "1", "qty_shipped": 2} for n in gone
        ]
        at = f"2026-03-{day:02}"
        found += [
            export("sap", "VBAK", "sales_order", at, heads),
            export("sap", "VBAP", "order_line", at, lines),
            export("sap", "LIKP", "shipment", at, sent),
            export("sap", "LIPS", "shipment_line", at, parts),
        ]
    return found


@pytest.fixture(scope="module")
def weekly(tmp_path_factory):
    """Versions built after two and after four weekly exports."""
    home = drawn_home(tmp_path_factory.mktemp("weekly"), orders([1, 2]), reporting_currency="EUR")
    numbers = [build(home, only(*WEEKLY))]
    for exported in orders([3, 4]):
        add_load(home, exported)
    numbers.append(build(home, only(*WEEKLY)))
    return [open_version(home, number) for number in numbers]


@pytest.mark.parametrize("metric_id", WEEKLY)
def test_a_past_day_says_what_the_version_of_that_day_said(weekly, metric_id):
    then, now = weekly
    day = date(2026, 3, 14)
    asked = {"measures": ("all",), "date_from": date(2026, 3, 1), "date_to": day, "interval": False}
    before = read(then, metric_id, Request(**asked))
    assert before["as_of"] == day.isoformat()
    after = {(row["measure"], row["part"]): row for row in read(now, metric_id, Request(**asked, as_of=day))["rows"]}
    numbers = 0
    for row in before["rows"]:
        same = after[row["measure"], row["part"]]
        if (same["reason"] or "").startswith("not_available: no history of"):
            continue
        assert (same["n"], same["status"]) == (row["n"], row["status"]), row["measure"]
        assert same["value"] == (row["value"] if row["value"] is None else pytest.approx(row["value"])), row["measure"]
        numbers += row["value"] is not None
    assert numbers


def test_the_later_exports_do_change_today(weekly):
    then, now = (
        read(version, "otif", Request(date_from=date(2026, 3, 1), date_to=date(2026, 3, 28), interval=False))["rows"][0]
        for version in weekly
    )
    assert now["n"] > then["n"]
