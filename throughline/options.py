"""Options that several commands share, and how their texts are read."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help="Loads and versions; else $THROUGHLINE_HOME, else the user's data folder.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def home_of(option: Path | None):
    """The home that --home, the environment or the default names."""
    from warehouse.home import resolve_home

    return resolve_home(option)


def day(flag: str, text: str | None) -> date | None:
    """A local date given as YYYY-MM-DD. Raises BadParameter naming the flag."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{flag} takes a date as YYYY-MM-DD, not {text!r}") from None


def pairs(flag: str, words: list[str]) -> list[tuple[str, str]]:
    """NAME=VALUE words as pairs; the value may be empty. Raises BadParameter naming the flag."""
    wrong = [word for word in words if "=" not in word or word.startswith("=")]
    if wrong:
        raise typer.BadParameter(f"{flag} takes NAME=VALUE, not {wrong[0]!r}")
    return [(name, value) for name, _, value in (word.partition("=") for word in words)]
