"""The curve of a wait: which share still waits after so many days, with its band and the days lines were last seen."""

from charts.from_reading import ANY, described, series, shown, undated
from charts.spec import ChartSpec
from metrics.survival import TOLERANCE

OPEN = "A tick follows each day on which open waits were last seen; they count as waiting until then."
LEVELS = {"half wait": 0.5, "nine of ten": 0.1}


def survival(doc: dict, measure: str, title: str, qualifier: str = "") -> ChartSpec:
    """Steps over days from 0 to the last. Takes a measure whose parts are days: value the share still waiting after
    that day, den those at risk on it, num those whose wait ended on it; between two parts nothing changes."""
    found = [row for row in undated(doc, measure, ANY, None) if row["part"] is not None]
    by_day = {int(row["part"]): row for row in sorted(found, key=lambda row: int(row["part"]))}
    days = range(max(by_day, default=-1) + 1)
    held, last = [], None
    for day in days:
        last = by_day.get(day, last)
        held.append(last)
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
