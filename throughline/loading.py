"""From files to a version: load, then build when something changed. Shared by `load`, `withdraw` and `demo`."""

import getpass
from pathlib import Path

from throughline import say


def load_and_build(home, paths: list[Path], profile=None, exported_at=None, dry_run=False, told=True):
    """Load the files and build when the ledger holds what the newest version does not.

    Returns the entries of every file and the number of the version readers now get.
    """
    from loaders.load import load_files
    from warehouse.versions import current

    options = {"profile": profile, "exported_at": exported_at, "dry_run": dry_run}
    results = load_files(home, paths, **options, progress=say.progress if told else None, who=who())
    entries = [entry for result in results for entry in result.entries]
    if dry_run or not _outdated(home):
        return entries, current(home)
    return entries, build_version(home)


def build_version(home) -> int:
    """A new version out of all active loads, with the metrics' rows in it."""
    from metrics.materialise import materialise
    from warehouse.build import build

    return build(home, materialise=materialise, progress=lambda step: say.note(f"build: {step}"))


def verdict(entries: list[dict]) -> tuple[int, list[str]]:
    """The exit code of a load, and a line for everything that makes it other than 0."""
    refused = [entry for entry in entries if entry["status"] in ("refused", "blocked")]
    rejected = [entry for entry in entries if entry["rejected"] and entry["status"] in ("loaded", "partly")]
    told = [f"{entry['file']}: {entry['status']}{_reason(entry)}" for entry in refused]
    told += [f"{entry['file']}: {entry['rejected']} of {entry['rows_in']} rows rejected" for entry in rejected]
    return (2 if refused else 1 if rejected else 0), told


def _reason(entry: dict) -> str:
    reasons = [str(issue["reason"]) for issue in entry.get("issues", ())[:3]]
    return f": {'; '.join(reasons)}" if reasons else ""


def _outdated(home) -> bool:
    """Whether the newest version was not built from the active loads: something was loaded, or a build was killed."""
    from warehouse.loads import active_loads
    from warehouse.versions import facts, numbers

    active = {load.load_id for load in active_loads(home)}
    built = numbers(home)
    return active != set(facts(home, built[-1])["loads"]) if built else bool(active)


def who() -> str | None:
    """The name of whoever runs this, for the ledger; None where the system knows none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None
