"""`restatements`: complete months whose number changed between two versions, and why."""

from typing import Annotated

import typer

from charts.numbers import THIN
from throughline import say
from throughline.options import HomeOption, JsonOption, home_of

OLDER = "The older version; default: the one before. What was read of it once is kept when its file is gone."
From = Annotated[int | None, typer.Option("--from-version", metavar="M", help=OLDER)]
To = Annotated[int | None, typer.Option("--to-version", metavar="N", help="The newer one; default: the current one.")]
NAMED = "Only these; default: all but the indices, which are read anew for each month."
Metrics = Annotated[list[str] | None, typer.Option("--metric", metavar="ID...", help=NAMED)]
All = Annotated[bool, typer.Option("--all-measures", help="Every measure of them, not only the headline.")]


def restatements(
    from_version: From = None,
    to_version: To = None,
    metric: Metrics = None,
    all_measures: All = False,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """List the complete months whose number changed between two versions, and why.

    Both versions are read as of the older one's day. A cause is late_rows, corrected_file, withdrawn_load,
    match_decision, settings, definition, component (of an index) or loads (they feed the metric, but no row names
    them), with the rows it added, removed and changed. Exit 0 also where numbers changed.
    """
    from metrics.restatements import between

    found = between(home_of(home), from_version, to_version, metric or (), all_measures)
    if json:
        say.document(found)
        return
    _print(found)


def _print(found: dict) -> None:
    if found.get("reason"):
        say.line(found["reason"])
        return
    count = len(found["restatements"])
    say.line(f"version {found['from_version']} against version {found['to_version']}: {count} numbers changed")
    header = ("metric", "measure", "part", "period", "before", "after", "difference", "why")
    if count:
        say.table(header, map(_cells, found["restatements"]), right=("before", "after", "difference"))
    for one in found["not_comparable"]:
        say.line(f"not comparable: {one['metric']} {one['measure']}: {one['reason']}")


def _cells(row: dict) -> list[str]:
    from charts.restated import cause, sides
    from metrics.registry import metric

    unit = metric(row["metric"]).measure(row["measure"]).unit
    numbers = [text.replace(THIN, " ") for text in sides(row, unit)]
    label = row["period"]["label"] + (" (provisional then)" if row["provisional"] else "")
    why = "; ".join(cause(one) for one in row["causes"]).replace(THIN, " ")
    return [row["metric"], row["measure"], row["part"], label, *numbers, why]
