"""Every page on the sample company, on an empty home and on half of the exports: a number, or what to do."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from duckdb import BinderException

from metrics.registry import catalogue
from tests.conftest import load_and_build, once
from ui import data
from ui.escape import md_escape
from ui.places import GROUPS, INDICES, PAGE_OF, TILES
from warehouse.home import Home
from warehouse.versions import current, list_versions

FOLDER = Path(__file__).resolve().parents[2] / "pages"
SCRIPTS = sorted(path for path in FOLDER.glob("*.py") if path.name != "_shell.py")
OF_METRICS = {name: page.removesuffix(".py") for name, page in PAGE_OF.items()}


def words(app) -> str:
    """Everything a visitor reads on the page."""
    parts = [*app.title, *app.markdown, *app.caption, *app.warning, *app.info, *app.error, *app.subheader]
    html = [block.body if hasattr(block, "body") else block.value for block in app.get("html")]
    return " ".join(str(part.value) for part in parts) + " " + " ".join(map(str, html))


@pytest.mark.parametrize("metric_id", OF_METRICS)
def test_the_page_of_a_metric_has_its_headline_its_charts_its_slices_and_its_rows(visit, sample_home, metric_id):
    app, metric = visit(sample_home, OF_METRICS[metric_id]), catalogue()[metric_id]
    shown = words(app)
    assert app.title[0].value == metric.title and metric.headline.title in shown
    assert len(app.get("plotly_chart")) >= 3
    assert "The rows behind the number" in shown and "to 30 Apr 2026 · data version" in shown
    assert len(app.dataframe) >= 2
    assert all(md_escape(caveat).split()[0] in shown for caveat in metric.caveats)


def test_the_overview_has_a_tile_for_each_metric_with_both_comparisons_and_what_stands_out(visit, sample_home):
    shown = words(visit(sample_home))
    assert shown.count('<article class="tl">') >= len(TILES)
    for metric_id in (*TILES, *INDICES):
        assert catalogue()[metric_id].question[:20] in shown
    assert shown.count("vs prior period") >= 6 and shown.count("vs last year") >= 6
    assert "What stands out" in shown and "Weakest segment" in shown and "Salesforce to 30 Apr 2026" in shown


def test_every_metric_has_a_page_or_stands_in_an_index_and_every_page_is_in_the_navigation():
    assert {*PAGE_OF, *INDICES} == set(catalogue())
    assert sum(len(group) for group in GROUPS.values()) == len(set(PAGE_OF.values()))
    shell = (FOLDER / "_shell.py").read_text("utf-8")
    listed = {*PAGE_OF.values(), *re.findall(r'st\.Page\("(\w+\.py)"', shell)}
    assert listed == {path.name for path in SCRIPTS}


def test_the_overview_names_the_weakest_part_of_each_index_and_leads_to_the_pages_of_its_parts(visit, sample_home):
    app = visit(sample_home)
    shown = words(app)
    assert shown.count("Weakest part:") == 3 and "of 100" in shown
    parts = [part for name in INDICES for part in catalogue()[name].components]
    links = {link.proto.label for link in app.get("page_link")}
    assert {part.title for part in parts} <= links


def test_stock_by_segment_warns_that_shared_stock_gives_every_segment_the_same_days(visit, sample_home):
    assert any("the same days of a product" in warning.value for warning in visit(sample_home, "inventory").warning)


@pytest.mark.parametrize("page", [path.stem for path in SCRIPTS if path.stem not in ("upload", "catalogue")])
def test_an_empty_home_says_what_to_bring_first(visit, tmp_path, page):
    app = visit(Home(tmp_path / "empty"), page)
    assert "Nothing is loaded yet" in words(app) and "CRM" in words(app) and "ERP" in words(app)
    assert not app.get("plotly_chart")


def test_an_empty_home_can_be_filled_and_read_about(visit, tmp_path):
    home = Home(tmp_path / "empty")
    assert visit(home, "upload").get("file_uploader")
    assert len(visit(home, "catalogue").expander) == len(catalogue())


def test_the_catalogue_tells_the_sql_the_inputs_and_the_exports_that_fill_them(visit, sample_home):
    app = visit(sample_home, "catalogue")
    code = " ".join(block.value for block in app.code)
    assert "line_known" in code and "select" in code.lower()
    fed = next(frame.value for frame in app.dataframe if "Exports that fill it" in frame.value.columns)
    assert fed["Exports that fill it"].str.contains("SAP VBAP").any()
    lines = fed.set_index("Table").loc["order_line"]
    assert lines["Of these loaded"].startswith("SAP VBAP") and lines["Loaded"]
    tables = [frame.value for frame in app.dataframe if "Of these loaded" in frame.value.columns]
    absent = {name for table in tables for name in table.loc[table["Of these loaded"] == "none", "Table"]}
    assert "customer_setting" in absent and not absent & {"lead", "order_line"}


def test_the_catalogue_tells_all_that_a_definition_holds(visit, tmp_path):
    app = visit(Home(tmp_path / "empty"), "catalogue")
    code, shown = {block.value for block in app.code}, words(app)
    columns = {column for frame in app.dataframe for column in frame.value.columns}
    assert {"Interval", "Meaning", "Default", "Missing is called", "Left out when", "Anchors"} <= columns
    for metric in catalogue().values():
        assert {metric.definition, metric.example.strip("\n")} <= code, metric.id
    assert shown.count("History of the definition") == shown.count("Read with care") == len(catalogue())


@pytest.fixture(scope="session")
def crm_home(tmp_path_factory, sample_home) -> Home:
    """The sample company's CRM exports without its ERP."""
    exports = sorted((sample_home.path / "exports" / "salesforce").glob("*"))
    return once(tmp_path_factory, "only-crm", lambda home: load_and_build(home, exports))


def test_with_only_crm_exports_the_pages_ask_for_the_erp(visit, crm_home):
    shown = words(visit(crm_home))
    assert "Only CRM exports are loaded" in shown and "not available" in shown
    delivery = visit(crm_home, "delivery")
    assert "cannot be read from what is loaded" in words(delivery) and not delivery.get("plotly_chart")


def test_a_scope_without_rows_offers_to_clear_the_filters(visit, sample_home):
    given = {"period": "Own dates", "from": "1999-01-01", "to": "1999-01-31"}
    app = visit(sample_home, "delivery", **given)
    assert "Nothing in this scope" in words(app)
    app.button(key="clear_scope").click().run()
    assert app.selectbox(key="period").value == "Usual period" and app.get("plotly_chart")


def test_the_address_sets_the_scope_and_every_page_keeps_it(visit, sample_home):
    app = visit(sample_home, period="6 months", segment="SMB")
    assert app.selectbox(key="period").value == "6 months" and app.multiselect(key="segment").value == ["SMB"]
    app.switch_page("delivery.py")
    app.run().run()
    assert dict(app.query_params) == {"period": "6 months", "segment": "SMB"}
    assert "Nov 2025 – Apr 2026" in words(app)


def test_what_the_address_cannot_mean_is_dropped(visit, sample_home):
    app = visit(sample_home, period="99 months", segment="<script>", version="77")
    assert app.selectbox(key="period").value == "Usual period" and app.multiselect(key="segment").value == []
    assert any("Version 77 is no longer kept" in warning.value for warning in app.warning)


def test_a_filter_that_a_metric_lacks_is_said_and_not_ignored_in_silence(visit, sample_home):
    site = visit(sample_home, "delivery").multiselect(key="site").options[0]
    assert "not by site" in words(visit(sample_home, "leads", site=site))
    assert "not by site" in words(visit(sample_home, site=site))


def test_a_pinned_version_is_said_to_be_old_and_can_be_left(visit, tmp_path, sample_home):
    home = Home(tmp_path / "pinned")
    load_and_build(home, sorted((sample_home.path / "exports" / "salesforce").glob("Lead*")))
    load_and_build(home, sorted((sample_home.path / "exports" / "salesforce").glob("Account*")))
    first, now = list_versions(home)[0]["number"], current(home)
    app = visit(home, version=str(first))
    assert any(f"version {first} of the data. The current one is {now}" in info.value for info in app.info)
    app.button(key="unpin").click().run()
    assert not app.info and app.selectbox(key="version").value == "current"


def test_a_failed_build_is_told_on_every_page_while_the_former_version_stays(visit, tmp_path, sample_home, monkeypatch):
    from warehouse import build as builder

    home = Home(tmp_path / "failed")
    load_and_build(home, sorted((sample_home.path / "exports" / "salesforce").glob("Lead*")))
    with pytest.raises(RuntimeError, match="disk is full"):
        builder.build(home, materialise=lambda con, facts: (_ for _ in ()).throw(RuntimeError("the disk is full")))
    app = visit(home, "leads")
    assert any("failed" in error.value and "the disk is full" in error.value for error in app.error)


def test_a_version_of_an_earlier_release_asks_to_be_built_again_instead_of_failing(visit, sample_home, monkeypatch):
    def old(of, metric_id, request):
        raise BinderException("column evidence not found")

    monkeypatch.setattr(data, "read", old)
    monkeypatch.setattr(data, "_kept", type(data._kept)())
    monkeypatch.setattr(data, "_made", type(data._made)())
    assert "took its present form: build again" in words(visit(sample_home))
    assert "older than the metric" in words(visit(sample_home, "delivery"))


def test_no_page_is_named_like_a_module_that_something_imports():
    taken = set(sys.stdlib_module_names) | set(packages_distributions())
    assert not {path.stem for path in SCRIPTS} & taken


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_page_is_short_and_holds_neither_sql_nor_colours_nor_arithmetic(script):
    text = script.read_text("utf-8")
    assert len(text.splitlines()) <= 90
    assert not re.search(r"\bselect\b.+\bfrom\b", text, re.IGNORECASE) and not re.search(r"#[0-9a-fA-F]{3,8}\b", text)
    sums = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.BinOp) and script.stem != "upload"]
    assert not sums, f"line {sums[0].lineno} computes" if sums else ""
