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
    from throughline.standing import behind
    from warehouse.targets import standing
    from warehouse.versions import open_version

    formats = tuple(dict.fromkeys(part.strip() for part in format.split(",") if part.strip()))
    place = home_of(home)
    version = open_version(place)
    late = behind(place)
    written = write_report(version, name, formats, out, if_changed, standing(place))
    if written.unchanged:
        say.note(f"throughline: nothing changed since {written.unchanged}; nothing written")
    for path in written.paths:
        say.line(str(path))
    for problem in [*late, *written.problems]:
        say.note(f"throughline: {problem}")
    raise typer.Exit(1 if late or written.problems else 0)
