"""`metrics` and `metric`: the catalogue and one reading of one metric."""

from typing import Annotated

import typer

from throughline import say
from throughline.options import HomeOption, JsonOption, day, home_of, pairs

READINGS = "value|trend|rows|interval|steadiness|compare|flips"
PERIODS = "day|week|month|quarter|year|fiscal_month"
ROWS_OF_A_TABLE = 50
BASES = "D..D|prior|prior-year|DIM=VALUE"

Id = Annotated[str, typer.Argument(metavar="ID", help="Which metric; `throughline metrics` lists them.")]
Measures = Annotated[list[str] | None, typer.Option("--measure", metavar="NAME...|all", help="Default: the headline.")]
By = Annotated[list[str] | None, typer.Option("--by", metavar="DIM...", help="Slice by these dimensions.")]
WHERE_HELP = "Of one DIM several are OR, of different ones AND; an empty VALUE is missing."
Where = Annotated[list[str] | None, typer.Option("--where", metavar="DIM=VALUE...", help=WHERE_HELP)]
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="First local day, inclusive.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last local day, inclusive.")]
Every = Annotated[str | None, typer.Option("--every", metavar=PERIODS, help="Split into periods.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As it was known at the end of that day.")]
DataVersion = Annotated[int | None, typer.Option("--data-version", metavar="N", help="Default: the current one.")]
Params = Annotated[list[str] | None, typer.Option("--param", metavar="NAME=VALUE...", help="Change a convention.")]
CompareTo = Annotated[str | None, typer.Option("--compare-to", metavar=BASES, help="What the difference is from.")]
Reading = Annotated[str | None, typer.Option("--reading", metavar=READINGS, help="Default: value.")]
Rules = Annotated[int, typer.Option("--rules", metavar="N", min=1, max=3, help="How many steadiness rules may signal.")]
CHANGED = "Make steadiness limits anew from this day, after a declared change."
BaselineFrom = Annotated[str | None, typer.Option("--baseline-from", metavar="DATE", help=CHANGED)]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=0, help="How many rows at most.")]
Offset = Annotated[int, typer.Option("--offset", metavar="N", min=0, help="How many rows to pass over first.")]
FIRST = "With a comparison: what that older version told of the base, the restatement apart from the real change."
RestatedFrom = Annotated[int | None, typer.Option("--restated-from", metavar="M", help=FIRST)]
Format = Annotated[str, typer.Option("--format", metavar="table|json|csv", help="How to print it.")]


def metrics(home: HomeOption = None, json: JsonOption = False) -> None:
    """List every metric: its measures, dimensions, parameters with defaults and the tables it needs."""
    from throughline.catalogue import entries

    found = entries(home_of(home))
    if json:
        say.document({"metrics": found})
        return
    for entry in found:
        headline = next(measure for measure in entry["measures"] if measure["headline"])
        say.line(f"{entry['id']}  ({entry['room']}) {entry['question']}")
        say.line(f"    headline {headline['measure']} in {headline['unit']}; by {', '.join(entry['dims'])}")
        if entry["missing"]:
            say.line(f"    not loaded: {', '.join(entry['missing'])}")


def metric(
    id: Id,
    measure: Measures = None,
    by: By = None,
    where: Where = None,
    date_from: From = None,
    date_to: To = None,
    every: Every = None,
    as_of: AsOf = None,
    data_version: DataVersion = None,
    param: Params = None,
    compare_to: CompareTo = None,
    reading: Reading = None,
    rules: Rules = 2,
    baseline_from: BaselineFrom = None,
    limit: Limit = None,
    offset: Offset = 0,
    restated_from: RestatedFrom = None,
    format: Format = "table",
    home: HomeOption = None,
) -> None:
    """Print one metric: its value, sliced, filtered, as a trend, compared, or the rows behind it."""
    from metrics.question import Request
    from metrics.read import read
    from metrics.targets import judged
    from throughline.show import FORMATS, print_reading
    from throughline.standing import behind
    from warehouse.targets import standing
    from warehouse.versions import open_version

    if format not in FORMATS:
        raise typer.BadParameter(f"--format is one of {', '.join(FORMATS)}, not {format!r}")
    request = Request(
        measures=tuple(measure or ()) or None,
        by=tuple(by or ()),
        where=_members(where or []),
        date_from=day("--from", date_from),
        date_to=day("--to", date_to),
        every=every,
        as_of=day("--as-of", as_of),
        params=dict(pairs("--param", param or [])),
        compare_to=_base(compare_to),
        reading=reading or ("compare" if compare_to else "value"),
        limit=ROWS_OF_A_TABLE if limit is None and format == "table" else limit,
        offset=offset,
        rules=rules,
        baseline_from=day("--baseline-from", baseline_from),
    )
    place = home_of(home)
    version = open_version(place, data_version)
    for text in behind(place) if data_version is None else ():
        say.note(f"throughline: {text}")
    answer = judged(read(version, id, request), standing(place))
    if restated_from is not None:
        answer = _beside_first(answer, request, open_version(place, restated_from))
    print_reading(answer, format)
    stale = [row["measure"] for row in answer.get("rows", ()) if row.get("status") == "stale"]
    if stale:
        say.note(f"throughline: stale: {', '.join(dict.fromkeys(stale))}; a source is too old for its as-of date")
        raise typer.Exit(1)


def _beside_first(answer: dict, request, older) -> dict:
    from metrics.first_told import first_told

    if request.reading != "compare":
        raise typer.BadParameter("--restated-from goes with --compare-to")
    return first_told(answer, older, request)


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
