"""The marks of each kind of chart on matplotlib axes, in the places and colours that the screen uses."""

from charts.frame import bases, has_dots, open_places
from charts.numbers import DASH, written
from charts.palette import between, colour, palette
from charts.spec import ChartSpec, Series


def gaps(values) -> list[float]:
    """The values with not-a-number where there is none, which matplotlib leaves undrawn."""
    return [float("nan") if value is None else value for value in values]


def point_colours(series: Series, index: int, theme: str, count: int) -> list[str]:
    plain = colour(series.role, index, theme)
    return [palette(theme).muted if series.faint and series.faint[at] else plain for at in range(count)]


def number_style(theme: str) -> dict:
    """Small ink on paper of its own: a line across the chart stops at the number instead of striking it through."""
    paper = {"boxstyle": "square,pad=0.12", "facecolor": palette(theme).surface, "edgecolor": "none"}
    return {"fontsize": 8, "color": palette(theme).ink, "bbox": paper, "zorder": 4}


def label(axes, spec: ChartSpec, place: float, value: float | None, theme: str, end: float | None = None) -> None:
    """The number written at the end of its mark."""
    if value is None:
        return
    at = value if end is None else end
    ahead = at >= 0
    spot, away = ((at, place), (4 if ahead else -4, 0)) if spec.horizontal else ((place, at), (0, 3 if ahead else -3))
    aligned = {"va": "center", "ha": "left" if ahead else "right"}
    if not spec.horizontal:
        aligned = {"ha": "center", "va": "bottom" if ahead else "top"}
    text = written(value, spec.unit, spec.currency)
    axes.annotate(text, spot, xytext=away, textcoords="offset points", **number_style(theme), **aligned)


def lines(axes, spec: ChartSpec, theme: str) -> None:
    at = list(range(len(spec.x)))
    for index, series in enumerate(spec.series):
        plain = colour(series.role, index, theme)
        if series.as_bar:
            axes.bar(at, gaps(series.y), color=plain, alpha=0.28, width=0.7)
            continue
        if series.low:
            step = "post" if spec.kind == "step" else None
            axes.fill_between(at, gaps(series.low), gaps(series.high), step=step, color=plain, alpha=0.14, linewidth=0)
        shape = {"drawstyle": "steps-post"} if spec.kind == "step" else {}
        if not series.is_dots:
            axes.plot(at, gaps(series.y), color=plain, linewidth=1.6, linestyle=":" if series.dash else "-", **shape)
        if series.is_dots or has_dots(spec) and not series.is_plain:
            marks = {"s": 40 if series.is_dots else 12, "color": point_colours(series, index, theme, len(at))}
            axes.scatter(at, gaps(series.y), zorder=3, **marks)
        open_at = open_places(spec, series)
        level = [series.y[int(place)] for place in open_at]
        axes.scatter(open_at, level, s=26, marker="|", color=plain, linewidths=1, zorder=3, clip_on=False)


def bars(axes, spec: ChartSpec, theme: str) -> None:
    """Bars side by side, with whiskers where there are intervals and the number where there is room."""
    count, width = len(spec.series), (0.94 if spec.kind == "dist" else 0.66) / len(spec.series)
    for index, series in enumerate(spec.series):
        at = [place + (index - (count - 1) / 2) * width for place in range(len(spec.x))]
        draw = axes.barh if spec.horizontal else axes.bar
        draw(at, gaps(series.y), width * 0.9, color=point_colours(series, index, theme, len(at)))
        whiskers(axes, spec, series, at, theme)
        if count * len(at) <= 14:
            for place, value in enumerate(series.y):
                top = series.high[place] if series.high and value is not None and value >= 0 else None
                label(axes, spec, at[place], value, theme, top)


def stacked(axes, spec: ChartSpec, theme: str) -> None:
    at, level = list(range(len(spec.x))), [0.0] * len(spec.x)
    for index, series in enumerate(spec.series):
        values = [value or 0.0 for value in series.y]
        marks = {"color": colour(series.role, index, theme)}
        if spec.horizontal:
            axes.barh(at, values, 0.62, left=level, **marks)
        else:
            axes.bar(at, values, 0.66, bottom=level, **marks)
        level = [below + value for below, value in zip(level, values, strict=True)]


def whiskers(axes, spec: ChartSpec, series: Series, at: list[float], theme: str) -> None:
    if not series.low:
        return
    for place, (value, low, high) in enumerate(zip(series.y, series.low, series.high, strict=True)):
        if value is None or (low is None and high is None):
            continue
        ends = [value if low is None else low, value if high is None else high]
        spot = [at[place]] * 2
        along = (ends, spot) if spec.horizontal else (spot, ends)
        axes.plot(*along, color=palette(theme).axis, linewidth=1.2, zorder=2)


def intervals(axes, spec: ChartSpec, theme: str) -> None:
    for index, series in enumerate(spec.series):
        at = list(range(len(spec.x)))
        whiskers(axes, spec, series, at, theme)
        marks = {"s": 34, "color": point_colours(series, index, theme, len(at)), "zorder": 3}
        axes.scatter(*((gaps(series.y), at) if spec.horizontal else (at, gaps(series.y))), **marks)
        if len(spec.series) == 1:
            for place, value in enumerate(series.y):
                above(axes, spec, place, value, theme)


def above(axes, spec: ChartSpec, place: int, value: float | None, theme: str) -> None:
    """The number over its dot, clear of the whiskers."""
    if value is None:
        return
    spot = (value, place) if spec.horizontal else (place, value)
    away, side = ((0, 5), "center") if spec.horizontal else ((6, 0), "left")
    text = written(value, spec.unit, spec.currency)
    aligned = {"ha": side, "va": "bottom" if spec.horizontal else "center"}
    axes.annotate(text, spot, xytext=away, textcoords="offset points", **number_style(theme), **aligned)


def ranges(axes, spec: ChartSpec, theme: str) -> None:
    series, plain = spec.series[0], colour(spec.series[0].role, 0, theme)
    for place, (low, high) in enumerate(zip(series.low, series.high, strict=True)):
        if low is None or high is None:
            continue
        ends, spot = [low, high], [place, place]
        along = (ends, spot) if spec.horizontal else (spot, ends)
        axes.plot(*along, color=plain, alpha=0.3, linewidth=7, solid_capstyle="round")
    at = list(range(len(spec.x)))
    axes.scatter(*((gaps(series.y), at) if spec.horizontal else (at, gaps(series.y))), s=34, color=plain, zorder=3)
    for place, value in enumerate(series.y):
        above(axes, spec, place, value, theme)


def waterfall(axes, spec: ChartSpec, theme: str) -> None:
    for place, (start, end) in enumerate(bases(spec)):
        total = bool(spec.sums) and spec.sums[place]
        leg = palette(theme).series[2 if end < start else 0]
        plain = palette(theme).ink if total else leg
        if spec.horizontal:
            axes.barh([place], [end - start], 0.62, left=start, color=plain)
        else:
            axes.bar([place], [end - start], 0.62, bottom=start, color=plain)
        value = spec.series[0].y[place]
        label(axes, spec, place, value, theme, max(start, end) if (value or 0) >= 0 else min(start, end))


def heat(axes, spec: ChartSpec, theme: str) -> None:
    colours = palette(theme)
    known = [value for series in spec.series for value in series.y if value is not None]
    low, span = min(known), (max(known) - min(known)) or 1.0
    for row, series in enumerate(spec.series):
        for column, value in enumerate(series.y):
            if value is None:
                continue
            fill = between(colours.low, colours.high, 0.75 * (value - low) / span)
            axes.barh([row], [0.94], 0.9, left=column - 0.47, color=fill)
            ink = colours.surface if (value - low) / span > 0.6 else colours.ink
            text = written(value, spec.unit, spec.currency) or DASH
            axes.text(column, row, text, ha="center", va="center", fontsize=8, color=ink)
    axes.set(xlim=(-0.55, len(spec.x) - 0.45), ylim=(len(spec.series) - 0.5, -0.5))


MARKS = {
    "line": lines,
    "step": lines,
    "bar": bars,
    "dist": bars,
    "stacked": stacked,
    "waterfall": waterfall,
    "interval": intervals,
    "range": ranges,
    "heat": heat,
}
