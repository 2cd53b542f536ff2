"""The one real chain from lead to delivery: the answers were computed in pandas from the very same files."""

import shutil
from decimal import Decimal

import duckdb
import pytest

from tests.acceptance.conftest import PROFILES, a_home, throughline, total
from tests.real_data import at_hand

WHOLE = ("--from", "2016-01-01", "--to", "2018-12-31")


@pytest.mark.parametrize(
    ("file", "table", "rows", "kept", "ignored"),
    [
        ("olist_marketing_qualified_leads_dataset.csv", "lead", 8000, 8000, 0),
        ("olist_closed_deals_dataset.csv", "opportunity", 842, 842, 0),
        ("olist_orders_dataset.csv", "sales_order", 8135, 8135, 0),
        ("olist_orders_dataset.csv", "shipment", 8135, 5170, 2965),
        ("olist_order_items_dataset.csv", "order_line", 8365, 8365, 0),
        ("olist_order_reviews_dataset.csv", "survey_response", 8225, 8225, 0),
        ("olist_customers_dataset.csv", "customer", 8135, 8016, 119),
        ("olist_customers_dataset.csv", "entity_alias", 8135, 8135, 0),
        ("olist_products_dataset.csv", "product", 32951, 32951, 0),
        ("olist_sellers_dataset.csv", "supplier", 3095, 3095, 0),
    ],
)
def test_every_row_is_loaded_or_accounted_for(olist, file, table, rows, kept, ignored):
    entry = olist.entry(file, table)
    assert (entry["rows_in"], entry["loaded"], entry["ignored"], entry["rejected"]) == (rows, kept, ignored, 0)


def test_the_value_of_the_items_ties_to_the_file(olist):
    entry = olist.entry("olist_order_items_dataset.csv", "order_line")
    assert Decimal(entry["control_totals"]["net_amount"]) == Decimal("1093264.35")


def test_the_profile_states_when_the_extract_was_taken(olist):
    for file in ("olist_orders_dataset.csv", "olist_closed_deals_dataset.csv"):
        manifest = olist.manifest(file)
        assert (manifest["exported_at"][:10], manifest["exported_basis"]) == ("2018-11-14", "profile")


@pytest.mark.parametrize(("window", "won"), [("none", 841), ("90", 691)])
def test_won_rate_of_leads(olist, window, won):
    row = total(olist.metric("lead_to_order_rate", "--measure", "won_rate", "--param", f"window={window}", *WHOLE))
    assert (row["num"], row["den"]) == (won, 8000)
    assert row["value"] == pytest.approx(won / 8000, abs=1e-12)


@pytest.mark.parametrize(
    ("options", "kept", "promised"),
    [
        (("--param", "grain=order", "--param", "population=delivered"), 4827, 5170),
        (("--param", "grain=line", "--param", "population=delivered"), 5534, 5911),
        (("--param", "grain=order"), 4822, 7510),
    ],
    ids=["delivered orders", "delivered lines", "due orders"],
)
def test_on_time_and_in_full(olist, options, kept, promised):
    row = total(olist.metric("otif", *options, "--as-of", "2018-10-17", *WHOLE))
    assert (row["num"], row["den"]) == (kept, promised)
    assert row["value"] == pytest.approx(kept / promised, abs=1e-12)


def test_satisfaction_falls_with_lateness(olist):
    options = ("--measure", "rho", "--measure", "tau_b", "--param", "population=delivered", "--param", "timing=any")
    rows = {
        row["measure"]: row
        for row in olist.metric("satisfaction_vs_delivery", *options, *WHOLE)["rows"]
        if not row["slice"]
    }
    assert rows["rho"]["value"] == pytest.approx(-0.17772, abs=5e-6)
    assert rows["tau_b"]["value"] == pytest.approx(-0.14019, abs=5e-6)
    assert rows["rho"]["n"] == 5170


def test_mean_score_on_time_and_late(olist):
    options = ("--measure", "mean_score", "--param", "population=delivered", "--param", "timing=any")
    document = olist.metric("satisfaction_vs_delivery", *options, *WHOLE)
    scores = {row["part"]: (round(row["value"], 4), row["n"]) for row in document["rows"] if not row["slice"]}
    assert scores["on_time"] == (4.2712, 4827)
    assert scores["late"] == (2.1837, 343)


@pytest.mark.parametrize(
    ("folder", "form", "columns"),
    [
        ("olist_youleissy", "%m/%d/%Y %H:%M", ["ordered_at", "confirmed_at"]),
        ("olist_aravind", "%d-%m-%Y %H:%M", ["confirmed_at"]),
    ],
    ids=["month first", "day first"],
)
def test_the_same_orders_saved_by_a_spreadsheet_read_to_the_same_instants(olist, tmp_path, folder, form, columns):
    (file,) = at_hand(f"{folder}/olist_orders_dataset.csv")
    home = a_home(tmp_path / "home", [])
    text = (PROFILES / "olist.toml").read_text("utf-8").replace("%Y-%m-%d %H:%M:%S", form)
    text = text.replace('"order_purchase_timestamp", "order_estimated', '"order_estimated')
    (home / "profiles/olist.toml").write_text(text, "utf-8")
    code, said = throughline("load", str(file), "--home", str(home), "--json")
    assert code == 0
    names = ", ".join(f"date_trunc('minute', {name}) as {name}" for name in columns)
    stored = [
        path / "loads" / loaded["load_id"]
        for path, loaded in ((olist.path, olist.entry(file.name, "sales_order")), (home, said["files"][0]))
    ]
    first, second = (f"select order_id, {names} from '{found / 'sales_order.parquet'}'" for found in stored)
    con = duckdb.connect()
    shared = con.execute(f"select count(*) from ({first}) join ({second}) as other using (order_id)").fetchone()[0]
    same = con.execute(f"select count(*) from ({first} intersect {second})").fetchone()[0]
    assert shared == same >= 384


def test_a_file_whose_dates_fit_no_stated_format_is_not_read_at_all(tmp_path):
    (file,) = at_hand("olist_youleissy/olist_orders_dataset.csv")
    home = a_home(tmp_path / "home", ["olist"])
    code, said = throughline("load", str(file), "--home", str(home), "--json")
    assert code != 0
    assert sum(entry["loaded"] for entry in said["files"]) == 0


def test_the_same_files_again_change_nothing(olist, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(olist.path, home)
    code, said = throughline(
        "load", str(at_hand("olist_funnel/olist_closed_deals_dataset.csv")[0]), "--home", str(home), "--json"
    )
    assert (code, {entry["status"] for entry in said["files"]}, said["version"]) == (
        0,
        {"unchanged"},
        olist.said["version"],
    )
