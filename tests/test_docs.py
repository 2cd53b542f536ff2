"""The documents say what is so: commands, links, the changelog, and nothing of the machine they were written on."""

import re
import shlex
import subprocess
from datetime import date
from pathlib import Path

import pytest
import typer

from metrics.registry import catalogue
from throughline.book import pages
from throughline.cli import app
from throughline.reference import reference

ROOT = Path(__file__).resolve().parents[1]
GROUP = typer.main.get_command(app)
TEXT = {".py", ".md", ".toml", ".txt", ".sql", ".css", ".jinja", ".html", ".json", ".yml", ".yaml", ".cfg", ""}


def tracked() -> list[Path]:
    """Files that are committed or about to be; in a copy without git, all but what is built."""
    asked = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return [ROOT / name for name in found.stdout.splitlines() if (ROOT / name).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not {".venv", "__pycache__"} & set(path.parts)]


def documents() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def commands(group=GROUP, before: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    found = {}
    for name, command in group.commands.items():
        inner = hasattr(command, "commands")
        found |= commands(command, (*before, name)) if inner else {(*before, name): command}
    return found


def examples() -> list[tuple[str, str]]:
    """Every line of a code block that calls the tool, with the document it stands in."""
    lines = [(path, line) for path in documents() for line in path.read_text("utf-8").splitlines()]
    calls = [
        (path, re.match(r"(?:    )?(?:\$ )?(?:\S*[/\\])?throughline ((?!\[)[a-z].*)", line)) for path, line in lines
    ]
    return [(str(path.relative_to(ROOT)), call[1]) for path, call in calls if call and "[--" not in call[1]]


@pytest.mark.parametrize("name", commands(), ids=" ".join)
def test_a_command_and_each_of_its_options_has_help(name):
    command = commands()[name]
    assert command.help
    assert not [param.name for param in command.params if not param.help]


def test_the_command_reference_is_what_the_commands_say():
    written = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert written == reference(), "run: python -m throughline.reference > docs/commands.md"


def test_the_metric_book_is_what_the_definitions_say():
    folder = ROOT / "docs" / "metrics"
    written = {path.name: path.read_text("utf-8") for path in folder.glob("*")}
    made = pages()
    assert sorted(written) == sorted(made)
    old = [name for name, text in made.items() if written[name] != text]
    assert old == [], "run: python -m throughline.book docs/metrics"


def test_the_metric_book_has_a_page_for_each_metric_with_every_chapter():
    chapters = [
        "Definition and formula",
        "Worked example",
        "Measures",
        "Left out and counted",
        "Slices",
        "Conventions",
        "Rows",
        "Exports it needs",
        "Read with care",
        "Sources",
        "History of the definition",
    ]
    index = (ROOT / "docs" / "metrics" / "README.md").read_text("utf-8")
    for metric_id in catalogue():
        text = (ROOT / "docs" / "metrics" / f"{metric_id}.md").read_text("utf-8")
        heads = re.findall(r"^## (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
        assert [head for head in heads if head != "Parts of the index"] == chapters, metric_id
        assert not re.search(r"^## .+\n+(?=## |\Z)", text, flags=re.MULTILINE), f"{metric_id} has an empty chapter"
        assert f"({metric_id}.md)" in index


def test_every_command_stands_in_the_reference():
    text = reference()
    assert [name for name in commands() if f"## throughline {' '.join(name)}\n" not in text] == []
    assert len(commands()) >= 15


def test_every_example_in_the_documents_names_a_command_and_flags_that_exist():
    wrong = []
    for document, text in examples():
        words = shlex.split(text.split("      ")[0], comments=True, posix=False)
        name = next((name for name in commands() if tuple(words[: len(name)]) == name), None)
        flags = {flag for param in commands()[name].params for flag in param.opts} if name else set()
        if name is None or {word.partition("=")[0] for word in words if word.startswith("--")} - flags:
            wrong.append(f"{document}: {text}")
    assert not wrong
    assert len(examples()) >= 10


def test_every_relative_link_of_a_document_leads_somewhere():
    wrong = []
    for path in documents():
        text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            place, _, anchor = target.partition("#")
            goal = path.parent / place if place else path
            if not re.match(r"[a-z]+:", target) and not (goal.exists() and _has_anchor(goal, anchor)):
                wrong.append(f"{path.relative_to(ROOT)}: {target}")
    assert not wrong


def _has_anchor(path: Path, anchor: str) -> bool:
    if not anchor or path.suffix != ".md":
        return True
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), flags=re.MULTILINE)
    return anchor in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_first_screen_of_the_readme_says_what_it_is_shows_it_and_starts_it():
    screen = (ROOT / "README.md").read_text("utf-8").splitlines()[:14]
    assert screen[0].startswith("# ")
    assert sum(line.startswith("![") for line in screen) == 1
    assert [line.split()[1] for line in screen if line.startswith("    make ")] == ["demo", "test"]


def test_the_changelog_lists_versions_newest_first_with_what_a_user_can_see():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    heads = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    parts = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+), (unreleased|\d{4}-\d{2}-\d{2})", head) for head in heads]
    assert parts and all(parts)
    assert [part[4] for part in parts[1:] if part[4] == "unreleased"] == []
    assert [date.fromisoformat(part[4]) for part in parts if part[4] != "unreleased"] == sorted(
        (date.fromisoformat(part[4]) for part in parts if part[4] != "unreleased"), reverse=True
    )
    numbers = [tuple(map(int, part.groups()[:3])) for part in parts]
    assert numbers == sorted(numbers, reverse=True)
    kinds = set(re.findall(r"^### (.+)$", text, flags=re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Fixed", "Removed"}
    sections = re.split(r"^### .+$", text, flags=re.MULTILINE)[1:]
    assert all(re.match(r"\s*- ", section) for section in sections)


def test_the_version_stands_on_top_of_the_changelog():
    from throughline import __version__

    assert f"\n## {__version__}, " in (ROOT / "CHANGELOG.md").read_text("utf-8").split("\n### ")[0]


def test_no_tracked_text_names_a_folder_of_a_machine_or_a_package_registry():
    folders = r"(?<![\w.)}\]/])/(?:work|tmp|root|opt|mnt|Users)/\w|/home/\w+/|[A-Z]:\\\\?Users"
    registries = "|".join(
        ("pypi" + r"\.org", "python" + r"hosted\.org", "index" + "-url", "find" + "-links", "-" + "-hash=")
    )
    wrong = []
    for path in tracked():
        if path.suffix not in TEXT or path == Path(__file__).resolve():
            continue
        text = path.read_text("utf-8", errors="replace")
        wrong += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in re.finditer(f"{folders}|{registries}", text)]
    assert not wrong


def test_the_constraints_pin_every_declared_dependency_exactly():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.match(r"[\w.-]+", text)[0].lower().replace("_", "-") for text in declared}
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    assert names - pinned == set()
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+(; .+)?", line)] == []


def test_decisions_are_numbered_once_and_say_context_options_and_decision():
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in files]
    assert len(set(numbers)) == len(numbers) >= 3
    for path in files:
        text = path.read_text("utf-8")
        assert re.match(rf"# {int(path.name[:4])}\. ", text), path.name
        assert all(word in text.lower() for word in ("context", "decision")), path.name
