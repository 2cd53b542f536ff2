"""`target`: what numbers are to reach, for whom and from when on."""

from pathlib import Path
from typing import Annotated

import typer

from throughline import say
from throughline.options import HomeOption, JsonOption, day, home_of, pairs

app = typer.Typer(help="What numbers are to reach, for whom and from when on.", no_args_is_help=True)

WHERE_HELP = (
    "Only for these members, one of each dimension; default: the whole, and slices without a target of their own."
)
RANGE = "LOW..HIGH"
Metric = Annotated[str, typer.Argument(metavar="ID", help="Which metric; `throughline metrics` lists them.")]
Value = Annotated[
    float | None, typer.Argument(metavar="[VALUE]", help="What to reach, in the measure's unit; 0.95 is 95 %.")
]
MeasureOption = Annotated[str | None, typer.Option("--measure", metavar="NAME", help="Default: the headline.")]
Part = Annotated[str | None, typer.Option("--part", metavar="NAME", help="Which part of a measure told in parts.")]
Where = Annotated[list[str] | None, typer.Option("--where", metavar="DIM=VALUE...", help=WHERE_HELP)]
Alert = Annotated[float | None, typer.Option("--alert", metavar="VALUE", help="Up to here it is near, beyond missed.")]
Band = Annotated[
    str | None, typer.Option("--band", metavar=RANGE, help="What to stay in, where neither side is better.")
]
Outer = Annotated[str | None, typer.Option("--outer", metavar=RANGE, help="Up to here it is near the band.")]
From = Annotated[str, typer.Option("--from", metavar="DATE", help="First day; needed. Ends the target before it.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day, inclusive; default: until changed.")]
Number = Annotated[int, typer.Argument(metavar="TARGET", help="Its id; `throughline target list` tells it.")]
Only = Annotated[str | None, typer.Option("--metric", metavar="ID", help="Only targets of this metric.")]
History = Annotated[bool, typer.Option("--history", help="Changed and removed ones too.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV as `target export` writes it.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write; default: the terminal.")]


@app.command("list")
def list_(metric: Only = None, history: History = False, home: HomeOption = None, json: JsonOption = False) -> None:
    """List the targets that hold, and with --history who changed or removed which one and when."""
    from metrics.registry import metric as known

    found = [one for one in _kept(home_of(home), history) if metric in (None, one.metric)]
    if metric:
        known(metric)
    if json:
        say.document({"targets": [one.as_json() for one in found]})
        return
    header = ("id", "metric", "measure", "part", "where", "target", "alert", "from", "to", "set by", "set at")
    gone = ("removed by", "removed at") if history else ()
    cells = [[*_cells(one), *((one.removed_by, one.removed_at) if history else ())] for one in found]
    say.table([*header, *gone], cells, right=("id", "target", "alert"))


@app.command("set")
def set_(
    id: Metric,
    value: Value = None,
    date_from: From = "",
    date_to: To = None,
    measure: MeasureOption = None,
    part: Part = None,
    where: Where = None,
    alert: Alert = None,
    band: Band = None,
    outer: Outer = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Set a target from a day on. The one before ends the day before; a change is kept in the history.

    Numbers change at once, no build is needed. Refused (exit 2): an unknown metric, measure, dimension, member or part,
    a value for a measure that is judged by a band and a band for one that is not, a measure without a better side, and
    days within which a later target of the same measure and slice begins."""
    from metrics.registry import metric
    from warehouse.targets import Target

    if not date_from:
        raise typer.BadParameter("--from says from which day the target holds, as YYYY-MM-DD")
    one = Target(
        metric=metric(id).id,
        measure=measure or metric(id).headline.name,
        part=part,
        slice=_members(where or []),
        target=value,
        alert=alert,
        band=_range("--band", band),
        outer=_range("--outer", outer),
        valid_from=day("--from", date_from),
        valid_to=day("--to", date_to),
    )
    [kept] = _put(home_of(home), [one])
    say.either(json, {"target": kept.as_json()}, f"target {kept.id} holds from {kept.valid_from}")


@app.command()
def remove(target: Number, home: HomeOption = None, json: JsonOption = False) -> None:
    """Take a target back, also for the past; the history keeps it. To end one, set its values again with --to."""
    from throughline.loading import who
    from warehouse import targets

    gone = targets.remove(home_of(home), target, who())
    say.either(json, {"target": gone.as_json()}, f"target {gone.id} of {gone.metric} {gone.measure} is removed")


@app.command()
def export(out: Out = None, history: History = False, home: HomeOption = None) -> None:
    """Write the targets that hold as CSV, to edit in a spreadsheet and import again."""
    from reports.target_csv import to_csv

    text = to_csv(_kept(home_of(home), history))
    if out is None:
        say.line(text.replace("\r\n", "\n").rstrip("\n"))
    else:
        out.write_text(text, "utf-8-sig", newline="")


@app.command("import")
def import_(file: Source, home: HomeOption = None, json: JsonOption = False) -> None:
    """Set every target of a CSV, or none where one is refused. What stands already is left, nothing is removed."""
    from reports.target_csv import from_csv

    kept = _put(home_of(home), from_csv(_text(file)))
    say.either(json, {"targets": [one.as_json() for one in kept]}, f"{len(kept)} targets hold")


def _kept(home, history: bool):
    from warehouse import targets

    return targets.history(home) if history else targets.standing(home)


def _put(home, wanted: list) -> list:
    from metrics.target_check import checked
    from throughline.loading import who
    from warehouse.targets import put
    from warehouse.versions import open_version

    version = open_version(home)
    return put(home, [checked(version, one) for one in wanted], who())


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} cannot be read as UTF-8 text: {error}") from None


def _members(words: list[str]) -> tuple[tuple[str, str], ...]:
    found = dict(pairs("--where", words))
    if len(found) < len(words):
        raise typer.BadParameter("--where takes one member of a dimension; set one target for each")
    return tuple(sorted(found.items()))


def _range(flag: str, text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    low, _, high = text.partition("..")
    try:
        return float(low), float(high)
    except ValueError:
        raise typer.BadParameter(f"{flag} takes {RANGE}, as 0.75..0.90, not {text!r}") from None


def _cells(one) -> tuple:
    where = " ".join(f"{dim}={member}" for dim, member in one.slice)
    aim, alert = (f"{pair[0]:g}..{pair[1]:g}" if pair else _plain(single) for pair, single in (
        (one.band, one.target), (one.outer, one.alert)))  # fmt: skip
    days = (one.valid_from, one.valid_to)
    return one.id, one.metric, one.measure, one.part, where, aim, alert, *days, one.set_by, one.set_at


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
