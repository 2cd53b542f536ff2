"""A draft gets a person started; a filled template loads as it is."""

import csv
import tomllib

from loaders.profile import read_profile
from loaders.suggest import check_profile, new_profile
from loaders.templates import write_templates
from warehouse.schema import tables

SALES = """Order ID,Customer No,Order Date,Status,Currency,Sum
1,C1,31/01/2024,open,EUR,"1.234,50"
2,C2,01/02/2024,open,EUR,"7,00"
"""


def test_a_draft_names_the_nearest_table_and_leaves_the_doubtful_to_a_person(tmp_path):
    file = tmp_path / "sales 2024.csv"
    file.write_text(SALES, "utf-8")
    draft = new_profile(file)
    told = tomllib.loads(draft)["object"]["sales_2024"]
    (table,) = told["table"]
    assert table["table"] == "sales_order"
    assert table["columns"]["order_id"] == "Order ID"
    assert table["columns"]["ordered_date"] == {"from": "Order Date", "format": "%d/%m/%Y"}
    assert "# not used: \"Sum\", such as '1.234,50'" in draft


def test_a_date_that_fits_two_formats_is_drafted_as_a_question(tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text(SALES.replace("31/01/2024", "03/01/2024"), "utf-8")
    assert "also fits %m/%d/%Y: decide" in new_profile(file)


def test_a_draft_is_a_profile_that_loads_the_file_it_was_drafted_for(ledger):
    file = ledger.draw("sales.csv", SALES)
    (ledger.folder / "mine.toml").write_text(new_profile(file), "utf-8")
    assert check_profile(ledger.folder / "mine.toml") == []
    assert read_profile(ledger.folder / "mine.toml").name == "mine"
    result = ledger.one("sales.csv", profile=str(ledger.folder / "mine.toml"))
    assert ledger.rows(result, "sales_order", "order_id, customer_id, ordered_date::varchar") == [
        ("1", "C1", "2024-01-31"),
        ("2", "C2", "2024-02-01"),
    ]


def test_there_is_a_template_for_every_canonical_table(tmp_path):
    written = write_templates(tmp_path / "templates")
    headers = {path.stem: next(csv.reader(path.open(encoding="utf-8", newline=""))) for path in written}
    assert headers == {table.name: list(table.columns) for table in tables().values()}


def test_every_template_is_claimed_by_its_own_table_and_loads_empty(ledger):
    write_templates(ledger.folder)
    results = ledger.load(*sorted(f"{name}.csv" for name in tables()), dry_run=True, exported_at="2024-01-31")
    assert {entry["table"] for result in results for entry in result.entries} == set(tables())
    assert {result.status for result in results} == {"loaded"}


def test_a_table_none_of_whose_columns_is_filled_is_a_fault(tmp_path):
    text = 'system = "X"\nside = "erp"\n[object.a]\nrecognise = ["q"]\n[[object.a.table]]\ntable = "case_sla"\n'
    (tmp_path / "x.toml").write_text(f"{text}[object.a.table.columns]\n", "utf-8")
    assert "x.toml: [object.a] case_sla: no column of it is filled" in check_profile(tmp_path / "x.toml")


def test_a_file_like_no_table_gets_no_table_but_what_to_choose_from(tmp_path):
    (tmp_path / "odd.csv").write_text("qqq,zzz\nfoo,bar\n", "utf-8")
    draft = new_profile(tmp_path / "odd.csv")
    assert "table" not in tomllib.loads(draft)["object"]["odd"]
    assert "# table = ?" in draft and "sales_order" in draft
    (tmp_path / "odd.toml").write_text(draft, "utf-8")
    assert check_profile(tmp_path / "odd.toml")


def test_the_header_of_a_web_shop_s_customers_is_drafted_as_customer(tmp_path):
    (tmp_path / "c.csv").write_text("shop_customer_no,company,land\n0007,Nord & Söhne,DE\n", "utf-8")
    (table,) = tomllib.loads(new_profile(tmp_path / "c.csv"))["object"]["c"]["table"]
    assert table["table"] == "customer"
    assert table["columns"]["customer_id"] == "shop_customer_no"
