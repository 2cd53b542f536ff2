"""The latest state of a key: which export decides which cell, what vanishes, and that nothing is lost on the way."""

import json

import pytest

from tests.warehouse.drawn import bare_build, bare_version, drawn_home, export, rows
from warehouse.build import last_error
from warehouse.steps.job import BuildError
from warehouse.versions import current, open_version


def test_a_later_export_decides_even_where_its_cell_is_empty(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export(
                "sap",
                "VBAP",
                "order_line",
                "2026-01-05",
                """
            order_line_id | order_id | hold_reason | planner
            1/10          | 1        | credit      | ann
        """,
            ),
            export(
                "sap",
                "VBAP",
                "order_line",
                "2026-01-12",
                """
            order_line_id | order_id | hold_reason | planner
            1/10          | 1        |             | bob
        """,
            ),
        ],
    )
    assert rows(version, "select hold_reason, planner from order_line") == [(None, "bob")]


def test_an_export_without_the_column_leaves_the_earlier_cell(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export(
                "sap",
                "VBAK",
                "sales_order",
                "2026-01-05",
                """
            order_id | channel | ordered_at
            1        | web     | 2026-01-02 10:00:00
        """,
            ),
            export(
                "sap",
                "VBAK",
                "sales_order",
                "2026-01-12",
                """
            order_id | order_no
            1        | A-1
        """,
            ),
        ],
    )
    assert rows(version, "select channel, order_no, ordered_date::text, source_line from sales_order") == [
        ("web", "A-1", "2026-01-02", 2)
    ]


def test_objects_that_feed_one_table_fill_each_others_gaps(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export(
                "sap",
                "MARA",
                "product",
                "2026-01-05",
                """
            product_id | family | name
            P1         | valves | raw name
            P2         | pumps  |
        """,
            ),
            export(
                "sap",
                "MAKT",
                "product",
                "2026-01-06",
                """
            product_id | name
            P1         | Ball valve
            P3         | Seal
        """,
            ),
        ],
    )
    assert rows(version, "select product_id, family, name from product order by all") == [
        ("sap/P1", "valves", "Ball valve"),
        ("sap/P2", "pumps", None),
        ("sap/P3", None, "Seal"),
    ]


def test_a_key_that_vanishes_from_a_full_export_stays_and_is_told(tmp_path):
    first = export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "1"}, {"order_id": "2"}])
    second = export("sap", "VBAK", "sales_order", "2026-01-12", [{"order_id": "2"}])
    version = bare_version(tmp_path, [first, second])
    assert rows(version, "select order_id from sales_order order by 1") == [("sap/1",), ("sap/2",)]
    assert rows(version, "select row_key, last_load_id, gone_load_id from vanished") == [
        ("sap/1", first.load_id, second.load_id)
    ]


def test_nothing_vanishes_from_a_partial_export(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "1"}, {"order_id": "2"}]),
            export("sap", "VBAK", "sales_order", "2026-01-12", [{"order_id": "2"}], scope="partial"),
        ],
    )
    assert rows(version, "select * from vanished") == []


def test_the_parts_of_a_line_are_those_of_its_latest_export(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export(
                "sap",
                "VBEP",
                "schedule_line",
                "2026-01-05",
                """
            order_line_id | schedule_no | scheduled_date | confirmed_qty
            1/10          | 1           | 2026-02-01     | 5
            1/10          | 2           | 2026-03-01     | 5
            2/10          | 1           | 2026-02-01     | 7
        """,
            ),
            export(
                "sap",
                "VBEP",
                "schedule_line",
                "2026-01-12",
                """
            order_line_id | schedule_no | scheduled_date | confirmed_qty
            1/10          | 3           | 2026-02-10     | 10
        """,
            ),
        ],
    )
    assert rows(version, "select order_line_id, schedule_no from schedule_line order by all") == [
        ("sap/1/10", 3),
        ("sap/2/10", 1),
    ]


def test_stock_without_a_day_is_of_the_day_of_its_export(tmp_path):
    stock = [{"product_id": "P1", "site_id": "W1", "on_hand_qty": "4"}]
    version = bare_version(
        tmp_path,
        [
            export("sap", "MARD", "inventory_snapshot", "2026-01-05", stock),
            export("sap", "MARD", "inventory_snapshot", "2026-01-12T23:30:00+00:00", stock),
        ],
        {"tz": "Europe/Oslo"},
    )
    assert rows(version, "select snapshot_date::text from inventory_snapshot order by 1") == [
        ("2026-01-05",),
        ("2026-01-13",),  # half past eleven in London is the next day in Oslo
    ]


def test_a_day_counts_as_seen_only_when_the_export_came_after_its_end(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export("sap", "A", "site", "2026-01-05", [{"site_id": "1"}]),
            export("sap", "B", "site", "2026-01-05T06:00:00+00:00", [{"site_id": "1"}]),
            export("sap", "C", "site", "2026-01-05T23:10:00+00:00", [{"site_id": "1"}]),
        ],
    )
    assert rows(version, "select object, last_full_day::text from load order by 1") == [
        ("A", "2026-01-05"),
        ("B", "2026-01-04"),
        ("C", "2026-01-05"),
    ]


def test_local_dates_follow_the_calendar_of_site_and_ship_to(tmp_path):
    late = "2026-01-31 23:30:00"  # already February in Berlin and Tokyo, still January in New York
    version = bare_version(
        tmp_path,
        [
            export("sap", "T001W", "site", "2026-02-05", [{"site_id": "JP", "tz": "Asia/Tokyo"}, {"site_id": "DE"}]),
            export(
                "sap",
                "VBAK",
                "sales_order",
                "2026-02-05",
                [{"order_id": "1", "ship_to_tz": "America/New_York", "ordered_at": late}],
            ),
            export("sap", "VBAP", "order_line", "2026-02-05", [{"order_line_id": "1/1", "order_id": "1"}]),
            export(
                "sap",
                "LIKP",
                "shipment",
                "2026-02-05",
                [
                    {"shipment_id": "S1", "site_id": "JP", "shipped_at": "2026-01-31 15:30:00", "delivered_at": late},
                    {"shipment_id": "S2", "site_id": "DE", "shipped_at": "2026-01-31 15:30:00", "delivered_at": late},
                ],
                more={"shipment_line": [{"shipment_id": "S1", "order_line_id": "1/1"}]},
            ),
        ],
        {"tz": "Europe/Berlin"},
    )
    assert rows(version, "select shipment_id, shipped_date::text, delivered_date::text from shipment order by 1") == [
        ("sap/S1", "2026-02-01", "2026-01-31"),
        ("sap/S2", "2026-01-31", "2026-02-01"),
    ]
    assert rows(version, "select ordered_date::text from sales_order") == [("2026-02-01",)]


def test_every_row_of_the_loads_is_used_or_superseded(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "1"}, {"order_id": "2"}]),
            export("sap", "VBAK", "sales_order", "2026-01-12", [{"order_id": "2"}, {"order_id": "3"}]),
        ],
    )
    assert version.facts["tables"]["sales_order"]["sap"] == {"loaded": 4, "used": 3, "superseded": 1}
    assert version.facts["rows"]["sales_order"] == 3


def test_a_manifest_that_promises_other_rows_stops_the_build(tmp_path):
    exported = export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "1"}])
    home = drawn_home(tmp_path, [exported])
    path = home.loads / exported.load_id / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["tables"][0]["loaded"] = 2
    path.write_text(json.dumps(manifest))
    with pytest.raises(BuildError, match="the manifest says 2 rows of sales_order, its Parquet holds 1"):
        bare_build(home)
    assert current(home) is None


def test_a_key_twice_in_one_export_stops_the_build_and_yesterday_stays(tmp_path):
    home = drawn_home(tmp_path, [export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "1"}])])
    assert bare_build(home) == 1
    drawn_home(tmp_path, [export("sap", "VBAK", "sales_order", "2026-01-12", [{"order_id": "7"}, {"order_id": "7"}])])
    with pytest.raises(BuildError, match="sales_order: key order_id is not unique in sap: sap/7 2 times"):
        bare_build(home)
    assert current(home) == 1
    assert "sap/7 2 times" in last_error(home)["message"]
    assert rows(open_version(home), "select order_id from sales_order") == [("sap/1",)]


def test_a_build_that_succeeds_forgets_the_former_error(tmp_path):
    bad = export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "7"}, {"order_id": "7"}])
    home = drawn_home(tmp_path, [bad])
    with pytest.raises(BuildError):
        bare_build(home)
    path = home.loads / bad.load_id / "manifest.json"
    path.write_text(path.read_text().replace('"active"', '"withdrawn"'))
    assert bare_build(home) == 1
    assert last_error(home) is None


def test_a_home_without_loads_gives_empty_tables(tmp_path):
    version = bare_version(tmp_path, [])
    assert rows(version, "select count(*) from order_line") == [(0,)]
    assert rows(version, "select tz, reporting_currency from company_setting") == [("UTC", None)]
