"""The past out of successive exports: changes, pipeline states, customer attributes."""

from tests.warehouse.drawn import bare_version, export, rows

ORDER = export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "1", "confirmed_date": "2026-01-03"}])


def test_changes_of_quantity_and_value_are_dated_at_the_export_that_shows_them(tmp_path):
    def line(day, qty, amount, gone=0, cancelled=None):
        return export(
            "sap",
            "VBAP",
            "order_line",
            day,
            [
                {
                    "order_line_id": "1/10",
                    "order_id": "1",
                    "ordered_qty": qty,
                    "net_amount": amount,
                    "cancelled_qty": gone,
                    "cancelled_date": cancelled,
                }
            ],
        )

    version = bare_version(
        tmp_path,
        [
            ORDER,
            line("2026-01-05", 10, 100),
            line("2026-01-12", 10, 100),
            line("2026-01-19", 12, 120),
            line("2026-01-26", 12, 108),
            line("2026-02-02", 12, 108, 4, "2026-01-30"),
            line("2026-02-09", 12, 108, 0),
        ],
    )
    assert rows(
        version, "select kind, delta_qty, delta_value, changed_date::text from order_line_change order by 4"
    ) == [
        ("qty_up", 2, 20, "2026-01-19"),
        ("reprice", 0, -12, "2026-01-26"),
        ("cancel", -4, -36, "2026-01-30"),  # 4 of 12 pieces worth 108
        ("reopen", 4, 36, "2026-02-09"),
    ]


def stage(day, *deals, scope="full"):
    return export(
        "salesforce",
        "Opportunity",
        "opportunity",
        day,
        [
            {
                "opportunity_id": deal,
                "stage_code": code,
                "amount": amount,
                "outcome": "open",
                "created_date": "2026-01-01",
            }
            for deal, code, amount in deals
        ],
        scope=scope,
    )


SNAPSHOTS = """
    select snapshot_date::text, opportunity_id, stage_code, amount, asof_quality
    from opportunity_snapshot order by all"""


def test_each_full_export_is_a_snapshot_without_those_that_vanished(tmp_path):
    version = bare_version(
        tmp_path,
        [
            stage("2026-01-05", ("a", "S1", 100), ("b", "S1", 50)),
            stage("2026-01-12", ("a", "S2", 120)),
        ],
    )
    assert rows(version, SNAPSHOTS) == [
        ("2026-01-05", "salesforce/a", "S1", 100, "snapshot"),
        ("2026-01-05", "salesforce/b", "S1", 50, "snapshot"),
        ("2026-01-12", "salesforce/a", "S2", 120, "snapshot"),
    ]


def test_a_partial_export_keeps_what_it_does_not_mention(tmp_path):
    version = bare_version(
        tmp_path,
        [
            stage("2026-01-05", ("a", "S1", 100), ("b", "S1", 50)),
            stage("2026-01-12", ("a", "S2", 120), scope="partial"),
            stage("2026-01-19", ("a", "S2", 120)),
        ],
    )
    assert [row[:3] for row in rows(version, SNAPSHOTS)] == [
        ("2026-01-05", "salesforce/a", "S1"),
        ("2026-01-05", "salesforce/b", "S1"),
        ("2026-01-12", "salesforce/a", "S2"),
        ("2026-01-12", "salesforce/b", "S1"),
        ("2026-01-19", "salesforce/a", "S2"),
    ]


def changes(*told):
    return export(
        "salesforce",
        "OpportunityHistory",
        "opportunity_field_history",
        "2026-03-31",
        [
            {
                "opportunity_id": deal,
                "field": field,
                "changed_date": day,
                "recorded_date": recorded,
                "old_value": old,
                "new_value": new,
                "seq": str(seq),
            }
            for seq, (deal, field, day, recorded, old, new) in enumerate(told)
        ],
    )


def test_month_ends_are_rebuilt_from_the_history_as_it_was_recorded_then(tmp_path):
    version = bare_version(
        tmp_path,
        [
            stage("2026-03-31", ("a", "S3", 500), ("b", "S2", 80)),
            changes(
                ("a", "stage", "2026-01-10", None, None, "S1"),
                ("a", "stage", "2026-01-20", "2026-02-02", "S1", "S2"),
                ("a", "stage", "2026-03-05", None, "S2", "S3"),
                ("a", "amount", "2026-02-10", None, "100", "500"),
                ("b", "expected_close_date", "2026-03-01", None, "2026-04-01", "2026-05-01"),
            ),
        ],
    )
    assert rows(version, SNAPSHOTS) == [
        ("2026-01-31", "salesforce/a", "S1", 100, "rebuilt_full"),  # S2 was recorded in February; 100 is the old value
        ("2026-01-31", "salesforce/b", "S2", 80, "rebuilt_full"),  # never changed, so as it is
        ("2026-02-28", "salesforce/a", "S2", 500, "rebuilt_full"),
        ("2026-02-28", "salesforce/b", "S2", 80, "rebuilt_full"),
        ("2026-03-31", "salesforce/a", "S3", 500, "snapshot"),
        ("2026-03-31", "salesforce/b", "S2", 80, "snapshot"),
    ]


def test_a_history_of_stages_alone_is_no_full_rebuild(tmp_path):
    version = bare_version(
        tmp_path,
        [
            stage("2026-03-31", ("a", "S3", 500)),
            changes(("a", "stage", "2026-02-10", None, "S1", "S3")),
        ],
    )
    assert [row[0::2] for row in rows(version, SNAPSHOTS)] == [
        ("2026-02-28", "S3", "rebuilt_stage_only"),
        ("2026-03-31", "S3", "snapshot"),
    ]


def test_customer_attributes_become_days_from_and_to(tmp_path):
    def customer(day, segment, owner, system="sap"):
        return export(
            system,
            "KNA1",
            "customer",
            day,
            [{"customer_id": "C1", "tax_id": "NO 99", "segment": segment, "owner": owner}],
        )

    version = bare_version(
        tmp_path,
        [
            customer("2026-01-05", "small", None),
            customer("2026-01-12", "small", None),
            customer("2026-01-19", "key", None),
            customer("2026-01-01", "prospect", "ann", "salesforce"),
            customer("2026-01-19", "prospect", "bob", "salesforce"),
        ],
    )
    assert rows(
        version, "select customer_id, valid_from::text, valid_to::text, segment, owner from customer_history order by 2"
    ) == [
        ("sap/C1", "2026-01-01", "2026-01-05", "prospect", "ann"),
        ("sap/C1", "2026-01-05", "2026-01-19", "small", "ann"),  # the ERP's segment, the CRM's owner
        ("sap/C1", "2026-01-19", None, "key", "bob"),
    ]


def test_an_export_without_the_attribute_changes_no_history(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export("sap", "KNA1", "customer", "2026-01-05", [{"customer_id": "C1", "segment": "key"}]),
            export("sap", "KNA1", "customer", "2026-01-12", [{"customer_id": "C1", "name": "Acme"}]),
            export("sap", "KNVV", "customer", "2026-01-19", [{"customer_id": "C1", "tier": "gold"}]),
        ],
    )
    assert rows(version, "select valid_from::text, segment, tier from customer_history order by 1") == [
        ("2026-01-05", "key", None),
        ("2026-01-19", "key", "gold"),
    ]
