"""Real exports through the command line: one home per data set, loaded once. Skips where the data is not at hand."""

import io
import json
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real_data import at_hand
from throughline.cli import run

PROFILES = Path(__file__).parent / "profiles"


@dataclass(frozen=True)
class RealHome:
    """A home that holds one real data set, and what the load of it said."""

    path: Path
    said: dict

    def entry(self, file: str, table: str) -> dict:
        (found,) = [item for item in self.said["files"] if Path(item["file"]).name == file and item["table"] == table]
        return found

    def manifest(self, file: str) -> dict:
        load_id = next(item["load_id"] for item in self.said["files"] if Path(item["file"]).name == file)
        return json.loads((self.path / "loads" / load_id / "manifest.json").read_text("utf-8"))

    def metric(self, metric_id: str, *options: str) -> dict:
        """The document of one reading."""
        code, said = throughline("metric", metric_id, *options, "--format", "json", "--home", str(self.path))
        assert code == 0, said
        return said


def throughline(*argv: str) -> tuple[int, dict]:
    """Exit code and JSON document of one command."""
    out, notes = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(notes):
        code = run(list(argv))
    return code, json.loads(out.getvalue())


def total(document: dict, part: str | None = None) -> dict:
    """The row over everything asked for."""
    (row,) = [row for row in document["rows"] if not row["slice"] and row["part"] == part]
    return row


def a_home(folder: Path, profiles: list[str]) -> Path:
    (folder / "profiles").mkdir(parents=True)
    for name in profiles:
        shutil.copy(PROFILES / f"{name}.toml", folder / "profiles")
    return folder


def load(folder: Path, profiles: list[str], files: list[str]) -> RealHome:
    paths = at_hand(*files)
    code, said = throughline("load", *map(str, paths), "--home", str(a_home(folder, profiles)), "--json")
    assert code == 0, said
    return RealHome(folder, said)


@pytest.fixture(scope="session")
def olist(tmp_path_factory):
    funnel = ["olist_marketing_qualified_leads_dataset", "olist_closed_deals_dataset"]
    shop = [
        "olist_orders_dataset",
        "olist_order_items_dataset",
        "olist_order_reviews_dataset",
        "olist_customers_dataset",
    ]
    masters = ["olist_products_dataset", "olist_sellers_dataset"]
    files = [f"olist_funnel/{name}.csv" for name in funnel] + [f"olist_bravida/{name}.csv" for name in shop]
    files += [f"olist_official/{name}.csv" for name in masters]
    return load(tmp_path_factory.mktemp("olist"), ["olist", "olist_funnel"], files)


@pytest.fixture(scope="session")
def northwind(tmp_path_factory):
    names = ["orders", "order_details", "customers", "products", "suppliers"]
    return load(tmp_path_factory.mktemp("northwind"), ["northwind"], [f"northwind/{name}.csv" for name in names])


@pytest.fixture(scope="session", params=["scms", "scms_mcgum5"])
def scms(request, tmp_path_factory):
    """The same table twice: commas with a BOM, and tabs with bare carriage returns."""
    return load(
        tmp_path_factory.mktemp(request.param), ["scms"], [f"{request.param}/SCMS_Delivery_History_Dataset.csv"]
    )


@pytest.fixture(scope="session")
def maven(tmp_path_factory):
    return load(
        tmp_path_factory.mktemp("maven"),
        ["maven"],
        [f"maven_crm/{name}.csv" for name in ("sales_pipeline", "accounts", "products")],
    )
