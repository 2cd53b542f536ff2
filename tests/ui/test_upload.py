"""Files come in by the page as they do by the command: tried first, kept only when told, undone when withdrawn."""

import csv
import io
import json

import pytest

from tests.conftest import load_and_build
from tests.ui.test_pages import words
from ui import intake, ledger
from warehouse.home import Home
from warehouse.loads import active_loads, all_loads
from warehouse.state import get_settings
from warehouse.versions import current, list_versions


@pytest.fixture
def leads(sample_home):
    """The export of leads of the sample company: its name and bytes."""
    path = sorted((sample_home.path / "exports" / "salesforce").glob("Lead_*.csv"))[-1]
    return path.name, path.read_bytes()


def upload(app, *files):
    for name, raw in files:
        app.file_uploader[0].upload(name, raw)
    return app.run()


def test_an_upload_is_shown_as_it_would_load_and_nothing_is_kept(visit, tmp_path, leads):
    home = Home(tmp_path / "home")
    app = upload(visit(home, "upload"), leads)
    shown = words(app)
    assert "salesforce Lead" in shown and "ready" in shown and "from the file name" in shown
    counted = next(frame.value for frame in app.dataframe if "Rows in" in frame.value.columns).iloc[0]
    assert counted["Rows in"] == counted["Loaded"] + counted["Rejected"] + counted["Ignored"] > 0
    first = next(frame.value for frame in app.dataframe if "lead_id" in frame.value.columns)
    assert first["lead_id"].str.startswith("00Q").all() and "created_at" in first.columns
    assert all_loads(home) == [] and current(home) is None


def test_load_and_rebuild_makes_a_version_and_the_same_file_again_changes_nothing(visit, tmp_path, leads):
    home = Home(tmp_path / "home")
    app = upload(visit(home, "upload"), leads)
    app.button(key="load").click().run()
    assert not app.exception and current(home) == 1 and len(active_loads(home)) == 1
    again = upload(visit(home, "upload"), leads)
    assert "already loaded, changes nothing" in words(again) and again.button(key="load").disabled


def test_one_refused_file_holds_the_others_back_and_says_why(visit, tmp_path, leads):
    home = Home(tmp_path / "home")
    app = upload(visit(home, "upload"), leads, ("secrets.csv", b"colour,size\nred,4\n"))
    shown = words(app)
    assert "refused" in shown and "waits: another file of this upload is refused" in shown
    assert app.button(key="load").disabled and all_loads(home) == []
    assert any("lead_id" in frame.value.columns for frame in app.dataframe), "the innocent file can still be looked at"


def test_rejected_rows_are_told_with_line_and_reason_and_can_be_taken(visit, tmp_path, leads):
    name, raw = leads
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))[:40]
    rows[5][rows[0].index("CreatedDate")] = "not a date"
    sink = io.StringIO()
    csv.writer(sink).writerows(rows)
    app = upload(visit(Home(tmp_path / "home"), "upload"), (name, sink.getvalue().encode()))
    issues = next(frame.value for frame in app.dataframe if "reason" in frame.value.columns)
    assert (issues.iloc[0]["line"], issues.iloc[0]["value"]) == (6, "not a date")
    assert any("Rejected rows" in button.label for button in app.get("download_button"))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/x<b>.csv", "x_b_.csv"),
        ("C:\\exports\\Lead 2026-04-30.csv", "Lead 2026-04-30.csv"),
        ("..", "upload"),
        ("a\x00b.csv", "a_b.csv"),
    ],
)
def test_the_name_of_an_upload_is_never_a_path(given, kept):
    assert intake.plain_name(given) == kept


def test_what_changed_sets_the_headlines_of_two_versions_side_by_side(visit, tmp_path, sample_home, monkeypatch):
    home, exports = Home(tmp_path / "home"), sample_home.path / "exports" / "salesforce"
    monkeypatch.setenv("THROUGHLINE_HOME", str(home.path))
    load_and_build(home, sorted(exports.glob("Account_*")))
    load_and_build(home, sorted(exports.glob("Lead_*")) + sorted(exports.glob("Opportunity_*"))[-2:])
    first, second = (version["number"] for version in list_versions(home))
    rows = {row["Metric"]: row for row in ledger.changes(first, second)}
    leads = rows["Lead to order rate"]
    assert (leads["Rows before"], leads["Before"]) == (0, "–") and leads["Status"]
    assert json.dumps(list(rows.values()))
    assert "What changed since the last load" in words(visit(home, "upload"))


def test_a_wrong_setting_is_refused_with_what_is_allowed_and_changes_nothing(visit, tmp_path):
    home = Home(tmp_path / "home")
    app = visit(home, "upload")
    app.text_input[-1].set_value("13-45")
    next(button for button in app.button if button.label == "Save and rebuild").click().run()
    assert any("it takes MM" in error.value for error in app.error)
    assert get_settings(home).fiscal_start == "01-01" and current(home) is None
