"""What `throughline metric` prints of steadiness, flips and comparisons by slice."""

import csv
import io

FLIPS = "metric otif --reading flips --param basis=requested"


def test_steadiness_tells_each_row_in_the_unit_it_is_in(asked, sample_home):
    _, told = asked("metric otif --reading steadiness --format json --home", sample_home.path)
    parts = {row["part"]: row for row in told["rows"] if row["part"]}
    assert {"center", "lower", "upper", "baseline", "false_alarm", "phi", "p_value"} <= set(parts)
    assert (parts["phi"]["unit"], parts["false_alarm"]["unit"]) == ("ratio", "share")
    assert "unit" not in parts["center"]


def test_a_csv_of_steadiness_names_the_unit_of_each_row(call, sample_home):
    _, out, _ = call("metric otif --reading steadiness --format csv --home", sample_home.path)
    units = {row["part"]: row["unit"] for row in csv.DictReader(io.StringIO(out))}
    assert (units["phi"], units["center"]) == ("ratio", "share")


def test_a_declared_change_makes_limits_of_its_own(asked, sample_home):
    words = "metric otif --reading steadiness --baseline-from 2025-09-01 --format json --home"
    parts = {row["part"]: row for row in asked(words, sample_home.path)[1]["rows"] if row["part"]}
    assert parts["baseline"]["period"]["from"] == "2025-09-01"


def test_flips_print_both_numbers_and_the_rows(call, asked, sample_home):
    _, told = asked(FLIPS, "--format json --home", sample_home.path)
    code, out, _ = call(FLIPS, "--limit 3 --home", sample_home.path)
    assert code == 0
    assert "basis=first" in out and "basis=requested" in out
    assert f"3 of {told['total_rows']} rows that flip" in out
    assert told["rows"][0]["row_key"] in out


def test_a_csv_of_flips_has_both_conventions_side_by_side(call, sample_home):
    _, out, _ = call(FLIPS, "--format csv --limit 5 --home", sample_home.path)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 5
    assert {"row_key", "kind", "standing_num", "other_num", "segment"} <= set(rows[0])


def test_flips_without_another_convention_are_wrong_usage(call, sample_home):
    code, _, err = call("metric otif --reading flips --home", sample_home.path)
    assert code == 2
    assert "differs from the standing convention" in err


def test_a_comparison_by_slice_says_what_each_adds(call, asked, sample_home):
    words = "metric otif --compare-to prior-year --by segment"
    rows = asked(words, "--format json --home", sample_home.path)[1]["rows"]
    assert [row["part"] for row in rows[:3]] == [None, "within", "mix"]
    adds = [abs(row["contribution"]) for row in rows if row["slice"]]
    assert adds == sorted(adds, reverse=True)
    _, out, _ = call(words, "--home", sample_home.path)
    assert "adds" in out and "within" in out
