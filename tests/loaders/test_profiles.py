"""Every hand-made export in tests/fixtures against the rows beside it, and the real SAP lists where they are at hand.

`<Object>[.<variant>].csv` is an export; `<Object>[.<variant>].<table>.expected.csv` holds exactly what it must give:
every filled column of every row, in canonical form, with the line of the file it came from.
"""

import csv
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from loaders.errors import LoadError
from loaders.load import load_files
from loaders.profile import claim, profiles
from tests.real_data import at_hand
from warehouse.home import Home
from warehouse.state import set_settings

FIXTURES = Path(__file__).parents[1] / "fixtures"
EXPORTS = sorted(path for path in FIXTURES.glob("*/*.csv") if not path.name.endswith(".expected.csv"))
DOCS = Path(__file__).resolve().parents[2] / "docs/source-systems.md"
POINTS = """
extends = "sap"
[numbers]
decimal = "."
thousands = ","
[dates]
format = ["%m/%d/%Y"]
"""


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    set_settings(home, tz="Europe/Berlin")
    return home


@pytest.fixture
def real_sap():
    return at_hand("sap_auritas")[0]


def text_of(value) -> str:
    """A stored value as an expected file writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal | float):
        return f"{Decimal(str(value)).normalize():f}"
    return str(value)


def stored(folder: Path, table: str) -> list[dict[str, str]]:
    """The rows of a load as texts, without the key in the source."""
    cursor = duckdb.connect().execute("select * from read_parquet(?)", [str(folder / f"{table}.parquet")])
    names = [item[0] for item in cursor.description]
    rows = [{name: text_of(value) for name, value in zip(names, row, strict=True)} for row in cursor.fetchall()]
    for row in rows:
        row.pop("source_id")
    return rows


def in_order(rows: list[dict[str, str]]) -> list[list[tuple[str, str]]]:
    """Rows by their filled cells, so that neither the order of rows nor empty columns matter."""
    return sorted(sorted((name, value) for name, value in row.items() if value) for row in rows)


def loaded(home: Home, file: Path, **options) -> tuple[list[dict], Path]:
    """The entries of one file and the folder of its load."""
    (result,) = load_files(home, [file], **options)
    return result.entries, home.loads / result.entries[0]["load_id"]


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_export_gives_exactly_the_rows_beside_it(home, export):
    entries, folder = loaded(home, export, exported_at="2024-07-15")
    wanted = {
        path.name.split(".")[-3]: path
        for path in export.parent.glob(f"{export.stem}.*.expected.csv")
        if path.name.split(".")[:-3] == export.stem.split(".")
    }
    assert {entry["table"] for entry in entries if entry["loaded"]} == set(wanted)
    assert sum(entry["rejected"] for entry in entries) == 0
    for table, path in wanted.items():
        expected = list(csv.DictReader(path.read_text("utf-8").splitlines()))
        assert in_order(stored(folder, table)) == in_order(expected)


def test_every_object_of_every_shipped_profile_has_an_export_here():
    shipped = {
        (name, thing) for name, profile in profiles(None).items() for thing in profile.objects if name != "generic"
    }
    assert shipped == {(path.parent.name, path.name.split(".")[0]) for path in EXPORTS}


def test_the_docs_name_every_object_of_every_shipped_profile_with_what_it_gives():
    told = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith("|")]
    for profile in profiles(None).values():
        for thing in profile.objects.values():
            rows = [line for line in told if thing.name in line.split("|")[2].replace(",", " ").split()]
            missing = [item.table.name for item in thing.tables if not any(item.table.name in line for line in rows)]
            assert profile.name == "generic" or not missing, (profile.name, thing.name)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_rows_in_are_loaded_rejected_or_ignored(home, export):
    entries, folder = loaded(home, export, exported_at="2024-07-15")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["system"] == export.parent.name and manifest["object"] == export.name.split(".")[0]
    for entry in entries:
        assert entry["rows_in"] == entry["loaded"] + entry["rejected"] + entry["ignored"] > 0


def test_a_date_in_the_file_name_is_the_day_of_the_export(home, tmp_path):
    dated = tmp_path / "MARD_2026-04-27.csv"
    dated.write_bytes((FIXTURES / "sap/MARD.csv").read_bytes())
    _, folder = loaded(home, dated)
    assert {row["snapshot_date"] for row in stored(folder, "inventory_snapshot")} == {"2026-04-27"}


# ------------------------------------------------------------------------------------------------ real SE16N lists


def header(file: Path) -> tuple[str, ...]:
    """The header as the loader sees it: the second column of one text is text#2."""
    names = next(csv.reader(file.open(encoding="utf-8-sig", errors="replace", newline="")))
    return tuple(
        name if name not in names[:place] else f"{name}#{names[: place + 1].count(name)}"
        for place, name in enumerate(names)
    )


@pytest.mark.parametrize("table", ["EKKO", "EKPO", "EKBE", "LFA1", "MARA"])
def test_a_real_list_with_english_labels_is_claimed_by_its_table_alone(real_sap, table):
    claims = claim(header(real_sap / f"{table}.csv"), profiles(None))
    assert [(profile.name, thing.name) for profile, thing in claims] == [("sap", table)]


@pytest.mark.parametrize("table", ["CDHDR", "EKKN", "PRCD_ELEMENTS"])
def test_a_real_list_of_another_table_is_claimed_by_nobody(real_sap, table):
    assert claim(header(real_sap / f"{table}.csv"), profiles(None)) == []


@pytest.mark.parametrize("table", ["EKKO", "EKPO", "EKBE"])
def test_a_list_in_american_dates_and_points_is_never_misread_as_a_german_one(real_sap, home, table):
    try:
        entries, _ = loaded(home, real_sap / f"{table}.csv", exported_at="2025-09-12")
    except LoadError as error:
        assert f"{table}.csv" in str(error)
    else:
        assert sum(entry["loaded"] for entry in entries) == 0
        assert {issue["column"] for entry in entries for issue in entry["issues"]}


@pytest.mark.parametrize(
    ("table", "canonical", "loaded_rows", "column", "total"),
    [
        ("EKKO", "purchase_order", 480, None, None),
        ("EKPO", "po_line", 500, "net_amount", "82459.62"),
        ("EKBE", "po_receipt", 497, "qty_received", "156285"),
        ("LFA1", "supplier", 137, None, None),
    ],
)
def test_a_profile_of_the_company_that_states_points_reads_the_real_lists(
    real_sap, home, table, canonical, loaded_rows, column, total
):
    home.profiles.mkdir(parents=True)
    (home.profiles / "sap.toml").write_text(POINTS, "utf-8")
    entries, _ = loaded(home, real_sap / f"{table}.csv", exported_at="2025-09-12")
    (entry,) = [entry for entry in entries if entry["table"] == canonical]
    assert (entry["loaded"], entry["rejected"]) == (loaded_rows, 0)
    if column:
        assert entry["control_totals"][column] == total
