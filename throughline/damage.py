"""Errors of the system and of damaged files, told in a line that names the file."""

import json
from pathlib import Path

from throughline.options import home_of


def foreign(error: Exception, argv: list[str]) -> str | None:
    """What to tell of an error that no room raised; None where it is a fault of the program."""
    if isinstance(error, OSError):
        what = error.strerror or type(error).__name__
        return f"{error.filename}: {what}" if error.filename else str(error)
    if isinstance(error, ValueError | KeyError | TypeError | AttributeError):
        return damaged(home_of(_home(argv)).path)
    return None


def _home(argv: list[str]) -> Path | None:
    stated = [word.partition("=")[2] for word in argv if word.startswith("--home=")]
    stated += [word for flag, word in zip(argv, argv[1:], strict=False) if flag == "--home"]
    return Path(stated[-1]) if stated else None


def damaged(home: Path) -> str | None:
    """The first file of a home that cannot be read as what it is, with what helps; None where all can."""
    current = home / "CURRENT"
    if current.exists() and not _text(current).strip().isdecimal():
        return f"{current}: holds no version number; write the number of a version into it, or delete it and build"
    for file in sorted(home.glob("versions/*.json")):
        if not {"version", "loads"} <= _keys(file):
            return f"{file}: is damaged; delete it and run throughline build"
    for file in sorted(home.glob("loads/*/manifest.json")):
        if not {"load_id", "system", "object", "exported_at"} <= _keys(file):
            return f"{file}: is damaged; move its folder away, then load {file.parent / 'raw'} again"
    return None


def _text(file: Path) -> str:
    return file.read_text("utf-8", errors="replace")


def _keys(file: Path) -> set[str]:
    try:
        found = json.loads(_text(file))
    except ValueError:
        return set()
    return set(found) if isinstance(found, dict) else set()
