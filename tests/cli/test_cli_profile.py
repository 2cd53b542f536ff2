"""profile new, check and templates."""

import csv

import pytest

from warehouse.schema import tables


def test_templates_are_one_csv_per_canonical_table_with_its_columns(call, tmp_path):
    code, out, _ = call("profile templates", tmp_path / "layout")
    assert code == 0
    assert sorted(path.stem for path in (tmp_path / "layout").iterdir()) == sorted(tables())
    assert len(out.splitlines()) == len(tables())
    with (tmp_path / "layout" / "supplier.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file)) == list(tables()["supplier"].columns)


def test_a_filled_template_loads_as_it_is(call, asked, tmp_path, without_metrics):
    call("profile templates", tmp_path / "layout")
    path = tmp_path / "layout" / "supplier.csv"
    header = path.read_text("utf-8").strip().split(",")
    row = ["0042" if name == "supplier_id" else "Werk & Co" if name == "name" else "" for name in header]
    path.write_text(",".join(header) + "\n" + ",".join(row) + "\n", "utf-8")
    code, told = asked("load", path, "--exported-at 2026-04-30 --json --home", tmp_path / "home")
    assert (code, [(entry["table"], entry["loaded"]) for entry in told["files"]]) == (0, [("supplier", 1)])


def test_a_draft_of_an_export_names_its_columns_and_passes_the_check_once_it_is_complete(call, shop, tmp_path):
    path = tmp_path / "kunden.csv"
    path.write_text("customer_id,name,country\n0007,Nord,DE\n", "utf-8")
    code, out, _ = call("profile new", path)
    assert code == 0
    assert 'table = "customer"' in out and 'customer_id = "customer_id"' in out
    draft = tmp_path / "kunden.toml"
    draft.write_text(out, "utf-8")
    assert call("profile check", draft)[0] == 0


def test_a_wrong_profile_is_exit_2_and_the_fault_names_file_and_key(call, asked, shop):
    path = shop.home / "profiles" / "shop.toml"
    path.write_text(path.read_text("utf-8").replace("recognise", "recognize"), "utf-8")
    code, told = asked("profile check", path, "--json")
    assert code == 2
    assert all("shop.toml" in fault for fault in told["faults"]) and "recogni" in " ".join(told["faults"])
    assert "shop.toml" in call("profile check", path)[2]


@pytest.mark.parametrize("command", ["new", "check"])
def test_a_file_that_is_not_there_is_exit_2(call, command, tmp_path):
    code, out, err = call("profile", command, tmp_path / "none.csv")
    assert (code, out) == (2, "")
    assert "none.csv" in err
