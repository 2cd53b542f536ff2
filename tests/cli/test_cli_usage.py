"""What is asked wrongly: exit 2, the message on stderr, and with JSON one document on stdout."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_version_is_printed_alone(call):
    from throughline import __version__

    assert call("--version") == (0, f"throughline {__version__}\n", "")


def test_help_names_every_command_and_reads_no_heavy_package():
    """The help must be there at once, so none of the big packages may be imported for it."""
    text = (
        "import sys; from throughline.cli import run; run(['--help']);"
        "print([name for name in ('pandas', 'duckdb', 'scipy', 'streamlit', 'matplotlib') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True)
    *help_lines, heavy = run.stdout.splitlines()
    assert heavy == "[]"
    named = {line.split()[0] for line in help_lines if line.startswith("  ") and line.strip()}
    assert named >= {
        "demo",
        "load",
        "status",
        "rollback",
        "withdraw",
        "profile",
        "metrics",
        "metric",
        "report",
        "match",
        "serve",
    }


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("metric otif --bi segment", "--bi"),
        ("metric", "ID"),
        ("metric otif --from 2026-02-30", "--from"),
        ("metric otif --as-of yesterday", "--as-of"),
        ("metric otif --where segment", "--where"),
        ("metric otif --param evidence", "--param"),
        ("metric otif --compare-to 2026-01-01..soon", "--compare-to"),
        ("metric otif --limit -1", "--limit"),
        ("metric otif --format yaml", "yaml"),
        ("rollback latest", "VERSION"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_wrong_word_is_exit_2_and_the_message_names_it(call, line, named, tmp_path):
    code, out, err = call(line, "--home", tmp_path) if "nonsense" not in line else call(line)
    assert (code, out) == (2, "")
    assert named in err


@pytest.mark.parametrize("line", ["metric otif --format json", "metric otif --format=json", "rollback 1 --json"])
def test_an_error_is_one_json_document_where_json_was_asked_for(call, line, tmp_path):
    code, out, err = call(line, "--home", tmp_path)
    assert code == 2
    assert json.loads(out) == {"error": "there is no version yet; load files first"}
    assert "there is no version yet" in err


def test_an_error_that_no_room_raised_is_not_hidden(monkeypatch, call, tmp_path):
    monkeypatch.setattr("warehouse.status.status", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call("status --home", tmp_path)


def test_a_check_that_failed_in_the_build_is_exit_1(monkeypatch, call, shop):
    from warehouse.steps.job import BuildError

    def fail(home, **options):
        raise BuildError("check orphans: 3 rows of order_line")

    monkeypatch.setattr("warehouse.build.build", fail)
    path = shop("a.csv", "0007,Nord,1")
    code, out, err = call("load", path, "--home", shop.home, "--exported-at 2026-04-30 --json")
    assert (code, json.loads(out)) == (1, {"error": "check orphans: 3 rows of order_line"})
    assert "check orphans" in err


def test_an_unknown_report_or_format_is_exit_2(call, sample_home, tmp_path):
    assert "there is overview" in call("report weekly --home", sample_home.path, "--out", tmp_path)[2]
    code, out, err = call("report overview --format pdf --home", sample_home.path, "--out", tmp_path)
    assert (code, out) == (2, "")
    assert "pdf; it offers html, xlsx, csv" in err


def test_a_match_decision_is_noted_once_and_can_be_taken_back_once(asked, tmp_path):
    pair = "customer sap/0001 salesforce/001A --later --json --home"
    code, told = asked("match accept", pair, tmp_path)
    assert (code, told["decision"], told["left"], told["version"]) == (0, "accept", "sap/0001", None)
    assert asked("match undo", pair, tmp_path)[0] == 0
    code, told = asked("match undo", pair, tmp_path)
    assert code == 2 and "no decision" in told["error"]


def test_a_match_within_one_system_is_refused(asked, tmp_path):
    code, told = asked("match reject customer sap/1 sap/2 --later --json --home", tmp_path)
    assert code == 2 and "two systems" in told["error"]


@pytest.mark.parametrize(
    "name, command",
    [
        ("CURRENT", "status --json"),
        ("CURRENT", "metric otif --format json"),
        ("versions/1.json", "status --json"),
        ("loads/*/manifest.json", "status --json"),
        ("loads/*/manifest.json", "build --json"),
    ],
)
@pytest.mark.parametrize("content", ["", "{damaged", "[]"])
def test_a_damaged_file_of_the_home_is_named_in_one_line(asked, call, shop, without_metrics, name, command, content):
    call("load", shop("a.csv", "0007,Nord,1"), "--home", shop.home, "--exported-at 2026-04-30")
    [file] = shop.home.glob(name)
    file.write_text(content, "utf-8")
    code, told = asked(command, "--home", shop.home)
    assert code == 2 and told["error"].startswith(f"{file}: ")
    code, _, err = call(command, "--home", shop.home)
    assert "Traceback" not in err and str(file) in err


def test_an_error_of_the_system_names_the_file(asked, tmp_path):
    (tmp_path / "home").write_text("a file where a folder belongs", "utf-8")
    code, told = asked("settings tz=UTC --json --home", tmp_path / "home")
    assert code == 2 and told["error"].startswith(str(tmp_path / "home"))


def test_a_wrong_value_in_a_sound_home_is_not_hidden(monkeypatch, call, tmp_path):
    monkeypatch.setattr("warehouse.status.status", lambda *_: int("x"))
    with pytest.raises(ValueError):
        call("status --home", tmp_path)
