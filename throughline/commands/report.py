"""`report`: a report as files."""

from pathlib import Path
from typing import Annotated

import typer

from throughline import say
from throughline.options import HomeOption, home_of


def report(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which report: overview.")],
    format: Annotated[str, typer.Option("--format", metavar="html,xlsx,csv", help="One or more, by comma.")] = "html",
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write; made when missing.")] = Path("."),
    if_changed: Annotated[
        bool, typer.Option("--if-changed", help="Write only when data version or report definition changed.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Write a report and print the paths of its files; exit 1 when anything in it is stale or failed."""
    from reports.write import write_report
    from warehouse.versions import open_version

    formats = tuple(dict.fromkeys(part.strip() for part in format.split(",") if part.strip()))
    written = write_report(open_version(home_of(home)), name, formats, out, if_changed)
    if written.unchanged:
        say.note(f"throughline: nothing changed since {written.unchanged}; nothing written")
    for path in written.paths:
        say.line(str(path))
    for problem in written.problems:
        say.note(f"throughline: {problem}")
    raise typer.Exit(1 if written.problems else 0)
