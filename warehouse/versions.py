"""Finished versions: which there are, which is current, opening one to read, going back, clearing old ones away."""

import json
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.home import Home

KEEP = 5
OPEN_AT_ONCE = 4
READ_MEMORY = "2GB"
_open: OrderedDict[tuple, "Version"] = OrderedDict()
_lock = threading.Lock()


class NoVersion(ValueError):
    """No such version; the message says which there are."""


@dataclass
class Version:
    """One immutable version, open for reading. Take one cursor per query and drain it.

    `facts` is what the build wrote beside the file: loads, row counts, checks, freshness, seconds of each step.
    """

    number: int
    facts: dict
    path: Path
    connection: duckdb.DuckDBPyConnection

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own; threads must not share one."""
        return self.connection.cursor()

    def close(self) -> None:
        """Let go of the file. Cursors already taken live on until they are closed."""
        with _lock:
            for key in [key for key, version in _open.items() if version is self]:
                del _open[key]
        self.connection.close()


def current(home: Home) -> int | None:
    """The number of the version that readers get, None before the first build."""
    try:
        return int(home.current.read_text("utf-8"))
    except FileNotFoundError:
        return None


def facts(home: Home, number: int) -> dict:
    """What the build of a version wrote about it. Raises NoVersion."""
    try:
        return json.loads((home.versions / f"{number}.json").read_text("utf-8"))
    except FileNotFoundError:
        raise NoVersion(_offer(home, number)) from None


def list_versions(home: Home) -> list[dict]:
    """The versions on disk, oldest first: {number, built_at, loads, current}."""
    now = current(home)
    found = []
    for number in numbers(home):
        told = facts(home, number)
        found.append(
            {"number": number, "built_at": told["built_at"], "loads": len(told["loads"]), "current": number == now}
        )
    return found


def numbers(home: Home) -> list[int]:
    """Numbers of the finished versions: those whose facts stand beside the data."""
    stems = [path.stem for path in home.versions.glob("*.json")]
    return sorted(int(stem) for stem in stems if stem.isdigit() and (home.versions / f"{stem}.duckdb").exists())


def open_version(home: Home, number: int | None = None) -> Version:
    """The version of that number, else the current one; connections are shared within the process.

    Raises NoVersion when there is none. Reads see no file but this one and cannot change a setting.
    """
    chosen = current(home) if number is None else number
    path = home.versions / f"{chosen}.duckdb"
    if chosen is None or not path.exists():
        if number is None and chosen != current(home):  # replaced and cleared away in this very moment
            return open_version(home)
        raise NoVersion(_offer(home, chosen))
    stat = path.stat()
    key = (str(path), chosen, stat.st_ino, stat.st_mtime_ns)
    with _lock:
        if key not in _open:
            _open[key] = Version(chosen, facts(home, chosen), path, _connect(home, path))
        _open.move_to_end(key)
        version = _open[key]
        while len(_open) > OPEN_AT_ONCE:
            _open.popitem(last=False)
        return version


def _connect(home: Home, path: Path) -> duckdb.DuckDBPyConnection:
    config = {"memory_limit": READ_MEMORY, "temp_directory": str(home.spill / "read")}
    con = duckdb.connect(str(path), read_only=True, config=config)
    # a version put aside may still be read elsewhere in the process: DuckDB then hands out the same, locked instance
    if not con.execute("select current_setting('lock_configuration')").fetchone()[0]:
        con.execute("set enable_external_access = false")
        con.execute("set lock_configuration = true")
    return con


def _offer(home: Home, number: int | None) -> str:
    known = ", ".join(map(str, numbers(home)))
    if not known:
        return "there is no version yet; load files first"
    return f"no version {number}; there are {known}"


def point_at(home: Home, number: int) -> None:
    """Make a finished version the current one, in one step."""
    fresh = home.path / ".CURRENT"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(str(number))
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, home.current)


def rollback(home: Home, number: int) -> int:
    """Let readers get an older version again. Raises NoVersion. The next build makes a new number on top."""
    if number not in numbers(home):
        raise NoVersion(_offer(home, number))
    point_at(home, number)
    return number


def collect_garbage(home: Home, keep: int = KEEP) -> list[int]:
    """Delete all but the newest versions and the current one; what the system will not delete stays for next time."""
    kept = set(numbers(home)[-keep:]) | {current(home)}
    gone = []
    for number in numbers(home):
        if number not in kept and _delete(home.versions / f"{number}.duckdb"):
            _delete(home.versions / f"{number}.json")
            gone.append(number)
    return gone


def _delete(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
