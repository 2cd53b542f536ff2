"""A sales pipeline without amounts on open deals."""

from decimal import Decimal

import duckdb


def test_won_deals_have_the_value_the_book_says_and_open_ones_none(maven):
    entry = maven.entry("sales_pipeline.csv", "opportunity")
    assert (entry["rows_in"], entry["loaded"], entry["rejected"]) == (8800, 8800, 0)
    assert Decimal(entry["control_totals"]["amount"]) == 10005534
    path = maven.path / "loads" / entry["load_id"] / "opportunity.parquet"
    found = (
        duckdb.connect()
        .execute(f"select outcome, count(*), count(amount) from '{path}' group by all order by all")
        .fetchall()
    )
    assert found == [("lost", 2473, 2473), ("open", 2089, 0), ("won", 4238, 4238)]


def test_a_product_spelt_in_two_ways_is_one(maven):
    line, product = (
        maven.entry(file, table)
        for file, table in (("sales_pipeline.csv", "opportunity_line"), ("products.csv", "product"))
    )
    folders = [maven.path / "loads" / entry["load_id"] for entry in (line, product)]
    missing = f"""select count(*) from '{folders[0] / "opportunity_line.parquet"}' as line
        anti join '{folders[1] / "product.parquet"}' as product using (product_id)"""
    assert duckdb.connect().execute(missing).fetchone() == (0,)


def test_the_pipeline_is_dated_by_its_newest_close(maven):
    assert maven.manifest("sales_pipeline.csv")["exported_at"][:10] == "2017-12-31"
