"""`metrics` and `metric`: the catalogue and one reading of one metric."""

from typing import Annotated

import typer

from throughline import say
from throughline.options import HomeOption, JsonOption, day, home_of, pairs

READINGS = "value|trend|rows|interval|steadiness|compare|flips"
PERIODS = "day|week|month|quarter|year|fiscal_month"


def metrics(home: HomeOption = None, json: JsonOption = False) -> None:
    """List every metric: its measures, dimensions, parameters with defaults and the tables it needs."""
    from throughline.catalogue import entries

    found = entries(home_of(home))
    if json:
        say.document({"metrics": found})
        return
    for entry in found:
        headline = next(measure for measure in entry["measures"] if measure["headline"])
        say.line(f"{entry['metric']}  ({entry['room']}) {entry['question']}")
        say.line(f"    headline {headline['measure']} in {headline['unit']}; by {', '.join(entry['dims'])}")
        if entry["missing"]:
            say.line(f"    not loaded: {', '.join(entry['missing'])}")


def metric(
    id: Annotated[str, typer.Argument(metavar="ID", help="Which metric; `throughline metrics` lists them.")],
    measure: Annotated[list[str], typer.Option("--measure", metavar="NAME...|all", help="Default: the headline.")] = [],  # noqa: B006
    by: Annotated[list[str], typer.Option("--by", metavar="DIM...", help="Slice by these dimensions.")] = [],  # noqa: B006
    where: Annotated[
        list[str],
        typer.Option("--where", metavar="DIM=VALUE...", help="Same DIM again is OR, another is AND; an empty VALUE is missing."),
    ] = [],  # noqa: B006
    date_from: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First local day, inclusive.")] = None,
    date_to: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last local day, inclusive.")] = None,
    every: Annotated[str | None, typer.Option("--every", metavar=PERIODS, help="Split into periods.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="What was known at the end of that day.")] = None,
    data_version: Annotated[int | None, typer.Option("--data-version", metavar="N", help="Default: the current one.")] = None,
    param: Annotated[list[str], typer.Option("--param", metavar="NAME=VALUE...", help="Change a convention.")] = [],  # noqa: B006
    compare_to: Annotated[
        str | None, typer.Option("--compare-to", metavar="D..D|prior|prior-year|DIM=VALUE", help="With --reading compare.")
    ] = None,
    reading: Annotated[str | None, typer.Option("--reading", metavar=READINGS, help="Default: value.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="How many rows at most.")] = None,
    offset: Annotated[int, typer.Option("--offset", min=0, help="How many rows to pass over first.")] = 0,
    format: Annotated[str, typer.Option("--format", metavar="table|json|csv", help="How to print it.")] = "table",
    home: HomeOption = None,
) -> None:
    """Print one metric: its value, sliced, filtered, as a trend, compared, or the rows behind it."""
    from metrics.question import Request
    from metrics.read import read
    from throughline.show import FORMATS, print_reading
    from warehouse.versions import open_version

    if format not in FORMATS:
        raise typer.BadParameter(f"--format is one of {', '.join(FORMATS)}, not {format!r}")
    request = Request(
        measures=tuple(measure) or None,
        by=tuple(by),
        where=_members(where),
        date_from=day("--from", date_from),
        date_to=day("--to", date_to),
        every=every,
        as_of=day("--as-of", as_of),
        params=dict(pairs("--param", param)),
        compare_to=_base(compare_to),
        reading=reading or ("compare" if compare_to else "value"),
        limit=limit,
        offset=offset,
    )
    answer = read(open_version(home_of(home), data_version), id, request)
    print_reading(answer, format)
    stale = [row["measure"] for row in answer.get("rows", ()) if row.get("status") == "stale"]
    if stale:
        say.note(f"throughline: stale: {', '.join(dict.fromkeys(stale))}; a source is too old for its as-of date")
        raise typer.Exit(1)


def _members(words: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs("--where", words):
        found[name] = (*found.get(name, ()), value)
    return found


def _base(text: str | None):
    """A period D..D as two dates; anything else as it is."""
    if text is None or ".." not in text or "=" in text:
        return text
    start, _, end = text.partition("..")
    return day("--compare-to", start), day("--compare-to", end)
