"""Charts out of readings: each function takes the public document of a reading and gives a spec to draw."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from charts import targets
from charts.frame import period_name
from charts.names import part_name
from charts.spec import ChartSpec, Reference, Series

UNSHOWN = ("insufficient", "not_available")
ANY = object()


def rows(doc: dict, measure: str, part=ANY, sliced=ANY, dated: bool | None = None) -> list[dict]:
    """Result rows of one measure, narrowed to a part, to totals ({}) or to slices by a dimension, to periods or not."""
    found = [row for row in doc["rows"] if row["measure"] == measure]
    if part is not ANY:
        found = [row for row in found if row["part"] == part]
    if sliced is not ANY:
        found = [row for row in found if (row["slice"] == {} if sliced is None else sliced in row["slice"])]
    if dated is not None:
        found = [row for row in found if (row["period"] is not None) == dated]
    return found


def described(doc: dict, measure: str) -> dict:
    """What a document says about one of its measures: title, unit, better."""
    return next(found for found in doc["measures"] if found["measure"] == measure)


def currency(doc: dict, measure: str) -> str | None:
    return next((row["currency"] for row in doc["rows"] if row["measure"] == measure and row["currency"]), None)


def shown(row: dict | None) -> float | None:
    """The number a surface may draw: none where too few rows stand behind it."""
    return None if row is None or row["status"] in UNSHOWN else row["value"]


def faint(found: list[dict | None]) -> tuple[bool, ...]:
    """Which points are pale: few rows or stale masters; those that may still change, where others are settled."""
    moving = not all(row["provisional"] for row in found if row)
    return tuple(
        row is not None and (row["status"] in ("low_n", "stale") or bool(moving and row["provisional"]))
        for row in found
    )


def ends(found: Iterable[dict | None]) -> tuple[tuple, tuple]:
    """The interval ends of rows, null where a row is not shown or has none."""
    pairs = [(row["ci"] if row and shown(row) is not None and row["ci"] else (None, None)) for row in found]
    low, high = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    return ((), ()) if not any(value is not None for value in (*low, *high)) else (low, high)


def series(name: str, found: list[dict | None], banded: bool = True, **style) -> Series:
    """A series over rows in the order of the chart's categories (None = no row there)."""
    low, high = ends(found) if banded else ((), ())
    return Series(
        name=name,
        y=tuple(shown(row) for row in found),
        low=low,
        high=high,
        faint=faint(found),
        n=tuple(row["n"] if row else None for row in found),
        notes=tuple(note(row) for row in found),
        **style,
    )


def note(row: dict | None) -> str:
    """Why a point is pale or missing."""
    if row is None:
        return ""
    told = {"low_n": "few rows", "stale": "stale masters", "insufficient": "too few rows to show a value"}
    said = [told.get(row["status"], ""), "may still change" if row["provisional"] else "", targets.word(row)]
    return ", ".join(word for word in said if word)


def trend(doc: dict, measure: str, part: str | None = None, title: str = "", **style) -> ChartSpec:
    """One measure over its periods, with its interval as a band. Unit of the measure; x = periods."""
    told = described(doc, measure)
    name = part_name(part, told.get("title") or measure)
    return lines(doc, [(measure, part, name, style)], title or name)


def lines(doc: dict, wanted: list[tuple[str, str | None, str, Mapping]], title: str, qualifier: str = "") -> ChartSpec:
    """Several (measure, part, name, style) over the same periods; only the first has its band and its target."""
    found = {(measure, part): rows(doc, measure, part, None, True) for measure, part, _, _ in wanted}
    periods = {row["period"]["label"]: row["period"] for part in found.values() for row in part}
    labels = sorted(periods, key=lambda label: periods[label]["from"])
    drawn = {row["period"]["label"] for part in found.values() for row in part if shown(row) is not None}
    labels = from_first(labels, drawn)
    made, (main, main_part, *_) = [], wanted[0]
    for place, (measure, part, name, style) in enumerate(wanted):
        by_label = {row["period"]["label"]: row for row in found[measure, part]}
        made.append(series(name, [by_label.get(label) for label in labels], banded=place == 0, **style))
    by_label = {row["period"]["label"]: row for row in found[main, main_part]}
    spec = ChartSpec(
        kind="line",
        title=title,
        qualifier=qualifier,
        x=tuple(period_name(label) for label in labels),
        series=tuple(made),
        unit=described(doc, main)["unit"],
        currency=currency(doc, main),
        keys=tuple({"from": periods[label]["from"], "to": periods[label]["to"]} for label in labels),
    )
    return targets.drawn(spec, [by_label.get(label) for label in labels])


def from_first(labels: list[str], drawn: set[str]) -> list[str]:
    """The periods from the first that has a number: history still being collected leaves no empty half of a chart."""
    first = next((at for at, label in enumerate(labels) if label in drawn), len(labels))
    return labels[first:]


def is_worse_first(better: str | None) -> bool:
    """Whether the greatest number is the worst: lower is better. Without a direction too."""
    return better != "up"


def ordered(found: list[dict], better: str | None) -> list[dict]:
    """Rows from the worst to the best; those without a shown value last, by name."""
    known = sorted((row for row in found if shown(row) is not None), key=lambda row: row["value"])
    if is_worse_first(better):
        known.reverse()
    return [*known, *(row for row in found if shown(row) is None)]


def member(row: dict, dim: str) -> str:
    return str(row["slice"][dim])


def by_slice(doc: dict, measure: str, dim: str, title: str = "", most: int = 12, part: str | None = None) -> ChartSpec:
    """Each member's number with its interval, worst first, against the total as a dashed line."""
    told, found = described(doc, measure), undated(doc, measure, part, dim)
    chosen = ordered(found, told["better"])[:most]
    total = next(iter(undated(doc, measure, part, None)), None)
    one = series(told.get("title") or measure, chosen)
    left = f"{len(chosen)} of {len(found)} shown" if len(found) > len(chosen) else ""
    first = "worst first" if told["better"] in ("up", "down") else "greatest first"
    return ChartSpec(
        kind="interval" if one.low else "bar",
        title=title or told.get("title") or measure,
        qualifier=", ".join(word for word in (f"by {dim.replace('_', ' ')}, {first}", left) if word),
        x=tuple(member(row, dim) for row in chosen),
        series=(one,),
        unit=told["unit"],
        currency=currency(doc, measure),
        horizontal=True,
        references=(Reference(total["value"], "all"),) if total and shown(total) is not None else (),
        keys=tuple({dim: member(row, dim)} for row in chosen),
    )


def undated(doc: dict, measure: str, part, dim) -> list[dict]:
    """The rows of the whole period: those without a bucket, or with the latest date of a state."""
    found = rows(doc, measure, part, dim)
    if not any(row["period"] for row in found):
        return found
    last = max(row["period"]["to"] for row in found if row["period"])
    spans = [row for row in found if row["period"] and row["period"]["to"] == last]
    first = min(row["period"]["from"] for row in spans)
    return [row for row in spans if row["period"]["from"] == first]


def by_part(doc: dict, measure: str, order: Iterable[str], title: str, kind: str = "bar", **style) -> ChartSpec:
    """A measure's parts in a stated order; parts that the data lack are left out."""
    told = described(doc, measure)
    by_name = {row["part"]: row for row in undated(doc, measure, ANY, None)}
    present = [name for name in order if name in by_name]
    return ChartSpec(
        kind=kind,
        title=title,
        x=tuple(part_name(name) for name in present),
        series=(series(told.get("title") or measure, [by_name[name] for name in present]),),
        unit=told["unit"],
        currency=currency(doc, measure),
        keys=tuple({"part": name} for name in present),
        notes=unshown(by_name[name] for name in present),
        **style,
    )


def unshown(found: Iterable[dict], said: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """One sentence on the parts that have no value to draw, with what they lack; `said` names them otherwise."""
    empty = [row for row in found if shown(row) is None]
    reasons = {str(row["reason"] or note(row)).removeprefix("not_available:").strip() for row in empty}
    names = ", ".join((said or {}).get(row["part"]) or part_name(row["part"]) for row in empty)
    return (f"No value for {names}: {'; '.join(sorted(reasons))}.",) if empty else ()


def waterfall(doc: dict, measure: str, order: Iterable[str], title: str, total: str) -> ChartSpec:
    """A measure's parts as legs that add up to the total, which is drawn last as their sum."""
    made = by_part(doc, measure, order, title, "waterfall", horizontal=True)
    legs = made.series[0].y
    whole = sum(value for value in legs if value is not None) if legs else None
    return replace(
        made,
        x=(*made.x, total),
        series=(Series(made.series[0].name, (*legs, whole)),),
        sums=(*(False for _ in legs), True),
        keys=(*made.keys, {}),
    )


def range_by_slice(doc: dict, measure: str, spread: str, dim: str, title: str, qualifier: str = "") -> ChartSpec:
    """Each member's number as a dot on the range that another many-valued measure spans."""
    told = described(doc, measure)
    chosen = ordered(undated(doc, measure, None, dim), told["better"])
    found: dict[str, list[float]] = {}
    for row in [*undated(doc, spread, ANY, dim), *chosen]:
        if shown(row) is not None:
            found.setdefault(member(row, dim), []).append(row["value"])
    names = [member(row, dim) for row in chosen]
    one = series(told.get("title") or measure, chosen, banded=False)
    low, high = (tuple(end(found[name]) if name in found else None for name in names) for end in (min, max))
    return ChartSpec(
        kind="range",
        title=title,
        qualifier=qualifier,
        x=tuple(names),
        series=(replace(one, low=low, high=high),),
        unit=told["unit"],
        horizontal=True,
        from_zero=True,
        keys=tuple({dim: name} for name in names),
    )


def grouped(doc: dict, wanted: list[tuple[str, str | None, str]], dim: str, title: str, kind: str = "bar", **style):
    """Several (measure, part, name) side by side (or stacked) per member, members ordered by the first, worst first.
    What is zero for every member is told in a note instead of drawn."""
    first = wanted[0]
    told = described(doc, first[0])
    names = [member(row, dim) for row in ordered(undated(doc, first[0], first[1], dim), told["better"])]
    made = []
    for measure, part, name in wanted:
        by_name = {member(row, dim): row for row in undated(doc, measure, part, dim)}
        made.append(series(name, [by_name.get(one) for one in names], banded=False))
    still = [one.name for one in made[1:] if one.y and not any(value is None or value for value in one.y)]
    return ChartSpec(
        kind=kind,
        title=title,
        x=tuple(names),
        series=tuple(one for one in made if one.name not in still),
        unit=told["unit"],
        currency=currency(doc, first[0]),
        keys=tuple({dim: name} for name in names),
        notes=tuple(f"{name}: zero for every {dim.replace('_', ' ')}." for name in still),
        **style,
    )


def side_by_side(doc: dict, names: Mapping[str, str], title: str, part: str | None = None, **style) -> ChartSpec:
    """The totals of several measures of one unit as categories of one chart; `names` say what each is called."""
    found = [(described(doc, name), next(iter(undated(doc, name, part, None)), None)) for name in names]
    return ChartSpec(
        title=title,
        x=tuple(names.values()),
        series=(series(title, [row for _, row in found]),),
        unit=found[0][0]["unit"],
        **{"kind": "interval", "horizontal": True, **style},
    )
