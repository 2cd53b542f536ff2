"""metric and metrics on the small sample company: one document, and the same numbers in every form."""

import csv
import io
import json

import pytest


@pytest.fixture
def otif(asked, sample_home):
    return lambda *words: asked("metric otif", *words, "--format json --home", sample_home.path)


ROW = {
    "measure", "part", "slice", "period", "value", "num", "den", "n", "ci", "ci_method", "status", "provisional",
    "coverage", "excluded", "currency",
}  # fmt: skip


def test_a_reading_is_one_document_of_the_public_shape(otif):
    code, told = otif()
    assert code == 0
    assert set(told) >= {
        *("schema", "metric", "title", "definition", "data_version", "as_of", "as_of_by_source"),
        *("params", "scope", "measures", "rows"),
    }
    [row] = told["rows"]
    assert (told["schema"], told["metric"], told["as_of"], row["slice"]) == (1, "otif", "2026-04-30", {})
    assert set(row) >= ROW
    assert row["value"] == row["num"] / row["den"]


def test_several_dimensions_after_one_flag_slice_by_both_and_add_up(otif):
    _, told = otif("--by segment family")
    total, *slices = told["rows"]
    assert all(set(row["slice"]) == {"segment", "family"} for row in slices) and len(slices) > 4
    assert sum(row["n"] for row in slices) == total["n"]
    assert otif("--by segment --by family")[1]["rows"] == told["rows"]


def test_several_members_of_one_dimension_are_or_and_of_two_dimensions_and(otif):
    by = {row["slice"].get("segment"): row["n"] for row in otif("--by segment")[1]["rows"]}
    _, told = otif("--where segment=Enterprise segment=SMB")
    assert told["rows"][0]["n"] == by["Enterprise"] + by["SMB"]
    assert told["scope"]["where"] == {"segment": ["Enterprise", "SMB"]}
    _, both = otif("--where segment=Enterprise family=Pumps")
    assert both["rows"][0]["n"] < by["Enterprise"]


def test_an_empty_member_is_the_customers_without_a_segment(otif):
    by = {row["slice"].get("segment"): row["n"] for row in otif("--by segment")[1]["rows"]}
    words = ["--where", "segment="]
    assert otif(*words)[1]["rows"][0]["n"] == by["Unsegmented"]


def test_dates_and_periods_narrow_a_reading(otif):
    _, told = otif("--from 2026-01-01 --to 2026-03-31 --every month")
    months = [row for row in told["rows"] if row["period"]]
    assert [row["period"]["label"] for row in months] == ["2026-01", "2026-02", "2026-03"]
    _, whole = otif("--from 2026-01-01 --to 2026-03-31")
    assert sum(row["n"] for row in months) == whole["rows"][0]["n"]


def test_a_parameter_changes_the_number_and_is_told(otif):
    _, told = otif("--param evidence=any")
    assert told["params"]["evidence"] == "any"
    assert told["rows"][0]["n"] >= otif()[1]["rows"][0]["n"]


def test_all_measures_are_read_when_asked_for(otif):
    _, told = otif("--measure all")
    assert {row["measure"] for row in told["rows"]} == {measure["measure"] for measure in told["measures"]}
    assert len(told["measures"]) > 3


def test_naming_a_base_is_enough_to_compare(otif):
    _, told = otif("--compare-to 2025-05-01..2025-10-31 --from 2025-11-01 --to 2026-04-30")
    [row] = told["rows"]
    assert row["base"]["period"]["from"] == "2025-05-01"
    assert row["difference"] == row["value"] - row["base"]["value"]


def test_the_rows_behind_a_number_can_be_paged_and_name_file_and_line(otif):
    _, told = otif("--reading rows --limit 2 --offset 1")
    _, first = otif("--reading rows --limit 3")
    assert [row["row_key"] for row in told["rows"]] == [row["row_key"] for row in first["rows"][1:]]
    assert told["total_rows"] > 100
    source = told["rows"][0]["sources"][0]
    assert (source["system"], source["object"]) == ("generic", "order_line")  # of the service desk, first by key
    assert source["line"] >= 2 and source["load_id"]


def test_a_version_can_be_pinned_and_an_unknown_one_is_exit_2(otif):
    assert otif("--data-version 1")[1]["data_version"] == 1
    code, told = otif("--data-version 99")
    assert code == 2 and "no version 99" in told["error"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("--by colour", "segment"),
        ("--where segment=Entreprise", "Enterprise"),
        ("--measure onTime", "on_time"),
        ("--param evidense=any", "evidence"),
        ("--every fortnight", "week"),
        ("--reading values", "value"),
    ],
)
def test_a_wrong_name_is_exit_2_and_the_answer_offers_a_right_one(otif, words, offered):
    code, told = otif(words)
    assert code == 2 and offered in told["error"]


def test_an_unknown_metric_is_exit_2_with_the_nearest_ones(asked, sample_home):
    code, told = asked("metric otiff --format json --home", sample_home.path)
    assert code == 2 and "nearest: otif" in told["error"]


def test_what_the_data_lack_is_an_honest_answer_and_exit_0(asked, sample_home):
    line = "metric days_of_inventory_by_segment --measure days_by_policy --format json --home"
    code, told = asked(line, sample_home.path)
    quota = next(row for row in told["rows"] if row["part"] == "quota")
    assert (code, quota["value"], quota["status"]) == (0, None, "not_available")
    assert "segment_quota" in quota["reason"]


def test_csv_holds_the_rows_of_the_document(call, otif, sample_home):
    _, told = otif("--by segment")
    code, out, _ = call("metric otif --by segment --format csv --home", sample_home.path)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert [(row["segment"], float(row["value"]), int(row["n"])) for row in rows] == [
        (row["slice"].get("segment", ""), row["value"], row["n"]) for row in told["rows"]
    ]


def test_the_table_shows_value_counts_interval_and_what_was_left_out(call, otif, sample_home):
    _, told = otif()
    [row] = told["rows"]
    _, out, _ = call("metric otif --home", sample_home.path)
    assert f"{row['value'] * 100:.1f} %" in out
    assert f"{row['num']:.0f} of {row['den']:.0f}" in out
    assert "as of 2026-04-30" in out and "left out: " in out


def test_the_table_of_too_few_rows_shows_counts_and_no_value(call, otif, sample_home):
    words = "--from 2026-01-01 --to 2026-04-30 --by customer"
    few = next(row for row in otif(words)[1]["rows"] if row["status"] == "insufficient" and row["slice"])
    _, out, _ = call("metric otif", words, "--home", sample_home.path)
    line = next(line for line in out.splitlines() if f"  {few['slice']['customer']}  " in line)
    assert "%" not in line and f"{few['num']:.0f} of {few['den']:.0f}" in line


def test_the_table_of_rows_shows_fifty_unless_told_otherwise(call, sample_home):
    _, out, _ = call("metric otif --reading rows --home", sample_home.path)
    assert out.splitlines()[-1].startswith("50 of ")


def test_a_stale_reading_is_exit_1_and_said_on_stderr(call, sample_home, monkeypatch):
    import metrics.read

    whole = metrics.read.read

    def stale(*args):
        told = whole(*args)
        return {**told, "rows": [{**row, "status": "stale"} for row in told["rows"]]}

    monkeypatch.setattr("metrics.read.read", stale)
    code, out, err = call("metric otif --format json --home", sample_home.path)
    assert code == 1 and "stale: otif" in err
    assert json.loads(out)["rows"][0]["status"] == "stale"


def test_the_catalogue_lists_measures_dimensions_parameters_and_needed_tables(asked, sample_home):
    code, told = asked("metrics --json --home", sample_home.path)
    entry = next(entry for entry in told["metrics"] if entry["id"] == "otif")
    assert code == 0
    assert [measure["measure"] for measure in entry["measures"] if measure["headline"]] == ["otif"]
    assert "segment" in entry["dims"] and entry["params"]["evidence"]["default"] == "proof"
    assert {"order_line", "shipment_line"} <= set(entry["needs"])
    assert "sales_order" not in entry["missing"]


def test_the_catalogue_is_there_before_anything_is_loaded(call, tmp_path):
    code, out, _ = call("metrics --home", tmp_path)
    assert code == 0 and "otif" in out and "not loaded" not in out
