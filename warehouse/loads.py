"""The ledger as the build reads it: one folder per load, its manifest and its typed Parquet files."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from filelock import FileLock

from warehouse.home import Home
from warehouse.state import get_settings

TIMELESS = "1900-01-01"
NOTE = ".commit.json"


class NoSuchLoad(ValueError):
    """The ledger holds no load of that id; the message offers the nearest."""


@dataclass(frozen=True)
class Load:
    """One file that was loaded, as its manifest tells it.

    `exported_at` is the text of the manifest: a date when `exported_is_date`, else an instant (of UTC if without zone).
    None is a master of which nobody knows the day: it holds from the beginning and moves no as-of date.
    """

    load_id: str
    system: str
    object: str
    exported_at: str | None
    folder: Path
    state: str = "active"
    side: str = "company"
    profile: str = ""
    file: str = ""
    exported_is_date: bool = True
    exported_basis: str = "inferred"
    scope: str = "partial"
    loaded_at: str = ""
    tables: tuple[Mapping, ...] = field(default=(), hash=False)

    @property
    def namespace(self) -> str:
        """What stands before the slash of every id of this load: the stem of its profile."""
        return (Path(self.profile).name.removesuffix(".toml") or self.system).lower()

    @property
    def instant(self) -> datetime:
        """The moment of the export in UTC; a bare date counts as midnight."""
        found = datetime.fromisoformat(self.exported_at or TIMELESS)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)

    def local_date(self, tz: str) -> date:
        """The day of the export in the company's zone."""
        return (
            self.instant.date()
            if self.exported_is_date or not self.exported_at
            else self.instant.astimezone(ZoneInfo(tz)).date()
        )

    def last_full_day(self, tz: str) -> date | None:
        """The last day the export saw to its end: its own if only dated or taken from 23:00 on, else the day before."""
        if self.exported_at is None:
            return None
        late = self.exported_is_date or self.instant.astimezone(ZoneInfo(tz)).time() >= time(23)
        return self.local_date(tz) - timedelta(days=0 if late else 1)

    def order(self, tz: str) -> tuple:
        """Sort key of exports: a bare date stands for the end of its day."""
        seen_to = self.instant
        if self.exported_is_date:
            seen_to = datetime.combine(self.instant.date(), time.max, ZoneInfo(tz)).astimezone(UTC)
        return seen_to, self.loaded_at, self.load_id


def read_load(folder: Path) -> Load:
    """The load in a folder of the ledger."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    known = {name: manifest[name] for name in Load.__dataclass_fields__ if name in manifest}
    return Load(**{**known, "folder": folder, "tables": tuple(manifest.get("tables", ()))})


def lock(home: Home) -> FileLock:
    """The lock of whoever changes the ledger: a load, a withdrawal."""
    return FileLock(home.path / "load.lock")


def all_loads(home: Home) -> list[Load]:
    """Every load of the ledger, withdrawn ones too, in the order of their exports.

    Of the files of one call that is being committed, or died in its commit, none is there until all are.
    """
    if not home.loads.exists():
        return []
    tz = get_settings(home).tz
    return sorted((read_load(home.loads / load_id) for load_id in _settled(home)), key=lambda load: load.order(tz))


def _settled(home: Home) -> set[str]:
    """The loads that no commit is at work on; looked at anew where one began or ended meanwhile."""
    while True:
        before, committing = listed(home), _committing(home)
        if before - committing == listed(home) - committing:
            return before - committing


def listed(home: Home) -> set[str]:
    """The ids of the loads whose folders are there at this moment."""
    return {file.parent.name for file in home.loads.glob("*/manifest.json") if not file.parent.name.startswith(".")}


def _committing(home: Home) -> set[str]:
    try:
        return set(json.loads((home.loads / NOTE).read_text("utf-8")))
    except FileNotFoundError:
        return set()


def active_loads(home: Home) -> list[Load]:
    """The loads a build uses, oldest export first, then in the order they were loaded, then by id."""
    return [load for load in all_loads(home) if load.state == "active"]


def write_manifest(folder: Path, manifest: Mapping) -> None:
    """Write the manifest of a load so that a reader sees the old one or the new one, never a part."""
    fresh = folder / ".manifest.json"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(manifest, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, folder / "manifest.json")


def withdraw(home: Home, load_id: str) -> Load:
    """Take a load out of the next build; its files stay, so that it can be restored.

    Raises NoSuchLoad when the ledger does not hold it.
    """
    return _set_state(home, load_id, "withdrawn")


def restore(home: Home, load_id: str) -> Load:
    """Let a withdrawn load take part in builds again."""
    return _set_state(home, load_id, "active")


def _set_state(home: Home, load_id: str, state: str) -> Load:
    folder = home.loads / load_id
    if not load_id.isalnum() or not (folder / "manifest.json").exists():
        known = ", ".join(load.load_id for load in all_loads(home)[-5:]) or "none"
        raise NoSuchLoad(f"no load {load_id!r} in the ledger; the latest are {known}")
    with lock(home):
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        write_manifest(folder, {**manifest, "state": state})
        return read_load(folder)
