"""What each system said of an account stays beside the one row that all of them became."""

from tests.warehouse.drawn import bare_version, export, rows


def account(system, name, day, **cells):
    return export(system, "Account", "customer", day, [{"name": name, **cells}])


def test_the_words_of_two_systems_are_kept_apart_in_one_form(tmp_path):
    link = {"external_id": "1", "currency": " eur"}
    version = bare_version(
        tmp_path,
        [
            account("sap", "Acme AG", "2026-01-05", customer_id="1", country="Germany", tax_id="DE 123-456"),
            account("salesforce", "ACME", "2026-01-03", customer_id="A", country="de", **link),
            account("salesforce", "ACME", "2026-01-09", customer_id="A", country="AT", **link),
        ],
    )
    told = "record_id, golden_id, side, tax_id, country, currency, first_day::varchar"
    assert rows(version, f"select {told} from entity_record order by 1") == [
        ("salesforce/A", "sap/1", "crm", None, "AT", "EUR", "2026-01-03"),
        ("sap/1", "sap/1", "erp", "DE123456", "DE", None, "2026-01-05"),
    ]
    assert rows(version, "select count(*) from customer") == [(1,)]


def test_two_records_of_one_system_that_it_joined_itself_stay_two(tmp_path):
    alias = {"entity_alias": [{"entity_type": "customer", "alias_id": "B", "id": "A"}]}
    made = [{"customer_id": "A", "name": "Ann"}, {"customer_id": "B", "name": "Anne"}]
    version = bare_version(tmp_path, [export("sap", "KNA1", "customer", "2026-01-05", made, more=alias)])
    assert rows(version, "select record_id, golden_id from entity_record order by 1") == [
        ("sap/A", "sap/A"),
        ("sap/B", "sap/A"),
    ]


def test_the_account_for_all_who_buy_once_is_known_by_its_name(tmp_path):
    made = [{"customer_id": str(place), "name": name} for place, name in enumerate(
        ["One-time customer", "One time customer", "Walk-in", "CPD Inland", "Cashmere Ltd", "Acme"])]  # fmt: skip
    version = bare_version(tmp_path, [export("sap", "KNA1", "customer", "2026-01-05", made)])
    found = rows(version, "select is_one_time from entity_record order by record_id")
    assert [one for (one,) in found] == [True, True, True, True, False, False]
