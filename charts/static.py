"""Chart specs as SVG or PNG for paper and mail, drawn by matplotlib without a browser."""

import io
from functools import partial

import matplotlib

matplotlib.use("Agg")

from matplotlib.figure import Figure  # noqa: E402
from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: E402

from charts.frame import folded, shortened, tick_places, value_range  # noqa: E402
from charts.numbers import written  # noqa: E402
from charts.palette import colour, palette  # noqa: E402
from charts.spec import ChartSpec  # noqa: E402
from charts.static_marks import MARKS  # noqa: E402

# ticks on round numbers only: 2.5 % would be written as 2 %
STEPS = (1, 2, 5, 10)
STYLE = {
    "font.family": ["Inter", "Source Sans 3", "Helvetica", "Arial", "DejaVu Sans"],
    "font.size": 9,
    "svg.fonttype": "path",
    "svg.hashsalt": "throughline",
    "text.parse_math": False,
    "axes.unicode_minus": True,
}


def to_svg(spec: ChartSpec, theme: str = "light", width: float = 6.4, titled: bool = True) -> str:
    """The chart as one <svg> element without a prolog; the same spec gives the same bytes. `width` is in inches."""
    sink = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure(spec, theme, width, titled).savefig(sink, format="svg", metadata={"Date": None, "Creator": None})
    text = sink.getvalue()
    return text[text.index("<svg") :]


def to_png(spec: ChartSpec, theme: str = "light", width: float = 6.4, titled: bool = True, dpi: int = 144) -> bytes:
    """The chart as a PNG."""
    sink = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        figure(spec, theme, width, titled).savefig(sink, format="png", dpi=dpi, metadata={"Software": None})
    return sink.getvalue()


def figure(spec: ChartSpec, theme: str, width: float, titled: bool) -> Figure:
    """The drawn figure; a spec without numbers says so instead of showing an empty grid."""
    made = Figure(figsize=(width, tall(spec, titled)), layout="constrained")
    made.set_facecolor(palette(theme).surface)
    axes = made.add_subplot()
    axes.set_facecolor("none")
    if titled:
        title(axes, spec, theme)
    if spec.empty:
        axes.set_axis_off()
        axes.text(0.5, 0.5, "No numbers in this scope", ha="center", va="center", color=palette(theme).axis)
        return made
    frame(axes, spec, theme)
    MARKS[spec.kind](axes, spec, theme)
    references(axes, spec, theme)
    if len(spec.series) > 1 and spec.kind != "heat":
        legend(axes, spec, theme)
    return made


def tall(spec: ChartSpec, titled: bool) -> float:
    """Inches of height: a chart that lists its categories downwards grows with them."""
    rows = len(spec.series) if spec.kind == "heat" else len(spec.x) if spec.horizontal else 0
    return (2.4 if not rows else 0.7 + 0.3 * rows) + (0.45 if titled else 0) + (0.25 if len(spec.series) > 1 else 0)


def title(axes, spec: ChartSpec, theme: str) -> None:
    colours = palette(theme)
    put = partial(axes.annotate, xycoords="axes fraction", textcoords="offset points", annotation_clip=False)
    lift = 20 if len(spec.series) > 1 and spec.kind != "heat" else 6
    put(spec.title, (0, 1), xytext=(0, lift + 13), color=colours.ink, weight="bold", fontsize=10.5)
    put(spec.qualifier, (0, 1), xytext=(0, lift), color=colours.axis, fontsize=8.5)


def frame(axes, spec: ChartSpec, theme: str) -> None:
    """Axes as on the screen: no box, muted labels, grid lines along the values only."""
    colours = palette(theme)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, colors=colours.axis, labelsize=8.5)
    names, values = (axes.yaxis, axes.xaxis) if spec.horizontal else (axes.xaxis, axes.yaxis)
    places = range(len(spec.x)) if spec.horizontal or spec.kind == "heat" else tick_places(spec, 8)
    words = [shortened(spec.x[place]) for place in places]
    names.set_ticks(list(places), words if spec.horizontal else ["\n".join(folded(word)) for word in words])
    if spec.kind == "heat":
        axes.yaxis.set_ticks(range(len(spec.series)), [shortened(series.name) for series in spec.series])
        return
    values.set_major_locator(MaxNLocator(5, steps=STEPS))
    values.set_major_formatter(FuncFormatter(lambda value, _: tick(value, spec)))
    values.grid(True, color=colours.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    low, high = value_range(spec)
    ends = (-0.6, len(spec.x) - 0.4)
    axes.set(**({"xlim": (low, high), "ylim": ends[::-1]} if spec.horizontal else {"ylim": (low, high), "xlim": ends}))
    axes.set_xlabel(spec.y_title if spec.horizontal else spec.x_title, color=colours.axis, fontsize=8.5)


def tick(value: float, spec: ChartSpec) -> str:
    """A tick's label: a share without decimals, else as numbers are written."""
    if spec.unit == "share":
        low, high = value_range(spec)
        return f"{value:.0%}" if high - low > 0.05 else f"{value:.1%}"
    if spec.unit == "days":
        return f"{value:g} d"
    return "0" if value == 0 else written(value, spec.unit, spec.currency)


def references(axes, spec: ChartSpec, theme: str) -> None:
    grey = palette(theme).axis
    for line in spec.references:
        across = axes.axvline if spec.horizontal else axes.axhline
        across(line.value, color=grey, linewidth=0.9, linestyle=(0, (4, 3)))
        if spec.horizontal:
            spot, at, aligned = (line.value, 1), ("data", "axes fraction"), {"ha": "center", "va": "bottom"}
        else:
            spot, at, aligned = (1, line.value), ("axes fraction", "data"), {"ha": "right", "va": "bottom"}
        axes.annotate(line.name, spot, xycoords=at, color=grey, fontsize=7.5, annotation_clip=False, **aligned)


def legend(axes, spec: ChartSpec, theme: str) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=colour(s.role, i, theme), linewidth=3, linestyle=":" if s.dash else "-", label=s.name)
        for i, s in enumerate(spec.series)
    ]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(-0.01, 0.98),
        ncols=len(handles),
        frameon=False,
        fontsize=8.5,
        labelcolor=palette(theme).axis,
        handlelength=1.2,
        borderaxespad=0.2,
    )
