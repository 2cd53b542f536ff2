"""What a whole is made of: measures beside each other part by part, and what each slice adds to a change."""

from collections.abc import Iterable, Mapping

from charts.from_reading import ANY, currency, described, member, series, undated, unshown
from charts.names import part_name
from charts.spec import ChartSpec, Series

MOST = 12


def by_parts(doc: dict, names: Mapping[str, str], order: Iterable[str] | Mapping[str, str], title: str, **style):
    """Several measures of one unit over the same parts, in a stated order; `names` say what each measure is called, and
    an `order` that is a mapping what each part is."""
    by_name = {name: {row["part"]: row for row in undated(doc, name, ANY, None)} for name in names}
    first = next(iter(names))
    said = order if isinstance(order, Mapping) else {}
    present = [part for part in order if any(part in found for found in by_name.values())]
    return ChartSpec(
        title=title,
        x=tuple(said.get(part) or part_name(part) for part in present),
        series=tuple(
            series(names[name], [found.get(part) for part in present], banded=len(names) == 1)
            for name, found in by_name.items()
        ),
        unit=described(doc, first)["unit"],
        currency=currency(doc, first),
        notes=unshown((row for part in present if (row := by_name[first].get(part))), said),
        **{"kind": "bar", **style},
    )


def added(doc: dict, measure: str, dim: str) -> ChartSpec:
    """What each member adds to the change of the whole, largest first, with its own change (within) and its change of
    weight (mix) beside it where the comparison tells them. Takes a comparison by that dimension."""
    told = described(doc, measure)
    found = [row for row in undated(doc, measure, None, dim) if row.get("contribution") is not None][:MOST]
    split = any(row.get("within") is not None for row in found)
    names = {"contribution": "Adds to the change", **({"within": "Own change", "mix": "Weight"} if split else {})}
    runs = tuple(Series(name, tuple(row.get(field) for row in found)) for field, name in names.items())
    return ChartSpec(
        kind="bar",
        title=f"What moved {told['title'].lower()}",
        qualifier=f"by {dim.replace('_', ' ')}, largest first",
        x=tuple(member(row, dim) for row in found),
        series=runs,
        unit=told["unit"],
        currency=currency(doc, measure),
        horizontal=True,
        keys=tuple({dim: member(row, dim)} for row in found),
    )
