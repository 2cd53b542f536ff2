"""Is it steady: the points of a trend with their centre, their usual range and the points that break it."""

from charts.frame import period_name
from charts.from_reading import currency, described, from_first, rows, series, shown
from charts.numbers import grouped, written
from charts.spec import ChartSpec, Series

FIRST = ("center", "lower", "upper")
SURE = 0.05


def control(doc: dict, measure: str, title: str = "", part: str | None = None) -> ChartSpec:
    """Points, centre, usual range and signals of a measure (or one of its parts). Takes a reading `steadiness`."""
    told = described(doc, measure)
    points = {row["period"]["label"]: row for row in rows(doc, measure, part, None, True)}
    labels = sorted(points, key=lambda label: points[label]["period"]["from"])
    labels = from_first(labels, {label for label, row in points.items() if shown(row) is not None})
    limits = {name: beside(doc, measure, part, name) for name in (*FIRST, "baseline", "false_alarm", "phi", "p_value")}
    broken = {row["period"]["label"]: row for row in rows(doc, measure, called(part, "signal"), None, True)}
    here = series(told["title"], [points[label] for label in labels], banded=False)
    level = tuple(value_of(limits[name]) for name in FIRST)
    marked = [points[label] if label in broken else None for label in labels]
    spec = ChartSpec(
        kind="line",
        title=title or told["title"],
        qualifier="is it steady?",
        x=tuple(period_name(label) for label in labels),
        series=(here, *range_of(level, len(labels)), *signal_of(marked)),
        unit=told["unit"],
        currency=currency(doc, measure),
        keys=tuple({"from": points[label]["period"]["from"], "to": points[label]["period"]["to"]} for label in labels),
        notes=said(limits, broken, told["unit"], currency(doc, measure)),
    )
    return spec


def called(part: str | None, name: str) -> str:
    return name if part is None else f"{part}:{name}"


def beside(doc: dict, measure: str, part: str | None, name: str) -> dict | None:
    return next(iter(rows(doc, measure, called(part, name), None)), None)


def value_of(row: dict | None) -> float | None:
    return None if row is None else row["value"]


def range_of(level: tuple, count: int) -> tuple[Series, ...]:
    """The centre as a dotted line in its usual range; nothing where there are no limits."""
    if None in level:
        return ()
    center, lower, upper = ((value,) * count for value in level)
    return (Series("Centre and usual range", center, low=lower, high=upper, role="flat", dash=True, is_plain=True),)


def signal_of(marked: list[dict | None]) -> tuple[Series, ...]:
    if not any(marked):
        return ()
    return (Series("Signal", tuple(shown(row) for row in marked), role="bad", is_dots=True),)


def said(limits: dict, broken: dict, unit: str, money: str | None) -> tuple[str, ...]:
    """One note: the limits and what they rest on, how often chance alone signals, which points did, their spread."""
    center, lower, upper = (limits[name] for name in FIRST)
    if value_of(center) is None:
        reason = (center or {}).get("reason") or "too few points"
        return (f"No limits yet: {reason}.",)
    low, mid, high = (written(value_of(row), unit, money) for row in (lower, center, upper))
    rests = f"from the first {center['n']} points" + (", still few" if center["provisional"] else "")
    lines = [f"Centre {mid}, usual range {low} to {high}, {rests}."]
    chance = limits["false_alarm"]
    if chance is not None:
        share = written(chance["value"], "share")
        lines.append(f"A steady series of {chance['n']} points signals by chance in {share} of cases.")
    lines.append(signals(broken))
    return (" ".join((*lines, *dispersed(limits["phi"], limits["p_value"]))),)


def signals(broken: dict) -> str:
    if not broken:
        return "No point breaks a rule."
    told = (f"{period_name(label)} ({row['reason'].partition(': ')[2]})" for label, row in sorted(broken.items()))
    return f"Signals: {'; '.join(told)}."


def dispersed(phi: dict | None, p_value: dict | None) -> tuple[str, ...]:
    """For shares: whether the points spread more than their sizes explain."""
    if value_of(phi) is None or value_of(p_value) is None:
        return ()
    beyond = "more than" if p_value["value"] < SURE else "no more than"
    chance = grouped(p_value["value"], 3)
    return (f"The points spread {beyond} chance explains (dispersion {grouped(phi['value'], 1)}, p = {chance}).",)
