"""Which records of two systems are one, which are a question, and what people's decisions do."""

import pytest

from tests.warehouse.drawn import bare_build, bare_version, drawn_home, export
from warehouse.matching import WrongMatch, decide, pairs, undo
from warehouse.versions import open_version


def erp(rows):
    return export("sap", "KNA1", "customer", "2026-01-05", rows)


def crm(rows, system="salesforce"):
    return export(system, "Account", "customer", "2026-01-05", rows, side="crm")


def matches(version):
    sql = "select source_system || '/' || source_id, golden_id, match_method, status from entity_xref order by 1"
    return version.cursor().execute(sql).fetchall()


def test_an_account_that_holds_the_erp_number_is_that_customer(tmp_path):
    version = bare_version(
        tmp_path,
        [
            erp([{"customer_id": "0000004711", "name": "Acme AG", "country": "CH"}]),
            crm([{"customer_id": "001A", "external_id": "4711", "name": "ACME", "website": "acme.ch"}]),
            export(
                "salesforce",
                "Opportunity",
                "opportunity",
                "2026-01-05",
                [{"opportunity_id": "6", "customer_id": "001A"}],
            ),
        ],
    )
    assert matches(version) == [
        ("salesforce/001A", "sap/0000004711", "external_id", "auto"),
        ("sap/0000004711", "sap/0000004711", "external_id", "auto"),
    ]
    found = (
        version.cursor().execute("select customer_id, name, website, country, source_object from customer").fetchall()
    )
    assert found == [("sap/0000004711", "Acme AG", "acme.ch", "CH", "KNA1")]
    assert version.cursor().execute("select customer_id from opportunity").fetchall() == [("sap/0000004711",)]
    assert version.facts["tables"]["customer"]["joined"] == 1


def test_a_tax_number_joins_whatever_the_names_are(tmp_path):
    version = bare_version(
        tmp_path,
        [
            erp([{"customer_id": "1", "name": "Holding", "tax_id": "DE 123-456"}]),
            crm([{"customer_id": "A", "name": "Trading", "tax_id": "de123456"}]),
        ],
    )
    assert [row[1:3] for row in matches(version)] == [("sap/1", "tax_id"), ("sap/1", "tax_id")]


def test_names_are_compared_without_case_accents_punctuation_and_legal_form(tmp_path):
    version = bare_version(
        tmp_path,
        [
            erp([{"customer_id": "1", "name": "Müller & Söhne GmbH & Co. KG", "country": "DE"}]),
            crm([{"customer_id": "A", "name": "MUELLER UND SOEHNE", "country": "Germany"}]),
        ],
    )
    assert [row[1:] for row in matches(version)] == [("sap/1", "name_country", "auto")] * 2


def test_the_same_name_in_two_countries_is_a_question(tmp_path):
    version = bare_version(
        tmp_path,
        [
            erp([{"customer_id": "1", "name": "Acme", "country": "NO"}]),
            crm([{"customer_id": "A", "name": "Acme", "country": "Sweden"}]),
        ],
    )
    assert [row[1:] for row in matches(version)] == [("salesforce/A", None, "review"), ("sap/1", None, "review")]
    assert [(pair["left"]["id"], pair["right"]["id"], pair["zone"]) for pair in pairs(version)] == [
        ("A", "1", "review")
    ]


@pytest.mark.parametrize("doubled", ["crm", "erp"])
def test_evidence_that_is_not_unique_on_both_sides_joins_nothing(tmp_path, doubled):
    one, two = (
        [{"customer_id": "1", "name": "Acme"}],
        [{"customer_id": "A", "name": "Acme"}, {"customer_id": "B", "name": "ACME Inc"}],
    )
    version = bare_version(tmp_path, [erp(one), crm(two)] if doubled == "crm" else [erp(two), crm(one)])
    assert {row[3] for row in matches(version)} == {"review"}
    assert len(pairs(version)) == 2


def test_a_better_rule_wins_over_an_equal_name(tmp_path):
    version = bare_version(
        tmp_path,
        [
            erp([{"customer_id": "1", "name": "Acme"}, {"customer_id": "2", "name": "Acme Nord"}]),
            crm([{"customer_id": "A", "name": "Acme", "external_id": "2"}]),
        ],
    )
    assert matches(version) == [
        ("salesforce/A", "sap/2", "external_id", "auto"),
        ("sap/1", "sap/1", None, "unmatched"),
        ("sap/2", "sap/2", "external_id", "auto"),
    ]


def test_two_records_of_one_system_never_become_one(tmp_path):
    version = bare_version(
        tmp_path,
        [
            erp(
                [
                    {"customer_id": "1", "external_id": "X", "name": "Acme"},
                    {"customer_id": "2", "external_id": "X", "name": "Acme"},
                ]
            ),
        ],
    )
    assert [row[1] for row in matches(version)] == ["sap/1", "sap/2"]


def test_a_chain_over_three_systems_does_not_join_two_records_of_one(tmp_path):
    version = bare_version(
        tmp_path,
        [
            erp(
                [
                    {"customer_id": "1", "tax_id": "T1", "name": "Acme"},
                    {"customer_id": "2", "tax_id": "T2", "name": "Beta"},
                ]
            ),
            crm([{"customer_id": "A", "tax_id": "T1", "name": "Gamma"}]),
            crm([{"customer_id": "h", "external_id": "A", "tax_id": "T2"}], system="hubspot"),
        ],
    )
    golden = {one: other for one, other, _, _ in matches(version)}
    assert golden["sap/1"] != golden["sap/2"]
    assert golden["hubspot/h"] == golden["salesforce/A"]  # the id is the better evidence; the tax number of 2 lost


def test_systems_without_an_erp_take_the_first_in_text_order(tmp_path):
    version = bare_version(
        tmp_path, [crm([{"customer_id": "Z", "name": "Acme"}]), crm([{"customer_id": "a", "name": "Acme"}], "hubspot")]
    )
    assert {row[1] for row in matches(version)} == {"hubspot/a"}


def test_a_list_of_the_company_itself_speaks_of_the_same_ids(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export(
                "sap",
                "MARA",
                "product",
                "2026-01-05",
                [{"product_id": "P1", "name": "Valve"}, {"product_id": "P2", "name": "Seal"}],
            ),
            export(
                "plan",
                "families",
                "product",
                "2026-01-05",
                [{"product_id": "P1", "family": "valves"}, {"product_id": "P2", "name": "Pump", "family": "pumps"}],
            ),
        ],
    )
    found = version.cursor().execute("select product_id, name, family from product order by 1").fetchall()
    assert found == [("plan/P2", "Pump", "pumps"), ("sap/P1", "Valve", "valves"), ("sap/P2", "Seal", None)]


def test_an_accepted_pair_is_joined_and_a_rejected_one_kept_apart_until_undone(tmp_path):
    home = drawn_home(
        tmp_path,
        [
            erp([{"customer_id": "1", "name": "Acme"}, {"customer_id": "2", "name": "Beta"}]),
            crm([{"customer_id": "A", "name": "Acme"}, {"customer_id": "B", "name": "Betamax"}]),
        ],
    )
    decide(home, "customer", "sap/2", "salesforce/B", "accept", "ann")
    decide(home, "customer", "sap/1", "salesforce/A", "reject", "ann")
    bare_build(home)
    version = open_version(home)
    assert matches(version) == [
        ("salesforce/A", "salesforce/A", None, "unmatched"),
        ("salesforce/B", "sap/2", "decision", "confirmed"),
        ("sap/1", "sap/1", None, "unmatched"),
        ("sap/2", "sap/2", "decision", "confirmed"),
    ]
    told = {(pair["left"]["id"], pair["zone"], pair["decided_by"]) for pair in pairs(version, "customer")}
    assert told == {("B", "confirmed", "ann"), ("A", "rejected", "ann")}
    assert undo(home, "customer", "salesforce/A", "sap/1")
    assert not undo(home, "customer", "salesforce/A", "sap/1")
    bare_build(home)
    assert dict(row[:2] for row in matches(open_version(home)))["salesforce/A"] == "sap/1"


def test_pairs_come_with_the_value_ordered_most_first(tmp_path):
    version = bare_version(
        tmp_path,
        [
            erp([{"customer_id": "1", "name": "Acme"}, {"customer_id": "2", "name": "Beta"}]),
            crm([{"customer_id": "A", "name": "Acme"}, {"customer_id": "B", "name": "Beta"}]),
            export(
                "sap",
                "VBAP",
                "order_line",
                "2026-01-05",
                [
                    {"order_line_id": "1", "order_id": "1", "net_amount": "10"},
                    {"order_line_id": "2", "order_id": "2", "net_amount": "70"},
                ],
                more={"sales_order": [{"order_id": "1", "customer_id": "1"}, {"order_id": "2", "customer_id": "2"}]},
            ),
        ],
    )
    assert [(pair["right"]["name"], pair["value"]) for pair in pairs(version)] == [("Beta", 70.0), ("Acme", 10.0)]


@pytest.mark.parametrize(
    ("left", "right", "decision", "entity"),
    [
        ("sap/1", "sap/2", "accept", "customer"),
        ("sap/1", "salesforce/2", "perhaps", "customer"),
        ("1", "salesforce/2", "accept", "customer"),
        ("sap/1", "salesforce/2", "accept", "site"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(tmp_path, left, right, decision, entity):
    with pytest.raises(WrongMatch):
        decide(drawn_home(tmp_path, []), entity, left, right, decision)
