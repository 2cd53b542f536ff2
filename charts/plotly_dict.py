"""Chart specs as plotly figures in plain dictionaries: a tenth of the work of plotly's own classes."""

from html import escape

import plotly.io  # noqa: F401  (Streamlit writes figures with it; imported here, the first chart does not wait)
from plotly.basedatatypes import BaseFigure

from charts.frame import folded, shortened, tick_places, value_range
from charts.numbers import SYMBOLS
from charts.palette import palette
from charts.plotly_traces import TRACES
from charts.spec import ChartSpec

CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}
FONT = '"Source Sans", "Source Sans 3", "Segoe UI", sans-serif'
BAR_HEIGHT = 30
HEIGHT = 270


def to_plotly(spec: ChartSpec, theme: str = "light") -> dict:
    """The figure of a spec as {"data": [...], "layout": {...}}, in the colours of "light" or "dark"."""
    draw = TRACES[spec.kind]
    return {"data": draw(spec, theme), "layout": layout(spec, theme)}


class Drawn(BaseFigure):
    """A figure that Streamlit takes as it is. A dictionary it builds anew with plotly's classes on each rerun, 8 ms
    a chart, to find it valid; that every kind of chart is valid is tested instead."""

    def __init__(self, figure: dict):
        object.__setattr__(self, "_drawn", figure)

    def to_dict(self) -> dict:
        return self._drawn


def height(spec: ChartSpec) -> int:
    """Pixels the figure needs: a horizontal chart grows with its categories."""
    if spec.kind == "heat":
        return max(HEIGHT, 70 + 34 * len(spec.series))
    if not spec.horizontal:
        return HEIGHT
    bars = len(spec.series) if spec.kind == "bar" else 1
    return max(HEIGHT, 54 + len(spec.x) * (BAR_HEIGHT + 12 * (bars - 1)))


def layout(spec: ChartSpec, theme: str) -> dict:
    """Transparent paper, muted axes, only the grid lines that help to read values, no title (the card has it)."""
    colours = palette(theme)
    names, values = name_axis(spec, theme), value_axis(spec, theme)
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": colours.axis},
        "margin": {"l": 4, "r": 12, "t": 20 if spec.references and spec.horizontal else 8, "b": 4},
        "height": height(spec),
        "showlegend": False,
        "bargap": 0.06 if spec.kind == "dist" else 0.34,
        "bargroupgap": 0.12,
        "barmode": "stack" if spec.kind == "stacked" else "group",
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": colours.surface,
            "bordercolor": colours.grid,
            "font": {"color": colours.ink, "size": 12},
            "align": "left",
        },
        "dragmode": False,
        "clickmode": "event+select",
        "xaxis": values if spec.horizontal else names,
        "yaxis": names if spec.horizontal else values,
        "shapes": reference_shapes(spec, theme),
        "annotations": reference_names(spec, theme),
    }


def axis(theme: str) -> dict:
    colours = palette(theme)
    return {
        "automargin": True,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "tickfont": {"size": 11, "color": colours.axis},
        "title": {"font": {"size": 11, "color": colours.axis}, "standoff": 8},
        "fixedrange": True,
    }


def name_axis(spec: ChartSpec, theme: str) -> dict:
    """The axis of the categories, by place: names are labels only, so two equal names stay two places."""
    places = range(len(spec.x)) if spec.horizontal else tick_places(spec)
    made = axis(theme) | {
        "showgrid": False,
        "tickmode": "array",
        "tickvals": list(places),
        "ticktext": [tick_name(spec, place) for place in places],
        "tickangle": 0,
        "range": [-0.6, len(spec.x) - 0.4],
    }
    made["title"] = made["title"] | {"text": "" if spec.horizontal else escape(spec.x_title)}
    if spec.horizontal:
        made |= {"range": [len(spec.x) - 0.4, -0.6], "ticklabelstandoff": 6}
    return made


def tick_name(spec: ChartSpec, place: int) -> str:
    """A category's label: in two lines where it stands beside its neighbours."""
    name = shortened(spec.x[place])
    return (
        escape(name)
        if spec.horizontal or spec.keys and "from" in spec.keys[place]
        else "<br>".join(map(escape, folded(name)))
    )


def value_axis(spec: ChartSpec, theme: str) -> dict:
    """The axis of the numbers, with their unit on every tick."""
    made = axis(theme) | {"gridcolor": palette(theme).grid, "gridwidth": 1, "nticks": 5} | tick_format(spec)
    made["title"] = made["title"] | {"text": escape(spec.y_title)}
    if spec.kind == "heat":
        rows = len(spec.series)
        return made | {
            "showgrid": False,
            "tickmode": "array",
            "tickvals": list(range(rows)),
            "ticktext": [escape(shortened(series.name)) for series in spec.series],
            "range": [rows - 0.5, -0.5],
        }
    ends = value_range(spec)
    low, high = ends or (0, 1)
    ruled = low < 0 < high
    return made | {"range": [low, high], "zeroline": ruled, "zerolinecolor": palette(theme).muted, "zerolinewidth": 1}


def tick_format(spec: ChartSpec) -> dict:
    if spec.kind == "heat":
        return {}
    if spec.unit == "share":
        low, high = value_range(spec) or (0, 1)
        return {"tickformat": ".0%" if high - low > 0.05 else ".1%"}
    if spec.unit == "days":
        return {"ticksuffix": " d", "tickformat": "~g"}
    if spec.unit == "currency":
        mark = SYMBOLS.get(spec.currency or "", "")
        after = "" if mark else f" {spec.currency or ''}".rstrip()
        return {"tickformat": "~s", "tickprefix": mark, "ticksuffix": after}
    return {"tickformat": "~s" if spec.unit in ("count", "ppm") else "~g"}


def reference_shapes(spec: ChartSpec, theme: str) -> list[dict]:
    made = []
    for line in spec.references:
        along, across = ("y", "x") if spec.horizontal else ("x", "y")
        ends = {f"{along}ref": "paper", f"{along}0": 0, f"{along}1": 1}
        ends |= {f"{across}0": line.value, f"{across}1": line.value}
        style = {"color": palette(theme).axis, "width": 1, "dash": "dash"}
        made.append({"type": "line", "layer": "below", "line": style, **ends})
    return made


def reference_names(spec: ChartSpec, theme: str) -> list[dict]:
    made = []
    for line in spec.references:
        if spec.horizontal:
            place = {"x": line.value, "y": 1, "yref": "paper", "yanchor": "bottom", "xanchor": "center"}
        else:
            place = {"x": 1, "xref": "paper", "y": line.value, "yanchor": "bottom", "xanchor": "right"}
        font = {"size": 10.5, "color": palette(theme).axis}
        made.append({"text": escape(line.name), "showarrow": False, "font": font, **place})
    return made
