"""Real lists: Olist's sellers against the deals of its funnel by hand, and files of one system alone."""

import pandas as pd
import pytest

from tests.acceptance.conftest import total
from tests.real_data import at_hand


def slices(document: dict, dim: str) -> dict:
    return {row["slice"][dim]: row for row in document["rows"] if row["slice"]}


def test_an_erp_alone_has_nothing_to_be_matched_with(northwind):
    for measure in ("value_match", "match_rate"):
        row = total(northwind.metric("master_data_consistency", "--measure", measure))
        assert (row["status"], row["value"]) == ("not_available", None), measure


def test_no_document_of_northwind_names_a_stranger(northwind):
    document = northwind.metric("master_data_consistency", "--measure", "orphan_rate", "--by", "entity")
    found = slices(document, "entity")
    assert (found["customer"]["num"], found["customer"]["den"]) == (0, 830)
    assert (found["product"]["num"], found["product"]["den"]) == (0, 2155)


def test_customers_of_northwind_fill_their_region_no_more_than_they_do(northwind):
    """Two of 91 customers never ordered: they are inactive and stand apart."""
    (path,) = at_hand("northwind/customers.csv")
    names = pd.read_csv(path)["companyName"]
    document = northwind.metric("master_data_consistency", "--measure", "completeness", "--where", "entity=customer")
    row = total(document, "name")
    assert (row["num"], row["den"], row["excluded"]) == (len(names) - 2, 89, {"inactive": 2})


def test_accounts_of_a_pipeline_are_the_customers_of_its_deals(maven):
    pipeline, accounts = (
        pd.read_csv(path) for path in at_hand("maven_crm/sales_pipeline.csv", "maven_crm/accounts.csv")
    )
    named = pipeline["account"].dropna()
    row = slices(maven.metric("master_data_consistency", "--measure", "orphan_rate", "--by", "entity"), "entity")
    assert row["customer"]["den"] == len(named)
    assert row["customer"]["num"] == int((~named.isin(accounts["account"])).sum())


def test_a_sample_nobody_judged_is_named(olist):
    row = total(olist.metric("master_data_consistency", "--measure", "match_precision"))
    assert row["reason"] == "not_available: entity_review.is_match"


def test_sellers_of_the_funnel_are_found_in_the_shop_and_its_buyers_are_not(olist):
    """380 of the 842 sellers who signed stand in the shop's list; buyers, who bring all the value, are in no funnel."""
    names = ("orders", "order_items", "customers")
    orders, items, people = (
        pd.read_csv(path) for path in at_hand(*(f"olist_bravida/olist_{name}_dataset.csv" for name in names))
    )
    (sellers,) = (pd.read_csv(path) for path in at_hand("olist_official/olist_sellers_dataset.csv"))
    listed = people["customer_unique_id"].nunique() + sellers["seller_id"].nunique()
    document = olist.metric("master_data_consistency", "--measure", "match_rate", "--by", "pair",
                            "--param", "records=all", "--where", "entity=customer")  # fmt: skip
    assert sorted((row["num"], row["den"]) for row in slices(document, "pair").values()) == [(380, 842), (380, listed)]
    row = total(olist.metric("master_data_consistency", "--param", "records=all"))
    known = items.merge(orders[["order_id", "customer_id"]]).merge(people[["customer_id"]])
    assert (row["num"], row["value"], row["n"]) == (0, 0, listed)
    assert row["den"] == pytest.approx(known["price"].sum(), abs=0.01)
