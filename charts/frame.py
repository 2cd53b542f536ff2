"""What both renderers need of a spec before they draw: the range of the value axis, its ticks, labels that fit."""

from charts.spec import ChartSpec, Series

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# a line over more places than this has no dots
CROWDED = 60
# days between the labels of a curve over days
ROUND = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
ZERO_BASED = ("bar", "stacked", "waterfall", "dist")


def period_name(label: str) -> str:
    """A period label for an axis: 2026-04 is Apr 26, 2026-W17 is W17 26, 2026-Q2 is Q2 26, 2026-04-30 is 30 Apr 26."""
    year, _, rest = label.partition("-")
    if not (len(year) == 4 and year.isdigit() and rest):
        return label
    if rest[0] in "WQ":
        return f"{rest} {year[2:]}"
    month, _, day = rest.partition("-")
    if not month.isdigit() or not 1 <= int(month) <= 12:
        return label
    name = f"{MONTHS[int(month) - 1]} {year[2:]}"
    return f"{int(day)} {name}" if day.isdigit() else name


def shortened(name: str, most: int = 26) -> str:
    """The name, cut in the middle with an ellipsis where it is longer than `most` characters."""
    if len(name) <= most:
        return name
    tail = most // 3
    return f"{name[: most - tail - 1].rstrip()}…{name[-tail:].lstrip()}"


def folded(name: str, most: int = 11) -> tuple[str, ...]:
    """The name in one line or two, parted at the space nearest its middle where it is longer than `most`."""
    spaces = [at for at, letter in enumerate(name) if letter == " "]
    if len(name) <= most or not spaces:
        return (name,)
    at = min(spaces, key=lambda space: abs(space - len(name) / 2))
    return name[:at], name[at + 1 :]


def shown_ticks(count: int, most: int = 7) -> list[int]:
    """Which of `count` categories carry a label so that at most about `most` do; the last one always does."""
    step = max(1, -(-count // most))
    return sorted(range(count - 1, -1, -step))


def tick_places(spec: ChartSpec, most: int = 7) -> list[int]:
    """Which categories carry a label: of a curve over days the round ones, else at even distances up to the last."""
    if spec.kind != "step":
        return shown_ticks(len(spec.x), most)
    step = next(size for size in ROUND if len(spec.x) <= size * (most + 3) or size == ROUND[-1])
    return list(range(0, len(spec.x), step))


def has_dots(spec: ChartSpec) -> bool:
    """Whether each point of a line is marked: not where they stand close, nor on a stair of more than one step."""
    return len(spec.x) <= (1 if spec.kind == "step" else CROWDED)


def open_places(spec: ChartSpec, series: Series) -> list[float]:
    """Where the ticks of waits still open stand: in the middle of the step after their day, clear of its drop."""
    last = len(spec.x) - 1
    return [min(place + 0.5, last) for place in range(last + 1) if series.censored and series.censored[place]]


def bases(spec: ChartSpec) -> list[tuple[float, float]]:
    """(start, end) of each bar of a waterfall: totals stand on zero, legs on what came before."""
    level, bars = 0.0, []
    for place, value in enumerate(spec.series[0].y):
        height = value or 0.0
        if spec.sums and spec.sums[place]:
            bars.append((0.0, height))
            level = height
        else:
            bars.append((level, level + height))
            level += height
    return bars


def stacked_ends(spec: ChartSpec) -> list[float]:
    """The height of the stack at each category."""
    return [sum(series.y[place] or 0.0 for series in spec.series) for place in range(len(spec.x))]


def spread(spec: ChartSpec) -> list[float]:
    """Every number that the value axis must hold."""
    if spec.kind == "stacked":
        found = [*stacked_ends(spec), 0.0]
    elif spec.kind == "waterfall":
        found = [end for bar in bases(spec) for end in bar]
    else:
        found = [value for s in spec.series for value in (*s.y, *s.low, *s.high) if value is not None]
    return [*found, *(line.value for line in spec.references)]


def value_range(spec: ChartSpec) -> tuple[float, float] | None:
    """The ends of the value axis with a little air, shares kept within 0 and 1; None without a number."""
    found = spread(spec)
    if not found:
        return None
    low, high = min(found), max(found)
    if spec.kind in ZERO_BASED or spec.from_zero or any(series.as_bar for series in spec.series):
        low, high = min(low, 0.0), max(high, 0.0)
    labelled = spec.horizontal and spec.kind in ("bar", "waterfall")
    air = (high - low or abs(high) or 1.0) * (0.16 if labelled else 0.08)
    bottom = low if low == 0 else low - air
    top = high if high == 0 else high + air
    if spec.unit == "share" and low >= 0 and high <= 1:
        bottom, top = max(bottom, 0.0), top if labelled else min(top, 1.02)
    return bottom, top
