"""Where in a profile a mistake stands, so that it can be told with file and line."""

import re
from pathlib import Path

from loaders.errors import Faulty, LoadError


def placed(file: Path, error: LoadError) -> Faulty:
    """The mistake of a profile that cannot be used, with its line where that is known and what to do about it."""
    text = file.read_text("utf-8", errors="replace") if file.is_file() else ""
    line = line_of(text, error.message)
    named = re.search(r'^name\s*=\s*"([^"]+)"', text.partition("\n[")[0], re.MULTILINE)
    hint = f"correct it, then try it with: throughline profile check {file}"
    place = f"{file}, line {line}" if line else str(file)
    return Faulty(place, f"{error.message}; {hint}", named.group(1) if named else file.stem)


def line_of(text: str, message: str) -> int | None:
    """The line of a profile that a message is about, counted from 1.

    A message begins `[table.of.the.profile] key`; each word of that path is looked for below the one before.
    """
    if found := re.search(r"\(at line (\d+)", message):
        return int(found.group(1))
    path = re.match(r"(?:\[(?P<where>[^\]]+)\] )?(?P<key>[^\s:=]+)", message)
    if path is None:
        return None
    lines, at = text.splitlines(), None
    for word in (path["where"] or "").split("."):
        at = _below(lines, at, _named(word)) if word else at
    at = _below(lines, at, _key(path["key"]))
    return None if at is None else at + 1


def _below(lines: list[str], at: int | None, pattern: str) -> int | None:
    """The first line from `at` on that fits; `at` itself where none does."""
    return next((index for index in range(at or 0, len(lines)) if re.search(pattern, lines[index])), at)


def _key(word: str) -> str:
    return rf"""(?:^|[{{,\s])["']?{re.escape(word)}["']?\s*="""


def _named(word: str) -> str:
    """A word in the head of a table, as a key, or as what a key is set to."""
    text = re.escape(word)
    return rf"""^\s*\[+(?:.*\.)?["']?{text}["']?[.\]]|{_key(word)}|=\s*["']{text}["']"""
