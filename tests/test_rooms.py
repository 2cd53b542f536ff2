"""The arrows between the rooms, read out of their imports."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = {
    "warehouse": set(),
    "loaders": {"warehouse"},
    "metrics": {"warehouse"},
    "charts": {"metrics"},
    "reports": {"charts", "metrics", "warehouse"},
    "ui": {"charts", "metrics", "warehouse"},
    "sample_data": set(),
    "pages": {"ui", "charts", "metrics", "warehouse", "loaders", "reports"},
    "app": {"ui", "charts", "metrics", "warehouse", "loaders", "reports", "pages", "sample_data"},
}
NAMES = {*ROOMS, "throughline", "app"}
ONLY_IN = {"streamlit": {"app", "pages", "ui", "throughline"}, "plotly": {"charts"}, "typer": {"throughline"}}


def files(room: str) -> list[Path]:
    return [ROOT / f"{room}.py"] if (ROOT / f"{room}.py").exists() else sorted((ROOT / room).rglob("*.py"))


@cache
def imported(path: Path) -> frozenset[str]:
    """The top-level names a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module" and node.args:
            found |= {word.partition(".")[0] for word in _texts(node.args[0])}
    return frozenset(found)


def _texts(node) -> list[str]:
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_its_arrows_allow(room):
    assert files(room), f"{room} has no files"
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(room)
        for name in imported(path) & NAMES - {room} - ROOMS[room]
    }
    assert not wrong


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_package_for_one_purpose_stays_in_its_rooms(package):
    users = {room for room in NAMES for path in files(room) if package in imported(path)}
    assert users and users <= ONLY_IN[package]


def test_no_product_file_imports_a_test_or_a_benchmark():
    wrong = [
        path
        for room in NAMES
        for path in files(room)
        if imported(path) & {"tests", "benchmarks", "pytest", "hypothesis"}
    ]
    assert not wrong


def test_every_folder_of_python_is_a_room_or_has_a_decision_for_it():
    known = NAMES | {"tests", "docs", "benchmarks", "hatch_build"}
    tops = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in ROOT.glob("*/*.py")} | {
        path.stem for path in ROOT.glob("*.py")
    }
    tops = {name for name in tops if not name.startswith(".") and name not in ("build", "dist", "demo")}
    decided = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert {name for name in tops - known if f"`{name}/`" not in decided} == set()
    assert tops >= {"warehouse", "loaders", "metrics", "throughline"}


def test_metrics_read_no_clock():
    """A number may depend on its version and its as-of date, never on the day it is read."""
    calls = {"today", "now", "utcnow", "time"}
    wrong = []
    for path in files("metrics"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in calls:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong
