"""`match`: which records of several systems are one customer, product or supplier."""

from typing import Annotated

import typer

from throughline import say
from throughline.options import HomeOption, JsonOption, home_of

app = typer.Typer(help="Which records of several systems are one customer, product or supplier.", no_args_is_help=True)

Entity = Annotated[str, typer.Argument(metavar="ENTITY", help="customer, product or supplier.")]
Left = Annotated[str, typer.Argument(metavar="LEFT", help="One record, as system/id.")]
Right = Annotated[str, typer.Argument(metavar="RIGHT", help="The other record, as system/id.")]
Later = Annotated[bool, typer.Option("--later", help="Only note it; the next build applies it.")]
Only = Annotated[str | None, typer.Option("--entity", metavar="ENTITY", help="Only customer, product or supplier.")]


@app.command("list")
def list_(entity: Only = None, home: HomeOption = None, json: JsonOption = False) -> None:
    """List the pairs that were linked, refused or are open for review, most valuable first."""
    from warehouse.matching import pairs
    from warehouse.versions import open_version

    found = pairs(open_version(home_of(home)), entity)
    if json:
        say.document({"pairs": found})
        return
    rows = [[pair["entity"], *_side(pair["left"]), *_side(pair["right"]), *_judged(pair)] for pair in found]
    header = ("entity", "left", "name", "right", "name", "score", "zone", "value", "decided by")
    say.table(header, rows, right=("score", "value"))


def _side(side: dict) -> tuple[str, str | None]:
    return f"{side['system']}/{side['id']}", side["name"]


def _judged(pair: dict) -> tuple:
    score = "" if pair["score"] is None else f"{pair['score']:.2f}"
    return score, pair["zone"], f"{pair['value'] or 0:,.0f}", pair["decided_by"]


@app.command()
def accept(
    entity: Entity, left: Left, right: Right, later: Later = False, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Decide that two records are the same, and build."""
    _decide("accept", (entity, left, right), later, home, json)


@app.command()
def reject(
    entity: Entity, left: Left, right: Right, later: Later = False, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Decide that two records are not the same, and build."""
    _decide("reject", (entity, left, right), later, home, json)


@app.command()
def undo(
    entity: Entity, left: Left, right: Right, later: Later = False, home: HomeOption = None, json: JsonOption = False
) -> None:
    """Take back the decision about two records, and build."""
    _decide("undo", (entity, left, right), later, home, json)


def _decide(decision: str, pair: tuple[str, str, str], later: bool, home, json: bool) -> None:
    from throughline.loading import build_version, who
    from warehouse import matching
    from warehouse.versions import current

    place = home_of(home)
    if decision != "undo":
        matching.decide(place, *pair, decision, who())
    elif not matching.undo(place, *pair):
        raise typer.BadParameter(f"there is no decision about {pair[0]} {pair[1]} and {pair[2]}")
    version = current(place) if later else build_version(place)
    entity, left, right = pair
    document = {"decision": decision, "entity": entity, "left": left, "right": right, "version": version}
    say.either(json, document, f"{decision}: {entity} {left} and {right}; version {version}")
