"""The traces of each kind of chart, as plotly's plain dictionaries."""

from dataclasses import replace
from html import escape

from charts.frame import bases, has_dots, open_places
from charts.numbers import DASH, counted, written
from charts.palette import between, colour, palette, translucent
from charts.spec import ChartSpec, Series


def hover(spec: ChartSpec, series: Series) -> list[str]:
    """The text of each point: name, value, interval, how many rows."""
    texts = []
    for place, at in enumerate(spec.x):
        name = f"{at} {spec.x_title}" if spec.kind == "step" else at
        value = series.y[place] if series.y else None
        lines = [f"<b>{escape(name)}</b>", f"{escape(series.name)} {written(value, spec.unit, spec.currency)}"]
        if series.low and (series.low[place] is not None or series.high[place] is not None):
            low, high = (written(end[place], spec.unit, spec.currency) for end in (series.low, series.high))
            lines.append(f"{low} to {high}")
        if series.n and series.n[place] is not None:
            lines.append(f"n = {counted(series.n[place])}")
        if series.notes and series.notes[place]:
            lines.append(escape(series.notes[place]))
        texts.append("<br>".join(lines))
    return texts


def base(spec: ChartSpec, series: Series, at: list) -> dict:
    known = list(series.y)
    ends = {"x": known, "y": at} if spec.horizontal else {"x": at, "y": known}
    return {"name": escape(series.name), "hoverinfo": "text", "hovertext": hover(spec, series), **ends}


def point_colours(series: Series, index: int, theme: str) -> list[str] | str:
    plain = colour(series.role, index, theme)
    return [palette(theme).muted if faint else plain for faint in series.faint] if series.faint else plain


def line_traces(spec: ChartSpec, theme: str) -> list[dict]:
    at, traces = list(range(len(spec.x))), []
    for index, series in enumerate(spec.series):
        plain = colour(series.role, index, theme)
        if series.as_bar:
            fill = translucent(plain, 0.28)
            traces.append(base(spec, series, at) | {"type": "bar", "marker": {"color": fill}})
            continue
        traces += band(spec, series, at, plain)
        alone = len([value for value in series.y if value is not None]) == 1
        traces.append(
            base(spec, series, at)
            | {
                "type": "scatter",
                "mode": mode(spec, series),
                "line": {"color": plain, "width": 2, "dash": "dot" if series.dash else "solid"}
                | ({"shape": "hv"} if spec.kind == "step" else {}),
                "marker": {
                    "size": 10 if series.is_dots else 7 if alone else 5,
                    "color": point_colours(series, index, theme),
                },
                "unselected": {"marker": {"opacity": 1}},
                "cliponaxis": False,
            }
        )
        traces += ticks_of(spec, series, plain)
    return traces


def mode(spec: ChartSpec, series: Series) -> str:
    """Dots, a line, or a line through its dots."""
    if series.is_dots:
        return "markers"
    return "lines" if series.is_plain or not has_dots(spec) else "lines+markers"


def ticks_of(spec: ChartSpec, series: Series, plain: str) -> list[dict]:
    """A small upright tick on the line wherever waits still open drop out."""
    places = open_places(spec, series)
    marks = {"symbol": "line-ns-open", "size": 7, "color": plain, "line": {"width": 1.2}}
    ends = {"x": places, "y": [series.y[int(place)] for place in places], "cliponaxis": False}
    return [{"type": "scatter", "mode": "markers", "marker": marks, "hoverinfo": "skip", **ends}] if places else []


def band(spec: ChartSpec, series: Series, at: list, plain: str) -> list[dict]:
    """The interval as a light band, one piece for each unbroken run: where an end is not known nothing is drawn."""
    traces = []
    pen = {"width": 0, "shape": "hv" if spec.kind == "step" else "linear"}
    ends = {"type": "scatter", "mode": "lines", "line": pen, "hoverinfo": "skip"}
    for run in known_runs(series):
        lower = ends | {"x": [at[place] for place in run], "y": [series.low[place] for place in run]}
        upper = lower | {"y": [series.high[place] for place in run], "fill": "tonexty"}
        traces += [lower, upper | {"fillcolor": translucent(plain, 0.14)}]
    return traces


def known_runs(series: Series) -> list[list[int]]:
    """Places whose interval has both ends, in unbroken runs."""
    runs: list[list[int]] = [[]]
    for place, pair in enumerate(zip(series.low, series.high, strict=True)):
        if None in pair:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def bar_traces(spec: ChartSpec, theme: str) -> list[dict]:
    at, traces = list(range(len(spec.x))), []
    for index, series in enumerate(spec.series):
        trace = base(spec, series, at) | {
            "type": "bar",
            "orientation": "h" if spec.horizontal else "v",
            "marker": {"color": point_colours(series, index, theme), "cornerradius": 3},
            "unselected": {"marker": {"opacity": 0.45}},
        }
        if spec.kind != "stacked" and len(spec.series) * len(spec.x) <= 14:
            labels = [cell(spec, value) for value in series.y]
            trace |= {"text": labels, "textposition": "outside", "cliponaxis": False, "constraintext": "none"}
            trace |= {"textfont": {"size": 11, "color": palette(theme).ink}, "textangle": 0}
        traces.append(trace | error_bars(spec, series, theme))
    return traces


def error_bars(spec: ChartSpec, series: Series, theme: str) -> dict:
    """Whiskers from each number to the ends of its interval; an open end has none."""
    if not series.low:
        return {}
    triples = list(zip(series.y, series.low, series.high, strict=True))
    up = [None if value is None or high is None else max(high - value, 0) for value, _, high in triples]
    down = [None if value is None or low is None else max(value - low, 0) for value, low, _ in triples]
    whiskers = {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1.4, "width": 3}
    return {"error_x" if spec.horizontal else "error_y": whiskers | {"color": palette(theme).axis}}


def interval_traces(spec: ChartSpec, theme: str) -> list[dict]:
    """A dot per category with its interval as a line through it."""
    at, traces = list(range(len(spec.x))), []
    for index, series in enumerate(spec.series):
        marks = point_colours(series, index, theme)
        trace = base(spec, series, at) | {"type": "scatter", "mode": "markers+text", "cliponaxis": False}
        trace |= {"marker": {"size": 10, "color": marks}, "unselected": {"marker": {"opacity": 0.4}}}
        if len(spec.series) == 1:
            labels = [cell(spec, value) for value in series.y]
            trace |= {"text": labels, "textposition": "top center" if spec.horizontal else "middle right"}
            trace |= {"textfont": {"size": 11, "color": palette(theme).ink}}
        traces.append(trace | error_bars(spec, series, theme))
    return traces


def range_traces(spec: ChartSpec, theme: str) -> list[dict]:
    """A thin bar from the least to the greatest number of each category, with a dot at the one that is read."""
    at, series = list(range(len(spec.x))), spec.series[0]
    plain = colour(series.role, 0, theme)
    width = [None if None in ends else ends[1] - ends[0] for ends in zip(series.low, series.high, strict=True)]
    ends = {"x": width, "y": at, "base": list(series.low), "orientation": "h"}
    if not spec.horizontal:
        ends = {"x": at, "y": width, "base": list(series.low), "orientation": "v"}
    bar = {"type": "bar", "width": 0.26, "marker": {"color": translucent(plain, 0.3), "cornerradius": 4}, **ends}
    return [bar | {"hoverinfo": "skip"}, *interval_traces(replace_bounds(spec), theme)]


def replace_bounds(spec: ChartSpec) -> ChartSpec:
    return replace(spec, series=tuple(replace(series, low=(), high=()) for series in spec.series))


def waterfall_traces(spec: ChartSpec, theme: str) -> list[dict]:
    at, series = list(range(len(spec.x))), spec.series[0]
    bars = bases(spec)
    height_of, starts = [end - start for start, end in bars], [start for start, _ in bars]
    total, more, less = palette(theme).ink, palette(theme).series[0], palette(theme).series[2]
    leg = [less if (value or 0) < 0 else more for value in series.y]
    marks = [total if place < len(spec.sums) and spec.sums[place] else leg[place] for place in at]
    labels = [written(value, spec.unit, spec.currency) if value is not None else DASH for value in series.y]
    ends = {"x": height_of, "y": at, "orientation": "h"} if spec.horizontal else {"x": at, "y": height_of}
    text = {"text": labels, "textposition": "outside", "cliponaxis": False, "textfont": {"color": total, "size": 11}}
    mark = {"color": marks, "cornerradius": 2}
    return [base(spec, series, at) | ends | text | {"type": "bar", "base": starts, "marker": mark, "width": 0.62}]


def cell(spec: ChartSpec, value: float | None) -> str:
    return "" if value is None else written(value, spec.unit, spec.currency)


def heat_traces(spec: ChartSpec, theme: str) -> list[dict]:
    colours = palette(theme)
    cells = [[cell(spec, value) for value in series.y] for series in spec.series]
    return [
        {
            "type": "heatmap",
            "x": list(range(len(spec.x))),
            "y": list(range(len(spec.series))),
            "z": [list(series.y) for series in spec.series],
            "text": cells,
            "texttemplate": "%{text}",
            "hovertext": [hover(spec, series) for series in spec.series],
            "hoverinfo": "text",
            "colorscale": [[0, colours.low], [1, between(colours.low, colours.high, 0.75)]],
            "showscale": False,
            "xgap": 3,
            "ygap": 3,
        }
    ]


TRACES = {
    "line": line_traces,
    "step": line_traces,
    "bar": bar_traces,
    "dist": bar_traces,
    "stacked": bar_traces,
    "waterfall": waterfall_traces,
    "interval": interval_traces,
    "range": range_traces,
    "heat": heat_traces,
}
