"""References find their rows: aliases, short ids, other systems, and what stays an orphan."""

from tests.warehouse.drawn import bare_version, export, rows


def test_an_alias_leads_to_the_customer_it_stands_for_through_any_chain(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export(
                "shop",
                "customers",
                "customer",
                "2026-01-05",
                [{"customer_id": "U1", "name": "Ann"}],
                more={
                    "entity_alias": [
                        {"entity_type": "customer", "alias_id": "C1", "id": "C2"},
                        {"entity_type": "customer", "alias_id": "C2", "id": "U1"},
                    ]
                },
            ),
            export(
                "shop",
                "orders",
                "sales_order",
                "2026-01-05",
                [
                    {"order_id": "1", "customer_id": "C1"},
                    {"order_id": "2", "customer_id": "C2"},
                    {"order_id": "3", "customer_id": "U1"},
                ],
            ),
        ],
    )
    assert rows(version, "select distinct customer_id from sales_order") == [("shop/U1",)]
    assert rows(version, "select source_id, golden_id, match_method from entity_xref order by 1") == [
        ("C1", "shop/U1", "alias"),
        ("C2", "shop/U1", "alias"),
        ("U1", "shop/U1", None),
    ]
    assert rows(version, "select * from dq_issue where rule_id = 'orphan'") == []


def test_records_an_alias_joins_become_one_row(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export(
                "sap",
                "KNA1",
                "customer",
                "2026-01-05",
                """
            customer_id | name     | country
            A           | Old name | NO
            B           | New name |
        """,
                more={"entity_alias": [{"entity_type": "customer", "alias_id": "A", "id": "B"}]},
            ),
        ],
    )
    assert rows(version, "select customer_id, name, country from customer") == [("sap/B", "New name", "NO")]


def test_a_reference_finds_the_one_other_system_that_knows_its_id(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "4711"}]),
            export(
                "survey",
                "answers",
                "survey_response",
                "2026-01-05",
                [{"response_id": "1", "order_id": "4711"}, {"response_id": "2", "order_id": "9999"}],
            ),
        ],
    )
    assert rows(version, "select response_id, order_id from survey_response order by 1") == [
        ("survey/1", "sap/4711"),
        ("survey/2", "survey/9999"),
    ]
    assert rows(version, "select table_name, row_key, detail from dq_issue where rule_id = 'orphan'") == [
        ("survey_response", "survey/9999", "survey_response.order_id names no sales_order (1 rows)")
    ]


def test_a_reference_that_two_other_systems_know_stays_unresolved(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "4711"}]),
            export("navision", "orders", "sales_order", "2026-01-05", [{"order_id": "4711"}]),
            export("survey", "answers", "survey_response", "2026-01-05", [{"response_id": "1", "order_id": "4711"}]),
        ],
    )
    assert rows(version, "select order_id from survey_response") == [("survey/4711",)]


def test_an_id_of_fifteen_characters_finds_its_form_of_eighteen(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export(
                "salesforce", "Opportunity", "opportunity", "2026-01-05", [{"opportunity_id": "006Ab0000012345AAC"}]
            ),
            export(
                "salesforce", "Lead", "lead", "2026-01-05", [{"lead_id": "00Q1", "opportunity_id": "006Ab0000012345"}]
            ),
            export(
                "sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "1", "opportunity_id": "006Ab0000012345"}]
            ),
        ],
    )
    assert rows(version, "select opportunity_id from lead") == [("salesforce/006Ab0000012345AAC",)]
    assert rows(version, "select opportunity_id, order_id, link_method from opportunity_order_link") == [
        ("salesforce/006Ab0000012345AAC", "sap/1", "erp_field")
    ]


def test_ids_of_the_same_text_in_two_systems_stay_two_orders(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "1", "customer_id": "C"}]),
            export("navision", "orders", "sales_order", "2026-01-05", [{"order_id": "1", "customer_id": "C"}]),
            export("sap", "KNA1", "customer", "2026-01-05", [{"customer_id": "C", "name": "Acme"}]),
            export("navision", "customers", "customer", "2026-01-05", [{"customer_id": "C", "name": "Beta"}]),
        ],
    )
    assert rows(version, "select order_id, customer_id from sales_order order by 1") == [
        ("navision/1", "navision/C"),
        ("sap/1", "sap/C"),
    ]


def test_stock_of_two_numbers_of_one_product_is_kept_apart_not_dropped(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export(
                "sap",
                "MARA",
                "product",
                "2026-01-05",
                [{"product_id": "P"}, {"product_id": "P-old"}],
                more={"entity_alias": [{"entity_type": "product", "alias_id": "P-old", "id": "P"}]},
            ),
            export(
                "sap",
                "MARD",
                "inventory_snapshot",
                "2026-01-05",
                [{"product_id": "P", "on_hand_qty": "4"}, {"product_id": "P-old", "on_hand_qty": "3"}],
            ),
        ],
    )
    assert rows(version, "select product_id, sum(on_hand_qty) from inventory_snapshot group by 1") == [("sap/P", 7)]
