"""status, withdraw, rollback, settings and build: the versions of one home, and the way back."""

import json
import shutil
import threading

import pytest

from warehouse import build
from warehouse.home import Home
from warehouse.loads import lock
from warehouse.state import set_settings

COUNTS = ("rows_in", "loaded", "rejected", "ignored")


pytestmark = pytest.mark.usefixtures("without_metrics")


@pytest.fixture
def load(asked, shop):
    return lambda path, *more: asked("load", path, "--home", shop.home, "--exported-at 2026-04-30 --json", *more)


def test_a_withdrawn_load_restores_the_former_rows_and_loading_it_again_brings_it_back(load, shop, asked):
    first, second = shop("a.csv", "0007,Nord,1"), shop("b.csv", "0007,Nord,1", "0012,Süd,2")
    load(first)
    load_id = load(second)[1]["files"][0]["load_id"]

    def rows():
        return asked("status --json --home", shop.home)[1]["coverage"]["rows"]["customer"]

    assert rows() == 2
    code, told = asked("withdraw", load_id, "--json --home", shop.home)
    assert (code, told["version"], told["state"], rows()) == (0, 3, "withdrawn", 1)
    assert load(second)[1]["version"] == 4
    assert rows() == 2


def test_an_unknown_load_is_exit_2_and_changes_nothing(asked, shop, load):
    load(shop("a.csv", "0007,Nord,1"))
    code, told = asked("withdraw nothere --json --home", shop.home)
    assert code == 2 and "nothere" in told["error"]
    assert asked("status --json --home", shop.home)[1]["current"] == 1


def test_rollback_gives_readers_the_older_version_until_something_new_is_loaded(load, shop, asked):
    first = shop("a.csv", "0007,Nord,1")
    load(first)
    load(shop("b.csv", "0012,Süd,2"))
    assert asked("rollback 1 --json --home", shop.home) == (0, {"version": 1, "before": 2, "newest": 2})
    assert load(first)[1]["version"] == 1
    assert load(shop("c.csv", "0013,Ost,3"))[1]["version"] == 3


def test_after_a_rollback_every_command_says_what_is_up_what_is_newest_and_how_to_go_forward(load, shop, call, asked):
    load(shop("a.csv", "0007,Nord,1"))
    load(shop("b.csv", "0012,Süd,2"))
    said = "version 1 is up, the newest is 2; throughline rollback 2 goes forward again"
    assert said in call("rollback 1 --home", shop.home)[1]
    code, out, err = call("status --home", shop.home)
    assert (code, [line for line in err.splitlines() if line]) == (1, [f"throughline: {said}"])
    told = asked("status --json --home", shop.home)[1]
    assert (told["current"], told["newest"], told["stale"]) == (1, 2, False)
    assert call("rollback 2 --home", shop.home)[1] == "version 2 is current (before: 1)\n"
    assert call("status --home", shop.home)[0] == 0


def test_status_calls_stale_exactly_what_a_load_would_build_anew(load, shop, asked, call, monkeypatch):
    path = shop("a.csv", "0007,Nord,1")
    load(path)

    def stale():
        return asked("status --json --home", shop.home)[1]["stale"]

    assert not stale()
    set_settings(Home(shop.home), fiscal_start="04-01")
    assert stale()
    code, _, err = call("status --home", shop.home)
    assert code == 1 and "stale: version 1 is not built from the present loads, settings and definitions" in err
    assert "throughline build" in err
    assert load(path)[1]["version"] == 2 and not stale()
    monkeypatch.setattr("metrics.materialise.fingerprint", lambda: "another definition")
    assert stale()


def test_rollback_to_a_version_that_is_not_there_is_exit_2_and_names_those_that_are(load, shop, asked):
    load(shop("a.csv", "0007,Nord,1"))
    code, told = asked("rollback 9 --json --home", shop.home)
    assert code == 2 and "no version 9; there are 1" in told["error"]


def test_status_of_an_empty_home_says_what_to_do(call, asked, tmp_path):
    code, out, _ = call("status --home", tmp_path / "new")
    assert code == 0 and "throughline load" in out
    assert asked("status --json --home", tmp_path / "new")[1]["versions"] == []
    assert not (tmp_path / "new").exists()


def test_status_tells_freshness_rows_and_loads(load, shop, call):
    load(shop("a.csv", "0007,Nord,1"))
    code, out, _ = call("status --home", shop.home)
    assert code == 0
    assert [word in out for word in ("2026-04-30", "customer", "a.csv", "version   1")] == [True] * 4


def test_an_old_master_is_told_and_exit_1(load, shop, asked, call):
    load(shop("a.csv", "0007,Nord,1"))
    other = shop.home / "profiles" / "kiosk.toml"
    other.write_text((shop.home / "profiles" / "shop.toml").read_text("utf-8").replace('"no"', '"nr"'), "utf-8")
    late = shop("k.csv", "1,Ost,1")
    late.write_text("nr,company,rank\n1,Ost,1\n", "utf-8")
    asked("load", late, "--json --exported-at 2026-06-30 --home", shop.home)
    code, _, err = call("status --home", shop.home)
    assert code == 1
    assert "shop Customers reaches only to 2026-04-30, 61 days behind" in err


def test_settings_are_checked_kept_and_built_in(load, shop, asked):
    load(shop("a.csv", "0007,Nord,1"))
    code, told = asked("settings tz=Europe/Oslo week_start=7 --json --home", shop.home)
    assert (code, told["tz"], told["week_start"], told["version"]) == (0, "Europe/Oslo", 7, 2)
    code, told = asked("settings tz=Nowhere --json --home", shop.home)
    assert code == 2 and "Nowhere" in told["error"]
    assert asked("settings --json --home", shop.home)[1]["tz"] == "Europe/Oslo"


def test_a_setting_or_decision_that_was_not_built_in_yet_makes_an_unchanged_load_build(load, shop, asked):
    path = shop("a.csv", "0007,Nord,1")
    load(path)
    asked("match reject customer shop/0007 sap/1 --later --json --home", shop.home)
    assert [load(path)[1]["version"] for _ in range(2)] == [2, 2]
    set_settings(Home(shop.home), fiscal_start="04-01")
    assert [load(path)[1]["version"] for _ in range(2)] == [3, 3]


@pytest.mark.parametrize("folder, name", [("schema", "x.toml"), ("marts", "99_x.sql"), ("steps", "x.py")])
def test_a_changed_text_of_the_build_makes_an_unchanged_load_build(load, shop, monkeypatch, tmp_path, folder, name):
    path = shop("a.csv", "0007,Nord,1")
    load(path)
    sources = [tmp_path / source.name for source in build.SOURCES]
    for source, copy in zip(build.SOURCES, sources, strict=True):
        shutil.copytree(source, copy)
    monkeypatch.setattr("warehouse.build.SOURCES", tuple(sources))
    assert load(path)[1]["version"] == 1
    (tmp_path / folder / name).write_text("-- new", "utf-8")
    assert load(path)[1]["version"] == 2


def test_build_makes_a_version_of_what_is_there(load, shop, asked, call):
    load(shop("a.csv", "0007,Nord,1"))
    assert asked("build --json --home", shop.home) == (0, {"version": 2})
    code, out, _ = call("build --home", shop.home)
    assert (code, out) == (0, "version 3\n")


def test_a_withdrawn_load_withdrawn_again_builds_nothing(load, shop, asked):
    load_id = load(shop("a.csv", "0007,Nord,1"))[1]["files"][0]["load_id"]
    told = [asked("withdraw", load_id, "--json --home", shop.home)[1] for _ in range(2)]
    assert [(one["state"], one["version"]) for one in told] == [("withdrawn", 2), ("withdrawn", 2)]


@pytest.fixture
def died(load, shop):
    """A home whose last load died after its verdict: one of its two files was renamed, the note is left."""
    first = load(shop("a.csv", "0007,Nord,1"))[1]["files"][0]["load_id"]
    paths = shop("b.csv", "0012,Süd,2"), shop("c.csv", "0013,Ost,3")
    ids = [entry["load_id"] for path in paths for entry in load(path)[1]["files"]]
    loads = shop.home / "loads"
    (loads / ids[1]).rename(loads / ".tmp-1")
    for version in (shop.home / "versions").glob("[23].*"):
        version.unlink()
    (shop.home / "CURRENT").write_text("1", "utf-8")
    (loads / ".commit.json").write_text(json.dumps({ids[0]: ".tmp-0", ids[1]: ".tmp-1"}), "utf-8")
    return first, *ids


def customers(asked, shop) -> int:
    return asked("status --json --home", shop.home)[1]["coverage"]["rows"]["customer"]


def test_status_tells_a_commit_that_died_but_not_one_that_is_at_work(died, shop, asked, call):
    code, told = asked("status --json --home", shop.home)
    assert (code, told["unfinished"]) == (1, sorted(died[1:]))
    said = "2 loads of a call that died are not in the numbers; throughline build finishes it"
    assert said in call("status --home", shop.home)[2]
    with lock(Home(shop.home)):
        assert asked("status --json --home", shop.home)[1]["unfinished"] == []


def test_a_build_finishes_the_commit_that_died_and_publishes_its_loads(died, shop, asked):
    assert customers(asked, shop) == 1
    code, _ = asked("build --json --home", shop.home)
    assert (code, customers(asked, shop)) == (0, 3)
    code, told = asked("status --json --home", shop.home)
    assert (code, told["unfinished"], len(told["loads"])) == (0, [], 3)
    assert not (shop.home / "loads" / ".commit.json").exists()


@pytest.mark.parametrize("which", [0, 2])
def test_a_withdrawal_finishes_the_commit_that_died_first(died, shop, asked, which):
    code, _ = asked("withdraw", died[which], "--json --home", shop.home)
    assert (code, customers(asked, shop)) == (0, 2)
    assert asked("status --json --home", shop.home)[1]["unfinished"] == []


def test_a_build_waits_for_the_load_that_is_committing(died, shop, call, monkeypatch):
    began = []
    monkeypatch.setattr("warehouse.build.build", lambda home, **_: began.append(home) or 2)
    with lock(Home(shop.home)):
        thread = threading.Thread(target=call, args=("build --home", shop.home), daemon=True)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive() and not began
    thread.join(60)
    assert len(began) == 1


def test_status_of_a_home_with_unresolved_references_counts_the_rows_that_hold_them(call, shop, tmp_path):
    path = tmp_path / "order_line_2026-04-30.csv"
    path.write_text("order_line_id,order_id,site_id\n1,A,P1\n2,A,P1\n3,B,P2\n", "utf-8")
    assert call("load", path, "--home", shop.home)[0] == 0
    code, out, err = call("status --home", shop.home)
    assert code == 0, err
    [line] = [line.split() for line in out.splitlines() if line.startswith("order_line ")]
    assert line == ["order_line", "3", "6"]  # three name an order, three a site
