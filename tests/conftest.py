"""Homes that many tests read, built once a run and shared between workers."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from warehouse.home import Home
from warehouse.versions import open_version

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def once(tmp_path_factory, name: str, make) -> Home:
    """A home made by `make(home)` once a run; with several workers one makes it and the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"shared-{name}"
    with FileLock(f"{folder}.lock"):
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(Home(folder / "home"))
            (folder / "done").touch()
    return Home(folder / "home")


def load_and_build(home: Home, paths: list[Path], **options) -> None:
    from loaders.load import load_files
    from metrics.materialise import materialise
    from warehouse.build import build

    entries = [entry for file in load_files(home, paths, **options) for entry in file.entries]
    refused = [entry for entry in entries if entry["status"] == "refused"]
    assert not refused, refused[:3]
    build(home, materialise=materialise)


def make_sample(home: Home) -> None:
    from sample_data.generate import write_company
    from warehouse.state import set_settings

    exports = home.path / "exports"
    write_company(exports, size="small")
    set_settings(home, tz="Europe/Berlin", reporting_currency="EUR")
    load_and_build(home, sorted(path for path in exports.rglob("*") if path.suffix in (".csv", ".txt", ".xlsx")))


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory) -> Home:
    return once(tmp_path_factory, "sample", make_sample)


@pytest.fixture
def stateless_home(tmp_path_factory, sample_home) -> Home:
    """The sample company's version in a home of its own, without anything that people set, for one test at a time."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    home = once(tmp_path_factory, f"stateless{worker}", lambda home: _copy_version(sample_home, home))
    for path in home.path.glob("state.sqlite*"):
        path.unlink()
    return home


def _copy_version(sample: Home, home: Home) -> None:
    shutil.copytree(sample.versions, home.versions)
    shutil.copy(sample.current, home.current)


@pytest.fixture(scope="session")
def sample_version(sample_home):
    return open_version(sample_home)
