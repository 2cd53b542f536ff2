"""Writing a report: whole files under stable names, and nothing when nothing changed."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from metrics.registry import UsageError
from reports import write
from warehouse.targets import Target


@pytest.fixture
def version():
    return SimpleNamespace(number=7, facts={"built_at": "2026-05-01T06:00:00"})


@pytest.fixture
def made(monkeypatch, report):
    """Lets `write` make this report, changed by what the test puts into the dict, and counts how often it does."""
    told = {"report": report, "times": 0}

    def compose(version, targets=()):
        told["times"] += 1
        return replace(told["report"], definition=write.overview.definition_of("overview", ()))

    monkeypatch.setitem(write.REPORTS, "overview", compose)
    monkeypatch.setattr(write.overview, "METRICS", ())
    return told


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_files_are_named_by_report_date_and_version_and_no_temporary_one_is_left(made, version, tmp_path):
    written = write.write_report(version, "overview", ("html", "xlsx", "csv"), tmp_path / "out")
    assert [path.name for path in written.paths] == [f"overview_2026-04-30_v7.{end}" for end in ("html", "xlsx", "csv")]
    assert names(tmp_path / "out") == [".overview.json", *sorted(path.name for path in written.paths)]
    assert written.problems == []


def test_nothing_is_made_again_while_data_and_definition_stand(made, version, tmp_path):
    write.write_report(version, "overview", ("csv",), tmp_path)
    again = write.write_report(version, "overview", ("csv",), tmp_path, if_changed=True)
    assert (again.paths, again.unchanged, made["times"]) == ([], "overview_2026-04-30_v7.csv", 1)


@pytest.mark.parametrize("change", ["version", "rebuilt", "definition", "format", "deleted", "targets"])
def test_any_change_makes_the_report_again(made, version, tmp_path, monkeypatch, change):
    [path] = write.write_report(version, "overview", ("csv",), tmp_path).paths
    formats, targets = ("csv",), ()
    if change == "version":
        version.number = 8
    elif change == "rebuilt":
        version.facts["built_at"] = "2026-05-02T06:00:00"
    elif change == "definition":
        monkeypatch.setattr(write.overview, "definition_of", lambda name, metrics: "other")
    elif change == "format":
        formats = ("csv", "html")
    elif change == "targets":
        targets = (Target("otif", "otif", date(2026, 1, 1), target=0.95),)
    else:
        path.unlink()
    assert write.write_report(version, "overview", formats, tmp_path, True, targets).paths


def test_a_stale_report_is_still_called_stale_when_nothing_changed(made, version, tmp_path, report):
    first, *rest = report.sections
    made["report"] = replace(report, sections=(replace(first, problem="stale: old master"), *rest))
    assert write.write_report(version, "overview", ("csv",), tmp_path).problems == ["otif: stale: old master"]
    again = write.write_report(version, "overview", ("csv",), tmp_path, if_changed=True)
    assert (again.problems, again.paths) == (["otif: stale: old master"], [])


def test_a_failed_report_is_tried_again(made, version, tmp_path, report):
    first, *rest = report.sections
    made["report"] = replace(report, sections=(replace(first, problem="failed: no memory"), *rest))
    write.write_report(version, "overview", ("csv",), tmp_path)
    assert write.write_report(version, "overview", ("csv",), tmp_path, if_changed=True).paths


def test_a_writer_that_fails_leaves_the_former_files_as_they_were(made, version, tmp_path, monkeypatch):
    [path] = write.write_report(version, "overview", ("csv",), tmp_path).paths
    before = path.read_bytes()
    monkeypatch.setitem(write.WRITERS, "html", lambda report: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write.write_report(version, "overview", ("csv", "html"), tmp_path)
    assert path.read_bytes() == before
    assert names(tmp_path) == [".overview.json", path.name]


def test_an_unknown_report_or_format_is_refused_with_what_there_is(version, tmp_path):
    with pytest.raises(UsageError, match="overview"):
        write.write_report(version, "weekly", ("html",), tmp_path)
    with pytest.raises(UsageError, match="pdf; it offers html, xlsx, csv"):
        write.write_report(version, "overview", ("html", "pdf"), tmp_path)
    with pytest.raises(UsageError, match="no format at all"):
        write.write_report(version, "overview", (), tmp_path)
