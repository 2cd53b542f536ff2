"""`profile`: write a draft for a new system, check a profile, write the templates of the generic layout."""

from pathlib import Path
from typing import Annotated

import typer

from throughline import say
from throughline.options import JsonOption

app = typer.Typer(help="Profiles say how a source system's exports map to the canonical tables.", no_args_is_help=True)
Export = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="An export of the system.")]
Toml = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A profile TOML.")]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Where to write them; made when missing.")]


@app.command()
def new(file: Export) -> None:
    """Print a draft profile for FILE: its header recognised, columns guessed, nothing decided for you."""
    from loaders.suggest import new_profile

    say.line(new_profile(file))


@app.command()
def check(file: Toml, json: JsonOption = False) -> None:
    """Check a profile: every fault with file and key; exit 2 when there is one."""
    from loaders.suggest import check_profile

    faults = [str(fault) for fault in check_profile(file)]
    if json:
        say.document({"file": str(file), "faults": faults})
    for fault in faults:
        say.note(fault)
    if faults:
        raise typer.Exit(2)
    if not json:
        say.line(f"{file}: no fault found")


@app.command()
def templates(folder: Folder) -> None:
    """Write one CSV per canonical table: the generic layout, loadable as it is once filled."""
    from loaders.templates import write_templates

    for path in write_templates(folder):
        say.line(str(path))
    say.note("save a filled one as <table>_YYYY-MM-DD.csv: the date says when it was exported")
