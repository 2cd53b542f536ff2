"""load: what is told of files, rows, folders and profiles, and with which exit code."""

import pytest

COUNTS = ("rows_in", "loaded", "rejected", "ignored")


pytestmark = pytest.mark.usefixtures("without_metrics")


@pytest.fixture
def load(asked, shop):
    return lambda path, *more: asked("load", path, "--home", shop.home, "--exported-at 2026-04-30 --json", *more)


def test_a_load_prints_one_document_with_an_entry_per_table_and_the_new_version(load, shop):
    code, told = load(shop("a.csv", "0007,Nord,1", "0012,Süd & Co,2"))
    [entry] = told["files"]
    assert (code, told["version"]) == (0, 1)
    assert {name: entry[name] for name in ("file", "system", "table", "status", *COUNTS)} == {
        "file": "a.csv", "system": "shop", "table": "customer", "status": "loaded",
        "rows_in": 2, "loaded": 2, "rejected": 0, "ignored": 0,
    }  # fmt: skip
    assert entry["issues"] == [] and len(entry["load_id"]) == 16


def test_the_same_file_again_is_unchanged_and_builds_nothing(load, shop):
    path = shop("a.csv", "0007,Nord,1")
    first, again = load(path)[1], load(path)[1]
    assert (first["version"], again["version"]) == (1, 1)
    assert [entry["status"] for entry in again["files"]] == ["unchanged"]


def test_rejected_rows_are_exit_1_and_say_line_column_value_and_reason(load, shop):
    code, told = load(shop("a.csv", "0007,Nord,1", "0012,Süd,first"))
    [entry] = told["files"]
    assert (code, told["version"], entry["status"]) == (1, 1, "partly")
    assert [entry[name] for name in COUNTS] == [2, 1, 1, 0]
    [issue] = entry["issues"]
    assert (issue["line"], issue["column"], issue["value"]) == (3, "rank", "first")
    assert issue["reason"]


def test_one_refused_file_is_exit_2_and_nothing_of_the_call_is_kept(load, shop, call):
    good, bad = shop("a.csv", "0007,Nord,1"), shop("b.csv", "0012,Süd,2")
    bad.write_text("nobody,knows,this\n1,2,3\n", "utf-8")
    code, told = load(good, bad)
    assert (code, told["version"]) == (2, None)
    assert [entry["status"] for entry in told["files"]] == ["blocked", "refused"]
    assert "b.csv" in call("load", good, bad, "--home", shop.home, "--exported-at 2026-04-30")[2]
    assert not list((shop.home / "loads").glob("*/manifest.json"))


def test_a_dry_run_counts_the_same_and_keeps_nothing(load, shop):
    path = shop("a.csv", "0007,Nord,1", "0012,Süd,first")
    dry_code, dry = load(path, "--dry-run")
    code, told = load(path)
    assert (dry_code, dry["version"], told["version"]) == (code, None, 1)
    assert [{name: entry[name] for name in COUNTS} for entry in dry["files"]] == [
        {name: entry[name] for name in COUNTS} for entry in told["files"]
    ]


def test_a_folder_stands_for_the_data_files_in_it(asked, shop):
    path = shop("a.csv", "0007,Nord,1")
    folder = path.parent / "exports" / "deep"
    folder.mkdir(parents=True)
    path.rename(folder / "a.csv")
    code, told = asked("load", folder.parent, "--home", shop.home, "--exported-at 2026-04-30 --json")
    assert (code, [entry["file"] for entry in told["files"]]) == (0, ["a.csv"])


def test_a_path_that_is_not_there_is_exit_2(call, shop, tmp_path):
    code, out, err = call("load", tmp_path / "nothing.csv", "--home", shop.home)
    assert (code, out) == (2, "")
    assert "nothing.csv" in err


def test_progress_and_warnings_never_reach_stdout(call, shop):
    path = shop("a.csv", "0007,Nord,1", "0012,Süd,first")
    code, out, err = call("load", path, "--home", shop.home, "--exported-at 2026-04-30")
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()] == ["file", "a.csv", "version"]
    assert "1 of 2 rows rejected" in err and "build:" in err


def test_the_terminal_shows_the_first_three_issues_and_where_the_rejects_lie(call, shop):
    path = shop("a.csv", "1,Nord,1", *(f"{number},Süd,abc" for number in range(2, 7)))
    err = call("load", path, "--home", shop.home, "--exported-at 2026-04-30")[2].splitlines()
    at = next(at for at, line in enumerate(err) if "5 of 6 rows rejected" in line)
    [rejects] = (shop.home / "loads").glob("*/customer.rejects.csv")
    assert err[at].endswith(f"; they lie in {rejects}")
    assert [line.split(":")[1].strip() for line in err[at + 1 :]] == [f"line {n}, rank 'abc'" for n in (3, 4, 5)]


def test_a_refusal_comes_first_and_a_blocked_file_names_it(call, shop):
    good, bad = shop("a.csv", "0007,Nord,1"), shop("b.csv")
    bad.write_text("nobody,knows,this\n1,2,3\n", "utf-8")
    _, out, err = call("load", good, bad, "--home", shop.home, "--exported-at 2026-04-30")
    assert [line.split()[0] for line in out.splitlines()[1:3]] == ["b.csv", "a.csv"]
    said = [line for line in err.splitlines() if line.startswith("throughline: ")]
    assert said[0].startswith("throughline: b.csv: refused: no profile knows")
    assert said[1:] == ["throughline: a.csv: blocked because b.csv was refused"]


def test_an_inferred_export_date_is_warned_of_and_a_stated_one_is_not(call, shop, tmp_path):
    path = tmp_path / "sales_order.csv"
    path.write_text("order_id,customer_id,ordered_date\n1,A,2026-03-04\n", "utf-8")
    err = call("load", path, "--dry-run --home", shop.home)[2]
    assert "sales_order.csv: exported 2026-03-04, inferred; state it with --exported-at or in the file name" in err
    assert "inferred" not in call("load", path, "--dry-run --exported-at 2026-04-30 --home", shop.home)[2]
    dated = path.rename(tmp_path / "sales_order_2026-04-30.csv")
    assert "inferred" not in call("load", dated, "--dry-run --home", shop.home)[2]


def test_files_of_a_folder_that_are_passed_over_are_named(call, shop):
    folder = shop("a.csv", "0007,Nord,1").parent / "exports"
    folder.mkdir()
    (folder.parent / "a.csv").rename(folder / "a.csv")
    (folder / "notes.docx").write_text("x", "utf-8")
    (folder / ".hidden").write_text("x", "utf-8")
    err = call("load", folder, "--dry-run --home", shop.home, "--exported-at 2026-04-30")[2]
    [line] = [line for line in err.splitlines() if "passed over" in line]
    assert line.endswith(": notes.docx")


def test_the_same_path_twice_counts_once(load, shop):
    path = shop("a.csv", "0007,Nord,1")
    assert [entry["status"] for entry in load(path, path, path.parent / "." / "a.csv")[1]["files"]] == ["loaded"]


def test_a_faulty_profile_is_warned_of_and_the_load_goes_on(call, shop):
    faulty = shop.home / "profiles" / "kiosk.toml"
    faulty.write_text('system = "Kiosk"\nside = "cmr"\n[object]\n', "utf-8")
    code, out, err = call("load", shop("a.csv", "0007,Nord,1"), "--home", shop.home, "--exported-at 2026-04-30")
    assert (code, "a.csv" in out) == (0, True)
    assert f"throughline: {faulty}, line 2: side = 'cmr'" in err


def test_a_folders_unknown_files_are_told_and_its_known_ones_loaded(call, shop):
    folder = shop("a.csv", "0007,Nord,1").parent / "exports"
    folder.mkdir()
    (folder.parent / "a.csv").rename(folder / "a.csv")
    (folder / "list.csv").write_text("who,knows\n1,2\n", "utf-8")
    code, out, err = call("load", folder, "--home", shop.home, "--exported-at 2026-04-30")
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()] == ["file", "a.csv", "list.csv", "version"]
    assert "throughline: list.csv: ignored: no profile knows this header (who, knows)" in err


def test_a_load_that_ignored_a_whole_file_is_exit_1_and_counts_its_rows(asked, shop):
    folder = shop("a.csv", "0007,Nord,1").parent / "exports"
    folder.mkdir()
    (folder.parent / "a.csv").rename(folder / "a.csv")
    words = ("load", folder, "--home", shop.home, "--exported-at 2026-04-30 --json")
    assert asked(*words)[0] == 0
    (folder / "list.csv").write_text("who,knows\n1,2\n3,4\n", "utf-8")
    code, told = asked(*words)
    assert (code, told["version"]) == (1, 1)
    entry = told["files"][1]
    assert (entry["status"], [entry[name] for name in COUNTS]) == ("ignored", [2, 0, 0, 2])


def test_a_misspelt_profile_in_the_place_of_a_shipped_one_lets_no_folder_pass(call, shop):
    folder = shop("a.csv", "0007,Nord,1").parent / "exports"
    folder.mkdir()
    (folder.parent / "a.csv").rename(folder / "a.csv")
    (folder / "VBAK.csv").write_text("VBELN,AUART,KUNNR\n1,OR,7\n", "utf-8")
    (shop.home / "profiles" / "sap.toml").write_text('extends = "sap"\nsdie = "erp"\n', "utf-8")
    code, _, err = call("load", folder, "--home", shop.home, "--exported-at 2026-04-30")
    assert code == 2
    [line] = [line for line in err.splitlines() if line.startswith("throughline: VBAK.csv: refused")]
    assert "sap.toml, line 2: sdie: unknown key" in line
    assert not list((shop.home / "loads").glob("*/manifest.json"))
