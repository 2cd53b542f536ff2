"""A version appears whole or not at all, whatever kills the builder and however many read meanwhile."""

import multiprocessing
import os
import signal
import threading

import pytest

from tests.warehouse.drawn import add_load, bare_build, bare_version, drawn_home, export, fingerprint
from warehouse.loads import active_loads, restore, withdraw
from warehouse.steps.job import BuildError
from warehouse.versions import current, numbers, open_version

METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


COUNTS = "select version, (select count(*) from sales_order), (select count(*) from order_line) from version_info"


def orders(day, count):
    return export(
        "sap",
        "VBAK",
        "sales_order",
        day,
        [{"order_id": str(n)} for n in range(count)],
        more={"order_line": [{"order_line_id": str(n), "order_id": str(n)} for n in range(count)]},
    )


def build_until(home, step):
    def die(done):
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    bare_build(home, progress=die)


def read_on(home, stop, seen):
    """Read what every version promises of itself, until told to stop; put the numbers seen or the error into a pipe."""
    found, last = [], 0
    try:
        while not stop.is_set():
            version = open_version(home)
            told, count, lines = version.cursor().execute(COUNTS).fetchone()
            assert told == version.number == count == lines, f"version {version.number} told {told}, {count}, {lines}"
            assert told >= last, f"{told} after {last}"
            last = told
            found.append(told)
        seen.put(found)
    except BaseException as error:
        seen.put(repr(error))


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_builder_killed_after_any_step_leaves_the_former_version_and_the_ledger_whole(tmp_path):
    home = drawn_home(tmp_path, [orders("2026-01-05", 1)])
    steps = []
    bare_build(home, progress=steps.append)
    before = fingerprint(open_version(home))
    add_load(home, orders("2026-01-12", 2))
    processes = multiprocessing.get_context(METHOD)
    for step in steps:
        builder = processes.Process(target=build_until, args=(home, step))
        builder.start()
        builder.join()
        assert builder.exitcode == -signal.SIGKILL, step
        if step == "publish: current":
            assert current(home) == numbers(home)[-1] > 1
        else:
            assert current(home) == 1, step
            assert fingerprint(open_version(home)) == before, step
        assert len(active_loads(home)) == 2
    number = bare_build(home)
    assert open_version(home).cursor().execute("select count(*) from sales_order").fetchall() == [(2,)]
    left = {path.name for path in home.versions.iterdir()}
    assert left == {f"{known}.{kind}" for known in numbers(home) for kind in ("duckdb", "json")}
    assert number in numbers(home)
    assert steps[-4:] == ["publish: synced", "publish: renamed", "publish: described", "publish: current"]


@pytest.mark.slow
def test_readers_see_no_error_and_no_mixed_version_during_twenty_publishes(tmp_path):
    home = drawn_home(tmp_path, [orders("2026-01-01", 1)])
    bare_build(home)
    processes = multiprocessing.get_context(METHOD)
    stop, seen = processes.Event(), processes.Queue()
    readers = [
        processes.Process(target=read_on, args=(home, stop, seen)),
        threading.Thread(target=read_on, args=(home, stop, seen)),
    ]
    for reader in readers:
        reader.start()
    for number in range(2, 22):
        add_load(home, orders(f"2026-01-{number:02}", number))
        assert bare_build(home) == number
    stop.set()
    for found in [seen.get(timeout=60) for _ in readers]:
        assert isinstance(found, list), found
        assert len(set(found)) > 5, "a reader that saw hardly any version proves nothing"
    for reader in readers:
        reader.join()


def test_the_same_loads_give_the_same_tables(tmp_path):
    home = drawn_home(tmp_path, [orders("2026-01-05", 3)])
    bare_build(home)
    first = fingerprint(open_version(home))
    add_load(home, orders("2026-01-05", 3))  # the same file again is the same load
    bare_build(home)
    assert fingerprint(open_version(home)) == first
    assert first != fingerprint(bare_version(tmp_path / "other", [orders("2026-01-05", 4)]))


def test_a_withdrawn_load_restores_the_former_numbers_and_comes_back_when_restored(tmp_path):
    home = drawn_home(tmp_path, [orders("2026-01-05", 3)])
    bare_build(home)
    before = fingerprint(open_version(home))
    load_id = add_load(home, orders("2026-01-12", 5))
    bare_build(home)
    after = fingerprint(open_version(home))
    assert withdraw(home, load_id).state == "withdrawn"
    bare_build(home)
    assert fingerprint(open_version(home)) == before != after
    restore(home, load_id)
    bare_build(home)
    assert fingerprint(open_version(home)) == after


def test_a_mart_that_fails_or_loses_demand_lines_stops_the_build(tmp_path):
    home = drawn_home(tmp_path, [orders("2026-01-05", 3)])
    marts = tmp_path / "marts"
    marts.mkdir()
    (marts / "10_line.sql").write_text(
        "create view line_known as select order_line_id, null::date as known_to from order_line "
        "where order_line_id <> 'sap/1'"
    )
    with pytest.raises(BuildError, match="3 demand lines, but 2 rows"):
        bare_build(home, marts=marts)
    (marts / "10_line.sql").write_text("create table line_known as select nonsense")
    with pytest.raises(BuildError, match="mart 10_line.sql"):
        bare_build(home, marts=marts)
    assert current(home) is None
    assert bare_build(home) == 1


def test_metrics_may_add_tables_and_facts(tmp_path):
    def materialise(con, facts):
        con.execute("create table extra as select 1 as one")
        facts["extra"] = "told"

    home = drawn_home(tmp_path, [orders("2026-01-05", 3)])
    bare_build(home, materialise=materialise)
    version = open_version(home)
    assert version.cursor().execute("from extra").fetchall() == [(1,)]
    assert version.facts["extra"] == "told"
