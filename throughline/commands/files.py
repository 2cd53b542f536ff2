"""`load`, `build`, `status`, `rollback`, `withdraw`: what goes into a home, and which version readers get."""

from pathlib import Path
from typing import Annotated

import typer

from throughline import say
from throughline.options import HomeOption, JsonOption, home_of

COUNTS = ("rows_in", "loaded", "rejected", "ignored")
SHOWN_FILES = 30
RANK = {"refused": 0, "blocked": 1, "ignored": 3}

Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH...", help="Exports, or folders of them; in a folder, files like no known export are ignored."
    ),
]
PROFILE_HELP = "Which profile reads the files; default: the one that knows the header."
Profile = Annotated[str | None, typer.Option("--profile", metavar="NAME|FILE.toml", help=PROFILE_HELP)]
ExportedAt = Annotated[str | None, typer.Option("--exported-at", metavar="DATE", help="When the files were exported.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, keep nothing.")]


def load(
    path: Paths,
    home: HomeOption = None,
    profile: Profile = None,
    exported_at: ExportedAt = None,
    dry_run: DryRun = False,
    json: JsonOption = False,
) -> None:
    """Check and load exports, then build a new version; one refused file and nothing of this call is kept.

    The status of a file is loaded, unchanged (it is there already), partly (with rejected rows; exit 1), ignored (of a
    folder, and like no known export: all its rows are ignored; exit 1), refused (exit 2) or blocked (another file of
    the call was refused). A file of a folder that is near a known export, or that a profile with a mistake might know,
    is refused.
    """
    from throughline.loading import load_and_build, verdict

    place = home_of(home)
    entries, version = load_and_build(place, path, profile, exported_at, dry_run)
    code, told = verdict(entries, place)
    if json:
        say.document({"files": entries, "version": version})
    else:
        _print_entries(entries)
        kept = "nothing kept: --dry-run" if dry_run else f"version {version}" if version else "no version yet"
        say.line(kept)
    for text in told:
        say.note(f"throughline: {text}")
    raise typer.Exit(code)


def _print_entries(entries: list[dict]) -> None:
    """A line a file and table, refused files first; of many files a line a table, with how many files gave it."""
    entries = sorted(entries, key=lambda entry: RANK.get(entry["status"], 2))
    columns = ("file", "system", "table", "status")
    rows = [[*(entry[name] for name in columns), *(entry[name] for name in COUNTS)] for entry in entries]
    if len(rows) > SHOWN_FILES:
        columns, rows = ("files", *columns[1:]), _summed(entries)
    say.table((*columns, *COUNTS), rows, right=("files", *COUNTS))


def _summed(entries: list[dict]) -> list[list]:
    found: dict[tuple, list[int]] = {}
    for entry in entries:
        sums = found.setdefault((entry["system"], entry["table"], entry["status"]), [0] * (len(COUNTS) + 1))
        for at, number in enumerate((1, *(entry[name] for name in COUNTS))):
            sums[at] += number
    return [[files, *key, *sums] for key, (files, *sums) in found.items()]


def status(home: HomeOption = None, json: JsonOption = False) -> None:
    """Versions, loads, how fresh each system's objects are and how much of them is joined."""
    from loaders.ledger import unfinished
    from metrics.materialise import fingerprint
    from throughline.standing import print_status, stale_of
    from warehouse.status import status as read_status

    place = home_of(home)
    found = {**read_status(place, fingerprint()), "unfinished": unfinished(place)}
    if json:
        say.document(found)
    else:
        print_status(found)
    for text in (stale := stale_of(found)):
        say.note(f"throughline: {text}")
    raise typer.Exit(1 if stale else 0)


def build(home: HomeOption = None, json: JsonOption = False) -> None:
    """Build a new version out of the active loads, with the metrics, settings and decisions of now."""
    from throughline.loading import build_version

    version = build_version(home_of(home))
    say.either(json, {"version": version}, f"version {version}")


def rollback(
    version: Annotated[int, typer.Argument(metavar="VERSION", help="`throughline status` lists them.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Let every reader get an older version again, from now on."""
    from throughline.standing import forward
    from warehouse import versions

    place = home_of(home)
    before = versions.current(place)
    number, newest = versions.rollback(place, version), max(versions.numbers(place))
    told = f"version {number} is current (before: {before})" if number == newest else forward(number, newest)
    say.either(json, {"version": number, "before": before, "newest": newest}, told)


def withdraw(
    load_id: Annotated[str, typer.Argument(metavar="LOAD_ID", help="`throughline status` lists them.")],
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Take one load out and build a version without it; loading the same file again brings it back."""
    from loaders.ledger import settle
    from throughline.loading import build_version, is_stale
    from warehouse.loads import withdraw as take_out
    from warehouse.versions import current

    place = home_of(home)
    settle(place)
    taken = take_out(place, load_id)
    version = build_version(place) if is_stale(place) else current(place)
    document = {"load_id": load_id, "file": taken.file, "state": taken.state, "version": version}
    say.either(json, document, f"withdrew {taken.file} ({load_id}); version {version}")
