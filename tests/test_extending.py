"""A new file is all it takes: the metric and the profile of the README, dropped into a copy, show up everywhere."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import once

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("throughline", "warehouse", "loaders", "metrics", "charts", "reports", "sample_data")
CUSTOMERS = "shop_customer_no,company,land\n0007,Nord & Söhne,DE\n0012,Sud SA,FR\n"
LINES = "order_line_id,order_id,ordered_qty,cancelled_qty,requested_date\n1,A,5,0,2026-04-01\n2,A,3,3,2026-04-02\n"
ASKED = ("metric", "cancelled_share", "--home", "grown", "--format", "json")


def snippet(language: str) -> str:
    """The one code block of the README in this language."""
    [found] = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), flags=re.DOTALL)
    return found


def told(copy: Path, *words: str) -> dict:
    """The JSON that a command prints when run in the copy; it must succeed."""
    run = ran(copy, *words)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def ran(copy: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "throughline", *words],
        cwd=copy,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="session")
def copy(tmp_path_factory) -> Path:
    """The rooms, with the two files of the README and one export of the new system loaded."""
    return once(tmp_path_factory, "copy", lambda home: make_copy(home.path)).path


def make_copy(place: Path) -> None:
    for room in ROOMS:
        shutil.copytree(ROOT / room, place / room, ignore=shutil.ignore_patterns("__pycache__"))
    (place / "order_line.csv").write_text(LINES, "utf-8")
    told(place, "load", "order_line.csv", "--home", "grown", "--exported-at", "2026-04-30", "--json")
    (place / "metrics" / "execution" / "cancelled_share.py").write_text(snippet("python"), "utf-8")
    before = ran(place, *ASKED)
    built = told(place, "build", "--home", "grown", "--json")
    (place / "grown.json").write_text(json.dumps([before.stdout, before.stderr, built]), "utf-8")
    (place / "loaders" / "profiles" / "webshop.toml").write_text(snippet("toml"), "utf-8")
    (place / "customers.csv").write_text(CUSTOMERS, "utf-8")
    loaded = told(place, "load", "customers.csv", "--home", "home", "--exported-at", "2026-04-30", "--json")
    (place / "loaded.json").write_text(json.dumps(loaded), "utf-8")


def test_a_new_metric_file_is_in_the_catalogue_with_all_it_says(copy):
    entry = next(entry for entry in told(copy, "metrics", "--json")["metrics"] if entry["id"] == "cancelled_share")
    assert (entry["room"], entry["title"], entry["dims"]) == ("execution", "Cancelled lines", ["family"])
    assert entry["definition"].startswith("Share of order lines")
    assert set(entry["needs"]) == {"order_line", "product"}
    assert [(measure["measure"], measure["unit"], measure["headline"]) for measure in entry["measures"]] == [
        ("share", "share", True)
    ]


def test_a_new_metric_file_is_built_and_answers_honestly_without_its_input(copy):
    answer = told(copy, "metric", "cancelled_share", "--by", "family", "--home", "home", "--format", "json")
    [row] = answer["rows"]
    assert (row["value"], row["status"]) == (None, "not_available")
    assert "order_line.ordered_qty" in row["reason"]


def test_a_metric_dropped_beside_an_existing_home_asks_for_a_build_and_then_reads(copy):
    before, warned, built = json.loads((copy / "grown.json").read_text("utf-8"))
    assert json.loads(before)["rows"][0]["value"] is None
    assert "version 1 is not built from" in warned and "throughline build" in warned
    assert built == {"version": 2}
    after = ran(copy, *ASKED)
    [row] = json.loads(after.stdout)["rows"]
    assert (row["value"], row["num"], row["den"]) == (0.5, 1, 2)
    assert "throughline build" not in after.stderr


def test_a_new_profile_file_loads_the_exports_of_its_system(copy):
    loaded = json.loads((copy / "loaded.json").read_text("utf-8"))
    [entry] = loaded["files"]
    assert (entry["system"], entry["table"], entry["status"]) == ("webshop", "customer", "loaded")
    assert (entry["rows_in"], entry["loaded"], entry["rejected"], entry["ignored"]) == (2, 2, 0, 0)
    assert loaded["version"] == 1


def test_a_profile_in_the_home_folder_is_enough(copy):
    own = copy / "own" / "profiles"
    own.mkdir(parents=True)
    (own / "kiosk.toml").write_text(snippet("toml").replace("shop_customer_no", "kiosk_no"), "utf-8")
    (copy / "kiosk.csv").write_text(CUSTOMERS.replace("shop_customer_no", "kiosk_no"), "utf-8")
    loaded = told(copy, "load", "kiosk.csv", "--home", "own", "--exported-at", "2026-04-30", "--dry-run", "--json")
    assert [(entry["system"], entry["loaded"]) for entry in loaded["files"]] == [("kiosk", 2)]
