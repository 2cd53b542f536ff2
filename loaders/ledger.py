"""The ledger: a load is staged in a folder of its own and appears by a rename, or not at all.

Several loads of one call are renamed one after the other; a note written before tells the next load, build or
withdrawal to finish that, should the process die in between. Everything else that was staged and not renamed is
cleared.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import Timeout

from warehouse.home import Home
from warehouse.loads import NOTE, lock

STAGED = ".tmp-"


@contextmanager
def staging(home: Home, dry_run: bool) -> Iterator[Path]:
    """A folder to stage loads in, cleared at the end. A dry run stages outside the home and leaves nothing there."""
    if dry_run:
        with tempfile.TemporaryDirectory(prefix="throughline-") as folder:
            yield Path(folder)
        return
    home.loads.mkdir(parents=True, exist_ok=True)
    with lock(home):
        finish(home)
        clear(home)
        try:
            yield home.loads
        finally:
            clear(home)


def clear(home: Home) -> None:
    """Remove what earlier loads staged and never kept."""
    for left in home.loads.glob(f"{STAGED}*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink()


def finish(home: Home) -> None:
    """Finish the renames of a call that died after its verdict."""
    note = home.loads / NOTE
    if note.exists():
        _rename_all(home, json.loads(note.read_text("utf-8")))
        note.unlink()


def settle(home: Home) -> None:
    """Finish what a call left that died after its verdict; waits for a call that is at its renames now."""
    if (home.loads / NOTE).exists():
        with lock(home):
            finish(home)


def unfinished(home: Home) -> list[str]:
    """The loads of a call that died after its verdict: no build takes them before `settle`. None of a call at work."""
    note = home.loads / NOTE
    if not note.exists():
        return []
    try:
        with lock(home).acquire(timeout=0):
            return sorted(json.loads(note.read_text("utf-8"))) if note.exists() else []
    except Timeout:
        return []


def commit(home: Home, staged: dict[str, Path]) -> None:
    """Let staged folders appear under their load ids, all of them or, after a crash, all at the next load or build."""
    for folder in staged.values():
        sync(folder)
    note = home.loads / f"{STAGED}note"
    names = {load_id: folder.name for load_id, folder in staged.items()}
    note.write_text(json.dumps(names), "utf-8")
    _fsync(note)
    os.replace(note, home.loads / NOTE)
    _fsync(home.loads)
    _rename_all(home, names)
    (home.loads / NOTE).unlink()


def _rename_all(home: Home, names: dict[str, str]) -> None:
    for load_id, name in names.items():
        folder, target = home.loads / name, home.loads / load_id
        if folder.exists():
            if target.exists():
                target.rename(home.loads / f"{STAGED}old-{load_id}")
            folder.rename(target)
    _fsync(home.loads)


def sync(folder: Path) -> None:
    """Make every file of a folder durable."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            _fsync(path)
    _fsync(folder)


def _fsync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
