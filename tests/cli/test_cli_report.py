"""report on the small sample company: the same numbers on paper, whole files, nothing twice."""

import csv
import json

import pytest

from reports.overview import METRICS


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_the_overview_is_written_in_three_formats_with_the_readings_of_the_command_line(call, asked, sample_home, out):
    code, told, err = call("report overview --format html,xlsx,csv --out", out, "--home", sample_home.path)
    assert code == 0, err
    assert [line.rpartition("_v1.")[2] for line in told.split()] == ["html", "xlsx", "csv"]
    with next(out.glob("*.csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["reading"] == "value" and not row["member"] + row["part"]]
    page = next(out.glob("*.html")).read_text("utf-8")
    assert {row["metric"] for row in rows} == set(METRICS)
    for row in rows:
        _, read = asked("metric", row["metric"], "--format json --home", sample_home.path)
        [whole] = [found for found in read["rows"] if found["part"] is None and not found["slice"]]
        assert row["status"] == whole["status"], row["metric"]
        shown = float(row["value"]) if row["value"] else None
        assert shown == (None if whole["value"] is None else pytest.approx(whole["value"], rel=1e-12)), row["metric"]
        assert read["title"] in page


def test_nothing_is_written_again_while_nothing_changed(call, sample_home, out):
    words = ("report overview --format csv --if-changed --out", out, "--home", sample_home.path)
    assert call(*words)[0] == 0
    [path] = out.glob("*.csv")
    before = path.stat().st_mtime_ns
    code, told, err = call(*words)
    assert (code, told, path.stat().st_mtime_ns) == (0, "", before)
    assert path.name in err


def test_a_metric_that_fails_is_exit_1_and_leaves_the_other_five(call, sample_home, out, monkeypatch):
    import reports.overview

    whole = reports.overview.read

    def broken(version, name, request):
        return 1 / 0 if name == "otif" else whole(version, name, request)

    monkeypatch.setattr(reports.overview, "read", broken)
    code, _, err = call("report overview --format csv --out", out, "--home", sample_home.path)
    assert code == 1 and "otif: failed: ZeroDivisionError" in err
    with next(out.glob("*.csv")).open(encoding="utf-8-sig", newline="") as file:
        assert {row["metric"] for row in csv.DictReader(file)} == set(METRICS) - {"otif"}


def test_a_report_keeps_to_the_version_it_opened_while_another_is_published(
    call, sample_home, out, tmp_path, monkeypatch
):
    """The version is opened once; what CURRENT says afterwards is the next report's business."""
    import reports.overview
    from warehouse import versions

    whole, pointed = reports.overview.read, []

    def publish_meanwhile(version, name, request):
        pointed.append(versions.current(sample_home))
        monkeypatch.setattr(versions, "current", lambda home: 99)
        return whole(version, name, request)

    monkeypatch.setattr(reports.overview, "read", publish_meanwhile)
    assert call("report overview --format csv --out", out, "--home", sample_home.path)[0] == 0
    assert pointed[0] == 1 and pointed[-1] == 99
    state = json.loads((out / ".overview.json").read_text("utf-8"))
    assert state["data"][0] == 1


@pytest.mark.parametrize(
    "place, told",
    [
        ("metrics.materialise.fingerprint", "stale: version 1 is not built from the present loads"),
        ("warehouse.versions.numbers", "version 1 is up, the newest is 2; throughline rollback 2 goes forward again"),
    ],
)
def test_a_report_of_a_home_that_is_behind_says_so_and_is_exit_1(call, sample_home, out, monkeypatch, place, told):
    words = ("report overview --format csv --if-changed --out", out, "--home", sample_home.path)
    assert call(*words)[0] == 0
    changed = {"metrics.materialise.fingerprint": lambda: "another", "warehouse.versions.numbers": lambda home: [1, 2]}
    monkeypatch.setattr("throughline.loading.is_stale", lambda home: place.startswith("metrics"))
    monkeypatch.setattr(place, changed[place])
    code, _, err = call(*words)
    assert code == 1 and f"throughline: {told}" in err
