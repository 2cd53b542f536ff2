"""What a home keeps: loads and their order, settings, versions, going back, clearing away, and its status."""

import json
from datetime import date

import duckdb
import pytest

from tests.warehouse.drawn import add_load, bare_build, bare_version, drawn_home, export
from warehouse import versions
from warehouse.loads import NoSuchLoad, active_loads, withdraw
from warehouse.state import Settings, WrongSetting, get_settings, set_settings
from warehouse.status import status
from warehouse.versions import NoVersion, current, list_versions, numbers, open_version, rollback


def order(day, number="1", **options):
    return export("sap", "VBAK", "sales_order", day, [{"order_id": number}], **options)


def test_loads_come_in_the_order_of_their_exports_and_a_bare_date_stands_for_the_end_of_its_day(tmp_path):
    home = drawn_home(
        tmp_path,
        [
            order("2026-01-05"),
            order("2026-01-05T23:30:00+00:00", "2"),
            order("2026-01-05T21:59:00+00:00", "3"),
            order("2026-01-04", "4", loaded_at="2031-01-01"),
            order("2026-01-04", "5", loaded_at="2030-01-01"),
        ],
        tz="Europe/Berlin",
    )
    assert [(load.exported_at, load.loaded_at[:4]) for load in active_loads(home)] == [
        ("2026-01-04", "2030"),
        ("2026-01-04", "2031"),
        ("2026-01-05T21:59:00+00:00", "2030"),
        ("2026-01-05", "2030"),
        ("2026-01-05T23:30:00+00:00", "2030"),  # in Berlin the 5th ended at 23:00 UTC
    ]


def test_withdrawing_keeps_the_rest_of_the_manifest(tmp_path):
    exported = order("2026-01-05")
    home = drawn_home(tmp_path, [exported])
    path = home.loads / exported.load_id / "manifest.json"
    before = json.loads(path.read_text())
    withdraw(home, exported.load_id)
    assert json.loads(path.read_text()) == {**before, "state": "withdrawn"}
    assert active_loads(home) == []


@pytest.mark.parametrize("load_id", ["nosuch", "../../etc", ""])
def test_an_unknown_load_cannot_be_withdrawn(tmp_path, load_id):
    home = drawn_home(tmp_path, [order("2026-01-05")])
    with pytest.raises(NoSuchLoad, match=active_loads(home)[0].load_id):
        withdraw(home, load_id)


def test_a_load_still_being_written_is_not_seen(tmp_path):
    home = drawn_home(tmp_path, [order("2026-01-05")])
    (home.loads / ".tmp-1").mkdir()
    (home.loads / ".tmp-1" / "manifest.json").write_text("{}")
    (home.loads / "half").mkdir()
    assert len(active_loads(home)) == 1


def test_settings_are_kept_and_asking_creates_nothing(tmp_path):
    home = drawn_home(tmp_path, [])
    assert get_settings(home) == Settings("UTC", None, "01-01", 1)
    assert not home.state.exists()
    set_settings(home, tz="Asia/Tokyo", fiscal_start="04-01")
    assert get_settings(home) == Settings("Asia/Tokyo", None, "04-01", 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tz": "Mars/Base"},
        {"fiscal_start": "13-01"},
        {"fiscal_start": "4-1"},
        {"week_start": 0},
        {"reporting_currency": ""},
        {"colour": "red"},
    ],
)
def test_a_wrong_setting_is_refused_and_nothing_of_the_call_is_kept(tmp_path, wrong):
    home = drawn_home(tmp_path, [])
    with pytest.raises(WrongSetting):
        set_settings(home, **{"tz": "Asia/Tokyo", **wrong})
    assert get_settings(home).tz == "UTC"


def test_an_older_version_can_be_read_and_made_current_again(tmp_path):
    home = drawn_home(tmp_path, [order("2026-01-05")])
    bare_build(home)
    add_load(home, order("2026-01-12", "2"))
    bare_build(home)
    count = "select count(*) from sales_order"
    assert open_version(home).cursor().execute(count).fetchall() == [(2,)]
    assert open_version(home, 1).cursor().execute(count).fetchall() == [(1,)]
    assert rollback(home, 1) == current(home) == 1
    assert open_version(home).cursor().execute(count).fetchall() == [(1,)]
    assert bare_build(home) == 3  # a number is never used twice
    assert [(known["number"], known["current"]) for known in list_versions(home)] == [(1, False), (2, False), (3, True)]


def test_a_version_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    home = drawn_home(tmp_path, [])
    with pytest.raises(NoVersion, match="no version yet"):
        open_version(home)
    bare_build(home)
    with pytest.raises(NoVersion, match="no version 7; there are 1"):
        rollback(home, 7)
    with pytest.raises(NoVersion, match="no version 7; there are 1"):
        open_version(home, 7)


def test_a_version_is_opened_once_and_cannot_be_changed_or_reach_other_files(tmp_path):
    version = bare_version(tmp_path, [order("2026-01-05")])
    assert open_version(version_home(version)) is version
    for forbidden in (
        "create table x (a int)",
        "from read_csv('/etc/hostname')",
        "set enable_external_access = true",
        f"copy (select 1) to '{tmp_path}/out.csv'",
        "set memory_limit = '8GB'",
    ):
        with pytest.raises(duckdb.Error):
            version.cursor().execute(forbidden)
    version.close()
    assert open_version(version_home(version)) is not version


def version_home(version):
    return type(drawn_home(version.path.parent.parent.parent, []))(version.path.parent.parent)


def test_the_last_five_versions_and_the_current_one_stay(tmp_path):
    home = drawn_home(tmp_path, [order("2026-01-05")])
    for _ in range(6):
        bare_build(home)
    assert numbers(home) == [2, 3, 4, 5, 6]
    rollback(home, 2)
    versions.collect_garbage(home, keep=2)
    assert numbers(home) == [2, 5, 6]


def test_a_version_that_cannot_be_deleted_is_left_for_the_next_time(tmp_path, monkeypatch):
    home = drawn_home(tmp_path, [order("2026-01-05")])
    for _ in range(2):
        bare_build(home)
    monkeypatch.setattr(type(home.path), "unlink", lambda *_, **__: (_ for _ in ()).throw(PermissionError("in use")))
    assert versions.collect_garbage(home, keep=1) == []
    monkeypatch.undo()
    assert versions.collect_garbage(home, keep=1) == [1]
    assert numbers(home) == [2]


def test_status_tells_what_is_loaded_how_fresh_it_is_and_what_was_matched(tmp_path):
    home = drawn_home(
        tmp_path,
        [
            order("2026-01-05"),
            order("2026-01-12T06:00:00+00:00", "2"),
            export("sap", "KNA1", "customer", "2026-01-11", [{"customer_id": "C"}]),
        ],
    )
    assert status(home)["current"] is None and status(home)["stale"]
    bare_build(home)
    told = json.loads(json.dumps(status(home)))
    assert told["current"] == 1 and not told["stale"] and not told["building"] and told["last_build_error"] is None
    assert [(row["object"], row["exported_at"], row["last_full_day"]) for row in told["freshness"]] == [
        ("KNA1", "2026-01-11", "2026-01-11"),
        ("VBAK", "2026-01-12T06:00:00+00:00", "2026-01-11"),
    ]
    assert told["coverage"]["rows"]["sales_order"] == 2
    assert told["matches"] == {"customer": {"unmatched": 1}}
    withdraw(home, told["loads"][0]["load_id"])
    assert status(home)["stale"]
    assert [row["state"] for row in status(home)["loads"]] == ["withdrawn", "active", "active"]


def test_the_day_of_an_export_is_the_companys(tmp_path):
    home = drawn_home(tmp_path, [order("2026-01-05T23:30:00+00:00")])
    load = active_loads(home)[0]
    assert (load.local_date("UTC"), load.last_full_day("UTC")) == (date(2026, 1, 5), date(2026, 1, 5))
    assert (load.local_date("Asia/Tokyo"), load.last_full_day("Asia/Tokyo")) == (date(2026, 1, 6), date(2026, 1, 5))


def test_a_master_of_unknown_day_is_loaded_and_moves_no_date(tmp_path):
    undated = export("sap", "LFA1", "supplier", "2026-01-01", "supplier_id | name\n S1 | Sump")
    home = drawn_home(tmp_path, [undated])
    manifest = home.loads / undated.load_id / "manifest.json"
    told = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**told, "exported_at": None}), "utf-8")
    bare_build(home)
    version = open_version(home)
    assert version.cursor().execute("select name from supplier").fetchall() == [("Sump",)]
    assert version.cursor().execute("select exported_at, last_full_day from load").fetchall() == [(None, None)]


def test_a_version_put_aside_for_others_while_it_is_read_opens_again_as_closed_as_before(tmp_path, monkeypatch):
    home = drawn_home(tmp_path, [order("2026-01-05")])
    bare_build(home)
    bare_build(home)
    monkeypatch.setattr("warehouse.versions.OPEN_AT_ONCE", 1)
    held = open_version(home, 1)
    open_version(home, 2)
    again = open_version(home, 1)
    assert again is not held
    for version in (held, again):
        assert version.cursor().execute("select count(*) from sales_order").fetchall() == [(1,)]
        with pytest.raises(duckdb.Error):
            version.cursor().execute("from read_csv('/etc/hostname')")
