"""Loads files into the ledger: read, converted, proved, kept. It does not build; the caller does that next.

Several files of one call share one verdict: where one is refused, nothing of the call is kept.
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from loaders import ledger
from loaders.errors import LoadError, Unclaimed
from loaders.exported import Exported, by_command
from loaders.folders import files_of, left_out, rows_of
from loaders.model import Profile
from loaders.profile import faulty, profiles, read_profile
from loaders.stage import Staged, convert, open_staged
from warehouse.home import Home
from warehouse.loads import write_manifest
from warehouse.state import get_settings

MEMORY = "1700MB"

Progress = Callable[[str, float, str], None]


@dataclass
class FileResult:
    """What became of one file. `status`: loaded, partly (with rejects), unchanged, ignored (of a folder, and like no
    known export), blocked (an other file of the call was refused) or refused; `message` says why it was ignored or
    refused; `exported` dates a fresh one. `entries` are its tables as `load --json` shows them."""

    file: str
    status: str
    load_id: str | None = None
    message: str | None = None
    exported: Exported | None = None
    entries: list[dict] = field(default_factory=list)


def load_files(
    home: Home,
    paths: list[Path],
    profile: str | None = None,
    exported_at: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    who: str | None = None,
) -> list[FileResult]:
    """Load files into the ledger of `home`; one result for each file in the order given (a folder: its files by name).

    `profile` is the name of one or a TOML file; `exported_at` an ISO date or instant for all files. A dry run does
    everything but keep the loads. `progress(file, share, what)` is called on the way, share from 0 to 1.
    Of a folder, files like no known export are ignored, all their rows with them. One that no profile knows is refused
    where it is named itself, where it is near a known export, where a profile of the home has a mistake (it might know
    the file) and where its folder holds nothing known. LoadError for a wrong profile or date and where there is nothing
    to load; a refused file is a result.
    """
    call = _Call(home, profile, exported_at, progress or (lambda file, share, what: None), who)
    files = files_of(paths)
    with ledger.staging(home, dry_run) as root:
        for index, path in enumerate(files):
            call.open(path, root / f"{ledger.STAGED}{index}")
        call.leave_out(files)
        call.convert_all()
        results = [call.result(path) for path in files]
        if not call.refused and call.fresh and not dry_run:
            call.keep()
    return results


class _Call:
    """One call of load_files: what is known, what was opened, what was refused."""

    def __init__(self, home: Home, profile: str | None, exported_at: str | None, progress: Progress, who: str | None):
        self.home, self.progress, self.who = home, progress, who
        self.zone = get_settings(home).tz
        self.known, self.faults = _known(home, profile), [] if profile else faulty(home)
        self.command = by_command(exported_at, self.zone) if exported_at else None
        self.con = _connect(home)
        self.fresh: dict[Path, Staged] = {}
        self.ids: dict[Path, str] = {}
        self.refused: dict[Path, str] = {}
        self.unclaimed: dict[Path, Path] = {}
        self.near: set[Path] = set()
        self.ignored: dict[Path, str] = {}

    def open(self, path: Path, folder: Path) -> None:
        if path in self.ids or path in self.refused:
            return
        try:
            staged = open_staged(self.con, path, folder, self.known, self.command, self.zone, self.told(path))
            self.ids[path] = load_id = _load_id(staged)
            if load_id in [self.ids[other] for other in self.fresh] or self.stands(staged, load_id):
                shutil.rmtree(folder)
            else:
                staged.parts()
                self.fresh[path] = staged
        except Unclaimed as error:
            self.unclaimed[path] = folder
            if error.near:
                self.near.add(path)
            self.refuse(path, LoadError(error.file, self.with_faults(error.message)))
        except LoadError as error:
            self.refuse(path, error)

    def with_faults(self, message: str) -> str:
        """Why nobody claims a file: perhaps a profile would, had it no mistake."""
        return "; ".join([message, *(f"left out for a mistake: {fault}" for fault in self.faults)])

    def leave_out(self, files: dict[Path, Path | None]) -> None:
        """Let go of what a folder holds beside exports; what may be an export stays refused."""
        for path in left_out(set(self.unclaimed), files):
            if path in self.near:
                self.refused[path] += "; if it is no such export, move it out of the folder"
            elif not self.faults:
                self.ignored[path] = self.refused.pop(path)

    def told(self, path: Path) -> Callable[[float, str], None]:
        return lambda share, what: self.progress(path.name, share, what)

    def refuse(self, path: Path, error: LoadError) -> None:
        self.refused[path] = error.message
        self.fresh.pop(path, None)

    def stands(self, staged: Staged, load_id: str) -> bool:
        """Whether the ledger holds this very file, read by this very profile."""
        manifest = self.home.loads / load_id / "manifest.json"
        if not manifest.exists():
            return False
        told = _manifest(manifest)
        return told["state"] == "active" and told["profile_sha"] == staged.profile.sha

    def convert_all(self) -> None:
        """Convert every file; those that put their own export date in a column wait for the others to date them."""
        waiting = [path for path, staged in self.fresh.items() if staged.needs_date()]
        for path in [path for path in self.fresh if path not in waiting]:
            self.convert(path)
        latest = max(
            filter(None, (staged.exported and _day(staged.exported) for staged in self.fresh.values())), default=None
        )
        for path in waiting:
            if latest is None:
                hint = "state it with --exported-at, or in the profile by file name or field"
                self.refuse(path, LoadError(path.name, f"needs the date of its export, and nothing tells it; {hint}"))
                continue
            self.fresh[path].exported = Exported(latest, True, "inferred")
            self.convert(path)
        for staged in self.fresh.values():
            staged.exported = staged.exported or Exported(latest, True, "inferred")

    def convert(self, path: Path) -> None:
        staged = self.fresh[path]
        try:
            convert(self.con, staged, self.zone, self.told(path))
        except LoadError as error:
            return self.refuse(path, error)
        if staged.exported is None and staged.latest:
            staged.exported = Exported(staged.latest, True, "inferred")
        self.progress(path.name, 1.0, "done")

    def result(self, path: Path) -> FileResult:
        for status, reasons in (("refused", self.refused), ("ignored", self.ignored)):
            if path in reasons:
                issue = {"line": None, "column": None, "value": None, "reason": reasons[path]}
                told = {"issues": [issue], **self.passed(path, status)}
                entry = _entry(path.name, None, None, status, told, None)
                return FileResult(path.name, status, None, reasons[path], None, [entry])
        load_id, staged = self.ids[path], self.fresh.get(path)
        if staged is None:
            status, tables, system = "unchanged", *self.before(load_id)
        else:
            rejected = any(entry["rejected"] for entry in staged.tables)
            status, tables, system = "partly" if rejected else "loaded", staged.tables, staged.profile.system
        if self.refused and status != "unchanged":
            status, load_id = "blocked", None
        entries = [_entry(path.name, system, entry["table"], _own(status, entry), entry, load_id) for entry in tables]
        return FileResult(path.name, status, load_id, None, staged.exported if staged else None, entries)

    def passed(self, path: Path, status: str) -> dict:
        """The rows of an ignored file; of a refused one none were read."""
        if status != "ignored":
            return {}
        (copy,) = (self.unclaimed[path] / "raw").iterdir()
        rows = rows_of(copy)
        return {"rows_in": rows, "ignored": rows}

    def before(self, load_id: str) -> tuple[list[dict], str]:
        """The entries of a load that stands already, in the ledger or earlier in this call."""
        for path, staged in self.fresh.items():
            if self.ids[path] == load_id:
                return staged.tables, staged.profile.system
        manifest = self.home.loads / load_id / "manifest.json"
        if not manifest.exists():
            return [], ""
        told = _manifest(manifest)
        return told["tables"], told["system"]

    def keep(self) -> None:
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
        for path, staged in self.fresh.items():
            write_manifest(staged.folder, self.manifest(path, staged, now))
        ledger.commit(self.home, {self.ids[path]: staged.folder for path, staged in self.fresh.items()})

    def manifest(self, path: Path, staged: Staged, now: str) -> dict:
        told, source = staged.exported, staged.source
        return {
            "load_id": self.ids[path],
            "state": "active",
            "system": staged.profile.system,
            "side": staged.profile.side,
            "profile": staged.profile.name,
            "profile_sha": staged.profile.sha,
            "object": source.object.name,
            "file": path.name,
            "file_sha256": staged.survey.sha256,
            "bytes": staged.survey.size,
            "exported_at": told.at,
            "exported_is_date": told.is_date,
            "exported_basis": told.basis,
            "scope": source.object.scope,
            "timezone": source.object.timezone or self.zone,
            "loaded_at": now,
            "loaded_by": self.who,
            "decisions": {"encoding": source.encoding} if source.encoding else {},
            "tables": staged.tables,
        }


def _known(home: Home, profile: str | None) -> dict[str, Profile]:
    if profile is None:
        return profiles(home)
    if profile.endswith(".toml"):
        found = read_profile(Path(profile))
        return {found.name: found}
    known = profiles(home)
    for fault in faulty(home):
        if fault.profile == profile:
            raise fault
    if profile not in known:
        raise LoadError(profile, f"no such profile; known are {', '.join(sorted(known))}, or give a .toml file")
    return {profile: known[profile]}


def _connect(home: Home) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:", config={"temp_directory": str(home.spill), "memory_limit": MEMORY})
    con.execute("set timezone = 'UTC'").fetchall()
    con.execute("set python_enable_replacements = false").fetchall()
    # pushed below the projections, the filter on failed cells would work every conversion out a second time;
    # and planning the short lists of texts that mean missing as joins takes longer than reading a small file
    con.execute("set disabled_optimizers = 'filter_pushdown,in_clause'").fetchall()
    return con


def _load_id(staged: Staged) -> str:
    told = staged.exported.at if staged.exported and staged.exported.basis in ("command", "file_name", "field") else ""
    return hashlib.sha256(f"{staged.survey.sha256}\n{told}\n{staged.profile.name}".encode()).hexdigest()[:16]


def _manifest(file: Path) -> dict:
    import json

    return json.loads(file.read_text("utf-8"))


def _day(told: Exported) -> str | None:
    return told.at[:10] if told.at else None


def _own(status: str, entry: dict) -> str:
    """Status of one table of a file: partly only where it has rejects itself."""
    return "loaded" if status == "partly" and not entry["rejected"] else status


def _entry(file: str, system: str | None, table: str | None, status: str, told: dict, load_id: str | None) -> dict:
    counts = {name: told.get(name, 0) for name in ("rows_in", "loaded", "rejected", "ignored")}
    totals, issues = told.get("control_totals", {}), told.get("issues", [])
    return {
        "file": file, "system": system, "table": table, "status": status, **counts,
        "control_totals": totals, "issues": issues, "load_id": load_id,
    }  # fmt: skip
