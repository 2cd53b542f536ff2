"""Whether two systems fit: the worked example of the book out of a whole build, and its edge cases."""

from datetime import date

import pandas as pd
import pytest

from metrics.cross import master_data_consistency as module
from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.warehouse.drawn import drawn_version, export

METRIC = metric("master_data_consistency")
KNA1 = """
    customer_id | name    | country | tax_id | segment
    1           | Acme AG | DE      | DE1234 | large
    2           | Beta    | DE      |        |
    3           | Gamma   | FR      |        |
    4           | Delta   | DE      |        |
    5           | Epsilon | DE      |        |
"""
ACCOUNT = """
    customer_id | name         | external_id | country
    A           | ACME         | 1           | germany
    B           | Beta Ltd     | 2           | Germany
    C           | Gamma        | 3           | Spain
    E           | Epsilon GmbH | 5           | de
    X           | Somebody     |             | DE
    X2          | Somebody 2   |             | DE
"""
ALIAS = [{"entity_type": "customer", "alias_id": "X2", "id": "X"}]
DEALS = """
    opportunity_id | customer_id | created_date | outcome | closed_date
    6              | X           | 2026-01-10   | won     | 2026-02-10
    7              | A           | 2026-01-10   | won     | 2026-02-10
    8              | A           | 2026-01-10   | open    |
"""
VALUES = (100, 50, 30, 15, 5)


def orders(day="2026-02-01", values=VALUES) -> list:
    header = [{"order_id": str(n), "customer_id": str(n), "ordered_date": day} for n, _ in enumerate(values, 1)]
    line = [
        {"order_line_id": str(n), "order_id": str(n), "product_id": "P", "ordered_qty": 1, "net_amount": value}
        for n, value in enumerate(values, 1)
    ]
    return [
        export("sap", "VBAK", "sales_order", "2026-03-31", header),
        export("sap", "VBAP", "order_line", "2026-03-31", line),
    ]


def build_of(tmp_path, exports, **settings):
    def materialise(con, facts):
        fill_columns(con)
        materialise_metric(con, METRIC)

    return drawn_version(tmp_path, exports, {"reporting_currency": "EUR", **settings}, materialise)


def masters(account=ACCOUNT, kna1=KNA1, day="2026-03-31") -> list:
    return [
        export("sap", "KNA1", "customer", day, kna1),
        export("salesforce", "Account", "customer", day, account, more={"entity_alias": ALIAS}),
    ]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The example of the book, with deals, a link from a deal to an order, and a promise."""
    link = export("salesforce", "Opportunity", "opportunity", "2026-03-31", DEALS,
                  more={"opportunity_order_link": [{"opportunity_id": "7", "order_id": "1"}]})  # fmt: skip
    return build_of(tmp_path_factory.mktemp("book"), [*masters(), *orders(), link])


def rows(version, name, **more):
    return read(version, "master_data_consistency", Request(measures=(name,), **more))["rows"]


def row(version, name, part=None, **more):
    (found,) = [one for one in rows(version, name, **more) if one["part"] == part and not one["slice"]]
    return found


def sliced(version, name, dim, **more):
    return {one["slice"][dim]: one for one in rows(version, name, by=(dim,), **more) if one["slice"]}


def test_the_value_that_stands_on_matched_records(book):
    found = row(book, "value_match")
    assert (found["value"], found["num"], found["den"], found["n"]) == (0.925, 185, 200, 5)
    assert (found["status"], found["ci"]) == ("low_n", None)


def test_records_found_in_the_other_system_each_direction(book):
    by_pair = sliced(book, "match_rate", "pair")
    erp = by_pair["sap to salesforce"]
    assert (erp["num"], erp["den"], erp["value"]) == (4, 5, 0.8)
    assert erp["ci"] == pytest.approx([0.3755, 0.9638], abs=5e-5)
    crm = by_pair["salesforce to sap"]
    assert (crm["num"], crm["den"]) == (4, 6)


def test_six_accounts_of_five_golden_records_are_a_sixth_duplicate(book):
    assert sliced(book, "duplicate_rate", "system")["salesforce"]["value"] == pytest.approx(0.1667, abs=5e-5)
    assert sliced(book, "duplicate_rate", "system")["sap"]["value"] == 0


def test_a_country_agrees_in_three_of_four(book):
    found = row(book, "agreement", "country")
    assert (found["num"], found["den"]) == (3, 4)
    assert {one["part"] for one in rows(book, "agreement")} == {"country"}


def test_what_a_system_never_fills_is_not_judged_there(book):
    by_system = {name: one for name, one in sliced(book, "completeness", "system").items() if one["part"] == "tax_id"}
    assert list(by_system) == ["sap"]
    assert row(book, "completeness", "tax_id")["value"] == pytest.approx(1 / 5)
    assert row(book, "completeness", "country")["value"] == 1


def test_links_from_deal_to_order(book):
    found = row(book, "coverage", "opp_order")
    assert (found["num"], found["den"]) == (1, 2)
    assert (row(book, "coverage", "promise")["num"], row(book, "coverage", "promise")["den"]) == (0, 5)


def test_a_judged_sample_is_asked_for_by_name(book):
    for name in ("match_precision", "match_recall"):
        found = row(book, name)
        assert (found["status"], found["reason"]) == ("not_available", "not_available: entity_review.is_match")


def test_a_segment_is_a_slice_and_the_rest_is_unsegmented(book):
    found = sliced(book, "value_match", "segment")
    assert {name: (one["num"], one["den"]) for name, one in found.items()} == {
        "large": (100, 100), "Unsegmented": (85, 100),
    }  # fmt: skip


def test_two_systems_that_share_nothing_read_none_of_all(tmp_path):
    strangers = "\n".join(["customer_id | name", *(f"Z{n} | Nobody {n}" for n in range(6))])
    version = build_of(tmp_path, [*masters(account=strangers), *orders()])
    found = row(version, "value_match")
    assert (found["value"], found["num"], found["den"], found["status"]) == (0, 0, 200, "low_n")
    rate = sliced(version, "match_rate", "pair")["sap to salesforce"]
    assert (rate["num"], rate["den"], rate["value"]) == (0, 5, 0)


def test_masters_alone_still_say_how_many_fit(tmp_path):
    version = build_of(tmp_path, masters())
    found = sliced(version, "match_rate", "pair")["sap to salesforce"]
    assert (found["num"], found["den"]) == (4, 5)
    value = row(version, "value_match")
    assert value["value"] is None
    assert "net_amount" in value["reason"]


def test_one_system_alone_says_what_is_missing(tmp_path):
    version = build_of(tmp_path, [masters()[0], *orders()])
    for name in ("value_match", "match_rate"):
        found = row(version, name)
        assert (found["status"], found["value"]) == ("not_available", None), name
    assert row(version, "completeness", "country")["value"] == 1


def test_nothing_loaded_is_no_exception(tmp_path):
    version = build_of(tmp_path, [])
    for measure in METRIC.measures:
        for found in rows(version, measure.name):
            assert (found["value"], found["status"]) == (None, "not_available"), measure.name


def test_four_records_are_too_few(tmp_path):
    version = build_of(tmp_path, [*masters(), *orders(values=VALUES[:4])])
    found = row(version, "value_match")
    assert (found["status"], found["n"], found["excluded"]) == ("insufficient", 4, {"inactive": 1})


def test_records_without_business_for_24_months_stand_apart(tmp_path):
    old = [{"order_id": "9", "customer_id": "4", "ordered_date": "2024-03-31"}]
    lines = [{"order_line_id": "9", "order_id": "9", "ordered_qty": 1, "net_amount": 15}]
    four = [100, 50, 30]
    exports = [*masters(), *orders(values=four)]
    exports += [
        export("sap", "OLD", "sales_order", "2026-03-31", old),
        export("sap", "OLDL", "order_line", "2026-03-31", lines),
    ]
    version = build_of(tmp_path, exports)
    found = row(version, "value_match")
    assert (found["num"], found["den"], found["excluded"]) == (180, 180, {"inactive": 2})
    everything = row(version, "value_match", params={"records": "all"})
    assert (everything["num"], everything["den"], everything["n"]) == (180, 195, 5)
    day_before = row(version, "value_match", as_of=date(2026, 3, 30))
    assert (day_before["den"], day_before["excluded"]) == (195, {"inactive": 1})


def test_orders_after_the_day_are_worth_nothing_then(tmp_path):
    version = build_of(tmp_path, [*masters(), *orders()])
    assert row(version, "value_match", as_of=date(2026, 2, 1))["den"] == 200
    assert row(version, "value_match", as_of=date(2026, 1, 31))["den"] == 0


def test_the_account_for_all_who_buy_once_is_left_out(tmp_path):
    version = build_of(tmp_path, [*masters(kna1=KNA1.replace("Delta  ", "Walk-in")), *orders()])
    found = row(version, "value_match")
    assert (found["value"], found["excluded"]) == (1, {"one_time": 1})


def test_two_empty_cells_are_no_agreement(tmp_path):
    blank = ACCOUNT.replace("| Spain", "|      ").replace("| germany", "|        ")
    kna1 = KNA1.replace("Gamma   | FR", "Gamma   |   ")
    version = build_of(tmp_path, [*masters(account=blank, kna1=kna1), *orders()])
    found = row(version, "agreement", "country")
    assert (found["num"], found["den"]) == (2, 4)
    assert (found["coverage"]["both_missing"], found["coverage"]["one_missing"]) == (0.25, 0.25)


def test_a_parent_with_several_accounts_is_no_duplicate(tmp_path):
    kna1 = """
        customer_id | name      | parent_customer_id
        1           | Acme AG   |
        2           | Acme Nord | 1
        3           | Acme Sued | 1
    """
    version = build_of(tmp_path, [export("sap", "KNA1", "customer", "2026-03-31", kna1), *orders(values=VALUES[:3])])
    found = row(version, "duplicate_rate")
    assert (found["num"], found["den"]) == (0, 3)


def test_an_order_of_a_customer_nobody_lists_is_an_orphan(tmp_path):
    version = build_of(tmp_path, [*masters(), *orders(values=(*VALUES, 7))])
    found = sliced(version, "orphan_rate", "entity")["customer"]
    assert (found["num"], found["den"]) == (1, 6)
    whole = row(version, "orphan_rate")
    assert (whole["num"], whole["den"], whole["excluded"]) == (1, 6, {"no_master": 1})


def test_a_country_that_is_none_is_not_valid(tmp_path):
    version = build_of(tmp_path, [*masters(kna1=KNA1.replace("| FR ", "| Narnia ")), *orders()])
    found = sliced(version, "validity", "attribute", where={"system": ("sap",)})
    assert (found["country"]["num"], found["country"]["den"]) == (4, 5)
    assert (found["tax_id"]["num"], found["tax_id"]["den"]) == (1, 1)


def test_better_data_move_every_share_up(book, tmp_path):
    account = ACCOUNT.replace("Spain", "FR") + "    D | Delta | 4 | DE\n"
    better = build_of(
        tmp_path,
        [
            *masters(account=account, kna1=KNA1.replace("Beta    | DE      |  ", "Beta    | DE      | DE2345 ")),
            *orders(),
        ],
    )
    for name, part in (("value_match", None), ("agreement", "country"), ("completeness", "tax_id")):
        assert row(better, name, part)["value"] > row(book, name, part)["value"], name


def test_the_oldest_list_and_the_questions_that_wait(tmp_path):
    exports = [
        export("sap", "KNA1", "customer", "2026-03-01", "customer_id | name\n1 | Twin\n2 | Twin"),
        export("salesforce", "Account", "customer", "2026-03-21", "customer_id | name\nA | Twin\nB | Else"),
        *orders(values=(100, 50)),
    ]
    version = build_of(tmp_path, exports)
    assert row(version, "freshness")["value"] == 30
    assert {name: one["value"] for name, one in sliced(version, "freshness", "system").items()} == {
        "sap": 30,
        "salesforce": 10,
    }
    found = row(version, "queue_age")
    assert (found["value"], found["n"], found["status"]) == (10, 2, "insufficient")
    earlier = row(version, "freshness", as_of=date(2026, 3, 11))
    assert (earlier["value"], earlier["excluded"]) == (10, {"exported_later": 1})


def test_a_missing_rate_is_told(tmp_path):
    header = [
        {"order_id": str(n), "customer_id": str(n), "ordered_date": "2026-02-01", "currency": "USD"}
        for n in range(1, 6)
    ]
    exports = [*masters(), orders()[1], export("sap", "VBAK", "sales_order", "2026-03-31", header)]
    found = row(build_of(tmp_path, exports), "value_match")
    assert (found["value"], found["coverage"]["fx_missing"]) == (None, 1)


def test_values_have_wilson_with_the_effective_number_of_records():
    frame = pd.DataFrame({"num": [1.0] * 12 + [0.0] * 8, "den": [1.0] * 20, "cluster": range(20)})
    low, high, method = module.by_record(frame, {})
    assert (low, high) == pytest.approx((0.3866, 0.7812), abs=5e-5)
    heavy = frame.assign(num=[1.0] * 11 + [50.0] + [0.0] * 8, den=[1.0] * 11 + [50.0] + [1.0] * 8)
    wider = module.by_record(heavy, {})
    assert wider[2] == "wilson_n_eff" and method.startswith("wilson")
    assert module.by_record(frame.assign(num=frame["num"] * 1000, den=frame["den"] * 1000), {})[:2] == pytest.approx(
        (low, high)
    )
    assert module.by_record(frame.head(19), {}) is None


def test_suppliers_weigh_by_what_is_bought_from_them(tmp_path):
    bought = [{"po_line_id": n, "po_id": n, "product_id": "P", "ordered_qty": 2, "unit_price": 5} for n in ("1", "2")]
    headers = [{"po_id": n, "supplier_id": f"S{n}", "ordered_date": "2026-02-01"} for n in ("1", "2")]
    po = export("sap", "EKKO", "purchase_order", "2026-03-31", headers, more={"po_line": bought})
    lists = [
        export("sap", "LFA1", "supplier", "2026-03-31", "supplier_id | name\nS1 | Steel\nS2 | Stone"),
        export("salesforce", "Vendor", "supplier", "2026-03-31", "supplier_id | name\nV | Steel"),
    ]
    found = sliced(build_of(tmp_path, [po, *lists]), "value_match", "entity")["supplier"]
    assert (found["num"], found["den"]) == (10, 20)
