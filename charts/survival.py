"""The curve of a wait: which share still waits after so many days, with its band and the days lines were last seen."""

from charts.from_reading import ANY, described, series, shown, undated
from charts.spec import ChartSpec
from metrics.survival import TOLERANCE

OPEN = "A tick follows each day on which open waits were last seen; they count as waiting until then."
MOST_STAIRS = 6
LEVELS = {"half wait": 0.5, "nine of ten": 0.1}


def survival(doc: dict, measure: str, title: str, qualifier: str = "") -> ChartSpec:
    """Steps over days from 0 to the last. Takes a measure whose parts are days: value the share still waiting after
    that day, den those at risk on it, num those whose wait ended on it; between two parts nothing changes."""
    by_day = days_of(undated(doc, measure, ANY, None))
    days = range(max(by_day, default=-1) + 1)
    held = held_over(by_day, days)
    left = censored(by_day)
    told = described(doc, measure)
    return ChartSpec(
        kind="step",
        title=title,
        qualifier=qualifier,
        x=tuple(str(day) for day in days),
        series=(series(told.get("title") or measure, held, censored=tuple(day in left for day in days)),),
        unit=told["unit"],
        x_title="days",
        from_zero=True,
        notes=(OPEN,) if left else (),
        alt=aloud(title, by_day),
    )


def stairs(doc: dict, measure: str, title: str, qualifier: str = "", x_title: str = "days") -> ChartSpec:
    """A share that grows with age, as steps over days from 0 to the last: the whole with its band, or each member of
    the document's dimension. Takes a measure whose parts are days."""
    dim = next(iter(doc["scope"]["by"]), None)
    groups: dict[str, list[dict]] = {}
    for row in undated(doc, measure, ANY, dim):
        groups.setdefault(row["slice"][dim] if dim else described(doc, measure)["title"], []).append(row)
    by_name = {name: days_of(found) for name, found in groups.items()}
    by_name = {name: found for name, found in by_name.items() if any(shown(row) is not None for row in found.values())}
    days = range(max((max(found) for found in by_name.values()), default=-1) + 1)
    kept = sorted(by_name, key=lambda name: -max(row["n"] for row in by_name[name].values()))[:MOST_STAIRS]
    left = ", ".join(sorted(set(by_name) - set(kept)))
    return ChartSpec(
        kind="step",
        title=title,
        qualifier=qualifier,
        x=tuple(str(day) for day in days),
        series=tuple(series(str(name), held_over(by_name[name], days), banded=not dim) for name in kept),
        unit=described(doc, measure)["unit"],
        x_title=x_title,
        from_zero=True,
        notes=(f"Not drawn, fewer rows: {left}.",) if left else (),
    )


def days_of(found: list[dict]) -> dict[int, dict]:
    """Rows whose parts are days, by day in order."""
    numbered = {int(row["part"]): row for row in found if row["part"] is not None}
    return dict(sorted(numbered.items()))


def held_over(by_day: dict[int, dict], days: range) -> list[dict | None]:
    """The row in force on each day: that of the day or of the last one before it."""
    held, last = [], None
    for day in days:
        last = by_day.get(day, last)
        held.append(last)
    return held


def aloud(title: str, by_day: dict[int, dict]) -> str:
    """The days by which the curve has come down to half and to a tenth; empty where it never does."""
    known = {day: shown(row) for day, row in by_day.items() if shown(row) is not None}
    firsts = {
        name: next((day for day, left in known.items() if left <= level + TOLERANCE), None)
        for name, level in LEVELS.items()
    }
    told = [f"{name} at most {day} days" for name, day in firsts.items() if day is not None]
    return f"{title}: {', '.join(told)}, open waits counted." if told else ""


def censored(by_day: dict[int, dict]) -> set[int]:
    """The days on which fewer are at risk afterwards than the ends of waits explain."""
    after = [*(row["den"] for row in by_day.values()), 0][1:]
    return {day for (day, row), rest in zip(by_day.items(), after, strict=True) if row["den"] - row["num"] > rest}
