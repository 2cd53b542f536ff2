"""From files to a version: load, then build when something changed. Shared by `load`, `withdraw` and `demo`."""

import getpass
from pathlib import Path

from throughline import say


def load_and_build(home, paths: list[Path], profile=None, exported_at=None, dry_run=False, told=True):
    """Load the files and build when the ledger holds what the newest version does not.

    Returns the entries of every file and the number of the version readers now get.
    """
    from loaders.folders import passed_over
    from loaders.load import load_files
    from loaders.profile import faulty
    from warehouse.versions import current

    if told and profile is None:
        for fault in faulty(home):
            say.note(f"throughline: {fault}")
    options = {"profile": profile, "exported_at": exported_at, "dry_run": dry_run}
    results = load_files(home, paths, **options, progress=say.progress if told else None, who=who())
    if told:
        _note_guesses(results, passed_over(paths))
    entries = [entry for result in results for entry in result.entries]
    if dry_run or not is_stale(home):
        return entries, current(home)
    return entries, build_version(home)


def _note_guesses(results: list, passed: list[Path]) -> None:
    """Warn of what was decided without being told: the date of an export, which files of a folder are none."""
    for result in results:
        if result.exported and result.exported.basis == "inferred":
            day = result.exported.at or "unknown"
            hint = "state it with --exported-at or in the file name (NAME_YYYY-MM-DD.csv)"
            say.note(f"throughline: {result.file}: exported {day}, inferred; {hint}")
    if passed:
        say.note(f"throughline: passed over, no export by its suffix: {', '.join(path.name for path in passed)}")


def build_version(home) -> int:
    """A new version out of all active loads, also of a call that died after its verdict, with the metrics' rows."""
    from loaders.ledger import settle
    from metrics.materialise import materialise
    from warehouse.build import build

    settle(home)
    return build(home, materialise=materialise, progress=lambda step: say.note(f"build: {step}"))


def verdict(entries: list[dict], home=None) -> tuple[int, list[str]]:
    """The exit code of a load, and what makes it other than 0: refusals first, then files that were ignored as a whole,
    then rejects with where they lie."""
    refused = [entry for entry in entries if entry["status"] == "refused"]
    blocked = [entry for entry in entries if entry["status"] == "blocked"]
    kept = [entry for entry in entries if entry["status"] in ("loaded", "partly")]
    rejected = [entry for entry in kept if entry["rejected"]]
    ignored = [entry for entry in entries if entry["status"] == "ignored"]
    told = [f"{entry['file']}: refused: {'; '.join(_issues(entry))}" for entry in refused]
    guilty = ", ".join(dict.fromkeys(entry["file"] for entry in refused))
    told += [f"{entry['file']}: ignored: {_issues(entry)[0]}" for entry in ignored]
    told += dict.fromkeys(f"{entry['file']}: blocked because {guilty} was refused" for entry in blocked)
    for entry in rejected:
        told += [f"{entry['file']}: {entry['rejected']} of {entry['rows_in']} rows rejected{_rejects(entry, home)}"]
        told += [f"  {text}" for text in _issues(entry)]
    quiet = [entry for entry in kept if not entry["rejected"] and entry["issues"]]
    told += [f"{entry['file']}: {'; '.join(_issues(entry))}" for entry in quiet]
    return (2 if refused or blocked else 1 if rejected or ignored else 0), told


def _issues(entry: dict) -> list[str]:
    return [_issue(issue) for issue in entry.get("issues", ())[:3]]


def _issue(issue: dict) -> str:
    """An issue as one line: line 4, net_amount 'abc': reason."""
    line = f"line {issue['line']}" if issue["line"] else ""
    cell = " ".join(filter(None, (issue["column"], repr(issue["value"]) if issue["value"] is not None else "")))
    place = ", ".join(filter(None, (line, cell)))
    return f"{place}: {issue['reason']}" if place else str(issue["reason"])


def _rejects(entry: dict, home) -> str:
    """Where the rejected rows of an entry lie; nothing where none were kept."""
    file = home.loads / str(entry["load_id"]) / f"{entry['table']}.rejects.csv" if home else None
    return f"; they lie in {file}" if file and file.exists() else ""


def is_stale(home) -> bool:
    """Whether a build with the metrics of now would make something else than the newest version."""
    from metrics.materialise import fingerprint
    from warehouse.status import stale

    return stale(home, fingerprint())


def who() -> str | None:
    """The name of whoever runs this, for the ledger; None where the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None
