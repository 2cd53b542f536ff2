"""target: set, list, remove, export, import; and that every form of a reading tells it."""

import csv
import io

import pytest


@pytest.fixture
def home(stateless_home):
    return stateless_home


@pytest.fixture
def target(asked, home):
    return lambda *words: asked("target", *words, "--json --home", home.path)


def test_a_target_is_set_listed_and_judges_the_reading_at_once(asked, target, home):
    code, told = target("set otif 0.99 --alert 0.5 --from 2026-01-01")
    kept = told["target"]
    assert (code, kept["measure"], kept["target"], kept["alert"]) == (0, "otif", 0.99, 0.5)
    assert (kept["valid_from"], kept["valid_to"], kept["slice"]) == ("2026-01-01", None, {}) and kept["set_by"]
    assert target("list")[1]["targets"] == [kept]
    _, read = asked("metric otif --by segment --format json --home", home.path)
    assert {row["target"]["verdict"] for row in read["rows"]} <= {"met", "near", None}
    total = read["rows"][0]
    assert total["target"]["verdict"] == "near" and total["target"]["gap"] == total["value"] - 0.99
    assert [one["id"] for one in read["targets"]] == [kept["id"]]


def test_a_slice_has_its_own_and_the_table_and_the_csv_tell_it(call, target, home):
    target("set otif 0.99 --from 2026-01-01")
    target("set otif 0.01 --where segment=Enterprise --from 2026-01-01")
    _, table, _ = call("metric otif --by segment --home", home.path)
    own = next(line for line in table.splitlines() if " Enterprise " in line)
    assert "at least 1.0 % (Enterprise)" in own and "met" in own
    assert "at least 99.0 %" in table and "missed, −" in table
    _, text, _ = call("metric otif --by segment --format csv --home", home.path)
    rows = {row["segment"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (rows["Enterprise"]["target"], rows["Enterprise"]["verdict"]) == ("0.01", "met")
    assert (rows[""]["target"], rows[""]["verdict"], float(rows[""]["gap"]) < 0) == ("0.99", "missed", True)


def test_several_dimensions_after_one_where_are_one_slice(target):
    _, told = target("set otif 0.9 --from 2026-01-01 --where segment=SMB family=Pumps")
    assert told["target"]["slice"] == {"segment": "SMB", "family": "Pumps"}


def test_a_change_and_a_removal_stay_in_the_history(target):
    first = target("set otif 0.9 --from 2026-01-01")[1]["target"]["id"]
    target("set otif 0.95 --from 2026-03-01")
    days = [(one["target"], one["valid_to"]) for one in target("list")[1]["targets"]]
    assert sorted(days, key=str) == [(0.9, "2026-02-28"), (0.95, None)]
    for one in target("list")[1]["targets"]:
        assert target("remove", one["id"])[0] == 0
    assert target("list")[1]["targets"] == []
    history = target("list --history")[1]["targets"]
    assert len(history) == 3 and all(one["removed_by"] and one["removed_at"] for one in history)
    code, told = target("remove", first)
    assert code == 2 and "there is no target" in told["error"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("set otiff 0.9 --from 2026-01-01", "nearest: otif"),
        ("set otif 0.9 --measure on_tim --from 2026-01-01", "on_time"),
        ("set otif 0.9 --where colour=red --from 2026-01-01", "segment"),
        ("set otif 0.9 --where segment=Enterprice --from 2026-01-01", "nearest: Enterprise"),
        ("set otif 0.9 --where segment=SMB segment=Public --from 2026-01-01", "one member of a dimension"),
        ("set otif 0.9", "--from"),
        ("set otif 0.9 --from 01.02.2026", "YYYY-MM-DD"),
        ("set otif 0.9 --from 2026-02-01 --to 2026-01-01", "cannot hold"),
        ("set otif --from 2026-02-01", "one value"),
        ("set otif --band 0.8..0.9 --from 2026-02-01", "one value (higher is better)"),
        ("set otif 95 --from 2026-02-01", "0.95 is 95 %"),
        ("set otif nan --from 2026-02-01", "no number"),
        ("set otif 0.9 --alert 0.95 --from 2026-02-01", "below"),
        ("set commitment_to_delivery 20 --alert 15 --from 2026-02-01", "above"),
        ("set capacity_utilisation 0.9 --measure utilisation --from 2026-02-01", "band LOW..HIGH"),
        ("set capacity_utilisation --measure utilisation --band 0.9..0.7 --from 2026-02-01", "from low to high"),
        ("set capacity_utilisation --measure utilisation --band 0.7 --from 2026-02-01", "0.75..0.90"),
        ("set order_mix 0.4 --measure shift --from 2026-02-01", "no better side"),
        ("set priority_inversion_rate 9 --measure harm_value --from 2026-02-01", "grows with its period"),
        ("set otif 0.9 --measure perfect_component --from 2026-02-01", "in_full"),
        ("set otif 0.9 --measure perfect_component --part in_ful --from 2026-02-01", "nearest: in_full"),
        ("set otif 0.9 --part in_full --from 2026-02-01", "as a whole"),
    ],
)
def test_a_target_that_cannot_be_is_exit_2_and_says_what_can(target, words, offered):
    code, told = target(words)
    assert code == 2 and offered in told["error"]
    assert target("list --history")[1]["targets"] == []


def test_a_later_target_is_not_cut(target):
    target("set otif 0.9 --from 2026-06-01")
    code, told = target("set otif 0.8 --from 2026-01-01")
    assert code == 2 and "to 2026-05-31" in told["error"]
    assert target("set otif 0.8 --from 2026-01-01 --to 2026-05-31")[0] == 0


def test_what_is_exported_comes_back_by_import_and_changes_nothing_twice(call, target, tmp_path, home):
    target("set otif 0.9 --alert 0.8 --where segment=SMB --from 2026-01-01 --to 2026-12-31")
    target("set capacity_utilisation --measure utilisation --band 0.75..0.9 --outer 0.5..1.05 --from 2026-02-01")
    before = target("list")[1]["targets"]
    file = tmp_path / "targets.csv"
    assert call("target export --out", file, "--home", home.path)[0] == 0
    assert target("import", file)[1]["targets"] == before == target("list")[1]["targets"]
    for one in before:
        target("remove", one["id"])
    assert target("import", file)[0] == 0
    says = ("metric", "measure", "slice", "target", "alert", "band", "outer", "valid_from", "valid_to")
    again = target("list")[1]["targets"]
    assert [[one[name] for name in says] for one in again] == [[one[name] for name in says] for one in before]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("otif,otif,,0.9,2026-13-01", "line 3, valid_from: '2026-13-01' is not a date"),
        ("otif,otif,,high,2026-01-01", "line 3, target: 'high' is not a number"),
        ("otif,otif,,0.9,", "line 3: valid_from is empty"),
        ("otif,otif,Enterprice,0.9,2026-01-01", "nearest: Enterprise"),
    ],
)
def test_one_wrong_line_of_an_import_keeps_nothing_of_the_file(target, tmp_path, line, told):
    file = tmp_path / "targets.csv"
    header = "metric,measure,where segment,target,valid_from"
    file.write_text(f"{header}\notif,on_time,,0.9,2026-01-01\n{line}\n", "utf-8")
    code, answer = target("import", file)
    assert code == 2 and told in answer["error"]
    assert target("list")[1]["targets"] == []


def test_a_file_of_another_kind_is_refused_with_the_columns_there_are(target, tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("metric,measure,valid_from,colour\n", "utf-8")
    code, told = target("import", file)
    assert code == 2 and "'colour'" in told["error"] and "valid_to" in told["error"]
