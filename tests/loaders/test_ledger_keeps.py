"""A load is there in full or not at all; the same file is one load; a refused file keeps its neighbours out."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from loaders import ledger
from loaders.errors import LoadError
from tests.loaders.drawn import ORDERS
from warehouse import loads
from warehouse.loads import active_loads, restore, withdraw

GOOD = "Line,Order,Qty\n1,A,5\n"
OTHER = "Line,Order,Qty\n2,B,7\n3,B,x\n"


def everything(home) -> dict[str, bytes]:
    files = [path for path in home.path.rglob("*") if path.is_file() and path.name != "load.lock"]
    return {str(path.relative_to(home.path)): path.read_bytes() for path in files}


def test_the_same_file_again_changes_nothing(shop):
    first = shop.one("x.csv", GOOD)
    before = everything(shop.home)
    second = shop.one("renamed.csv", GOOD)
    assert (second.status, second.load_id) == ("unchanged", first.load_id)
    assert second.entries == [{**first.entries[0], "file": "renamed.csv", "status": "unchanged"}]
    assert everything(shop.home) == before


def test_the_same_bytes_twice_in_one_call_are_one_load(shop):
    shop.draw("a.csv", GOOD)
    shop.draw("b.csv", GOOD)
    results = shop.load("a.csv", "b.csv")
    assert [result.status for result in results] == ["loaded", "unchanged"]
    assert len(active_loads(shop.home)) == 1


def test_a_file_read_by_a_corrected_profile_takes_the_place_of_its_former_load(shop):
    first = shop.one("x.csv", GOOD)
    shop.profile(ORDERS.replace('planner = "Planner"', 'planner = "Order"'))
    second = shop.one("x.csv")
    assert (second.status, second.load_id) == ("loaded", first.load_id)
    assert shop.rows(second, "order_line", "planner") == [("A",)]
    assert [path.name for path in shop.home.loads.iterdir()] == [first.load_id]


def test_a_withdrawn_file_can_be_loaded_again(shop):
    first = shop.one("x.csv", GOOD)
    withdraw(shop.home, first.load_id)
    assert active_loads(shop.home) == []
    assert shop.one("x.csv").status == "loaded"
    assert [load.load_id for load in active_loads(shop.home)] == [first.load_id]


def test_a_dry_run_tells_the_same_and_writes_nothing(shop):
    shop.draw("x.csv", OTHER)
    before = everything(shop.home)
    (dry,) = shop.load("x.csv", dry_run=True)
    assert everything(shop.home) == before
    assert not shop.home.loads.exists()
    (wet,) = shop.load("x.csv")
    assert dry.entries == wet.entries


def test_one_refused_file_keeps_every_file_of_the_call_out(shop):
    shop.one("old.csv", "Line,Order,Qty\n9,Z,1\n")
    before = everything(shop.home)
    shop.draw("a.csv", GOOD)
    shop.draw("b.csv", "who,knows\n1,2\n")
    results = shop.load("a.csv", "b.csv", "old.csv")
    assert [result.status for result in results] == ["blocked", "refused", "unchanged"]
    assert results[0].entries[0]["load_id"] is None
    assert everything(shop.home) == before


def test_the_raw_file_is_kept_to_the_byte(shop):
    content = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    result = shop.one("x.csv", content)
    assert (shop.home.loads / result.load_id / "raw" / "data.csv").read_bytes() == content


def test_progress_rises_to_the_end_for_every_file(shop):
    told: list[tuple] = []
    shop.draw("a.csv", GOOD)
    shop.draw("b.csv", OTHER)
    shop.load("a.csv", "b.csv", progress=lambda *step: told.append(step))
    for name in ("a.csv", "b.csv"):
        shares = [share for file, share, _ in told if file == name]
        assert shares == sorted(shares) and shares[-1] == 1.0


def test_a_folder_stands_for_the_files_in_it(shop):
    shop.draw("in/b.csv", OTHER)
    shop.draw("in/a.csv", GOOD)
    shop.draw("in/notes.md", "no data")
    shop.draw("in/.hidden.csv", "no data")
    assert [result.file for result in shop.load("in")] == ["a.csv", "b.csv"]


def test_a_path_that_is_not_there_and_a_profile_nobody_knows_are_told(shop):
    with pytest.raises(LoadError, match="missing.csv: is no file"):
        shop.load("missing.csv")
    shop.draw("a.csv", GOOD)
    with pytest.raises(LoadError, match="nope: no such profile; known are .*salesforce"):
        shop.load("a.csv", profile="nope")


def test_a_profile_given_by_its_file_is_the_only_one_asked(ledger):
    ledger.draw("a.csv", GOOD)
    profile = ledger.draw("mine.toml", ORDERS)
    (result,) = ledger.load("a.csv", profile=str(profile))
    assert (result.status, ledger.manifest(result)["profile"]) == ("loaded", "mine")


def test_the_manifest_says_who_loaded_what(shop):
    result = shop.one("x.csv", OTHER, who="ann", exported_at="2024-05-01")
    manifest = shop.manifest(result)
    expected = {
        "load_id": result.load_id, "state": "active", "system": "shop", "side": "erp", "profile": "shop",
        "object": "lines",
        "file": "x.csv", "bytes": len(OTHER), "exported_at": "2024-05-01", "exported_is_date": True,
        "exported_basis": "command", "scope": "partial", "timezone": "UTC", "loaded_by": "ann",
    }  # fmt: skip
    assert {key: manifest[key] for key in expected} == expected
    (table,) = manifest["tables"]
    assert (table["rows_in"], table["loaded"], table["rejected"], table["ignored"]) == (2, 1, 1, 0)


def test_of_a_call_that_is_being_committed_readers_see_all_loads_or_none(shop, monkeypatch):
    shop.one("old.csv", "Line,Order,Qty\n9,Z,1\n")
    seen, rename = [], Path.rename

    def looking(path, target):
        seen.append(len(active_loads(shop.home)))
        renamed = rename(path, target)
        seen.append(len(active_loads(shop.home)))
        return renamed

    shop.draw("a.csv", GOOD)
    shop.draw("b.csv", OTHER)
    monkeypatch.setattr(Path, "rename", looking)
    shop.load("a.csv", "b.csv")
    monkeypatch.undo()
    assert set(seen) == {1}
    assert len(active_loads(shop.home)) == 3


def test_a_listing_that_a_commit_ran_through_is_made_anew(shop, monkeypatch):
    first, second = shop.one("a.csv", GOOD), shop.one("b.csv", OTHER)
    listings = [{first.load_id}, {first.load_id, second.load_id}]
    real = loads.listed
    monkeypatch.setattr(loads, "listed", lambda home: listings.pop(0) if listings else real(home))
    assert {load.load_id for load in active_loads(shop.home)} == {first.load_id, second.load_id}


@pytest.mark.parametrize("change", [withdraw, restore])
def test_a_withdrawal_waits_for_the_load_that_is_running(shop, change):
    load_id = shop.one("a.csv", GOOD).load_id
    with ledger.staging(shop.home, dry_run=False):
        thread = threading.Thread(target=change, args=(shop.home, load_id), daemon=True)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(30)
    assert not thread.is_alive()


KILLED = """
import os, signal, sys
from pathlib import Path
from loaders import ledger, load, stage
from warehouse.home import Home

place, nth = sys.argv[3], int(sys.argv[4])
place, name = place.split(".")
module = {"stage": stage, "load": load, "ledger": ledger, "os": os, "path": Path}[place]
real, calls = getattr(module, name), 0


def dying(*args, **kwargs):
    global calls
    calls += 1
    if calls == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **kwargs)


setattr(module, name, dying)
load.load_files(Home(Path(sys.argv[1])), [Path(sys.argv[2]) / "a.csv", Path(sys.argv[2]) / "b.csv"])
"""
STEPS = [
    ("stage.survey", 2), ("stage.open_source", 1), ("stage.write_part", 2), ("stage.settle_duplicates", 1),
    ("stage.prove", 2), ("load.write_manifest", 1), ("load.write_manifest", 2), ("ledger._fsync", 1),
    ("os.replace", 3), ("ledger._rename_all", 1), ("path.rename", 3), ("path.rename", 4), ("path.unlink", 1),
]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is not on Windows")
@pytest.mark.parametrize("place, nth", STEPS, ids=[f"{place}-{nth}" for place, nth in STEPS])
def test_a_load_killed_at_any_step_is_whole_or_gone_after_the_next(shop, place, nth):
    shop.one("old.csv", "Line,Order,Qty\n9,Z,1\n")
    shop.draw("a.csv", GOOD)
    shop.draw("b.csv", OTHER)
    command = [sys.executable, "-c", KILLED, str(shop.home.path), str(shop.folder), place, str(nth)]
    root = Path(__file__).resolve().parents[2]
    process = subprocess.run(command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True)
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    for load in active_loads(shop.home):
        assert all((load.folder / f"{entry['table']}.parquet").exists() for entry in load.tables)
    shop.load("old.csv")
    assert len(active_loads(shop.home)) in (1, 3)
    assert {path.name for path in shop.home.loads.iterdir()} == {load.load_id for load in active_loads(shop.home)}
    results = shop.load("a.csv", "b.csv")
    assert {result.status for result in results} <= {"loaded", "partly", "unchanged"}
    assert len(active_loads(shop.home)) == 3
