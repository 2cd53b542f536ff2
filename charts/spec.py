"""What a chart shows, apart from how it is drawn: the screen and paper draw the same spec."""

from dataclasses import dataclass

KINDS = ("line", "step", "bar", "stacked", "waterfall", "heat", "dist", "range", "interval")


@dataclass(frozen=True)
class Series:
    """One named run of numbers over the chart's `x`.

    `low` and `high` bound each number (an interval band, an error bar, or the ends of a range bar). `role` picks a
    colour by meaning (ink, muted, good, bad, flat); without one the series takes the next colour of the palette.
    `faint` marks the points that rest on few rows or an unfinished period, `censored` those where waits that are still
    open drop out. `n` and `notes` are told on hover. `is_dots` draws points without a line, `is_plain` a line without
    points.
    """

    name: str
    y: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    role: str = ""
    dash: bool = False
    as_bar: bool = False
    faint: tuple[bool, ...] = ()
    n: tuple[int | None, ...] = ()
    notes: tuple[str, ...] = ()
    censored: tuple[bool, ...] = ()
    is_dots: bool = False
    is_plain: bool = False


@dataclass(frozen=True)
class Reference:
    """A line across the chart at one value, with its name."""

    value: float
    name: str


@dataclass(frozen=True)
class ChartSpec:
    """A chart. `x` are the categories in their order (periods, slices, parts); `keys` say, per category, which slice or
    period to drill into. `unit` formats every number. `horizontal` puts the categories on the vertical axis. `sums`
    marks the categories of a waterfall that are totals. `alt` is read aloud instead of the picture."""

    kind: str
    title: str
    x: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    qualifier: str = ""
    currency: str | None = None
    x_title: str = ""
    y_title: str = ""
    horizontal: bool = False
    from_zero: bool = False
    sums: tuple[bool, ...] = ()
    references: tuple[Reference, ...] = ()
    notes: tuple[str, ...] = ()
    keys: tuple[dict, ...] = ()
    alt: str = ""

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"there is no chart kind {self.kind!r}; there is {', '.join(KINDS)}")
        for series in self.series:
            for field in ("y", "low", "high", "faint", "n", "notes", "censored"):
                given = getattr(series, field)
                if given and len(given) != len(self.x):
                    told = f"{series.name}.{field} has {len(given)} entries for {len(self.x)} places"
                    raise ValueError(f"{self.title}: {told}")

    @property
    def empty(self) -> bool:
        """True when there is not one number to draw."""
        return not any(value is not None for series in self.series for value in (*series.y, *series.low))


def described(spec: ChartSpec) -> str:
    """One sentence for a reader who does not see the picture."""
    from charts.numbers import written

    if spec.alt:
        return spec.alt
    if spec.empty:
        return f"{spec.title}: no numbers in this scope."
    main = next(series for series in spec.series if any(value is not None for value in series.y))
    known = [(name, value) for name, value in zip(spec.x, main.y, strict=True) if value is not None]
    least, most = min(known, key=lambda pair: pair[1]), max(known, key=lambda pair: pair[1])
    first, last = (f"{name} {written(value, spec.unit, spec.currency)}" for name, value in (least, most))
    return f"{spec.title}, {spec.qualifier or main.name}: from {first} to {last} over {len(known)} points."


def table(spec: ChartSpec) -> list[dict]:
    """The chart's numbers as rows, one per category and series: what a download of the chart holds."""
    rows = []
    for series in spec.series:
        for place, name in enumerate(spec.x):
            row = {"series": series.name, "at": name, "value": series.y[place] if series.y else None, "unit": spec.unit}
            row |= {"low": series.low[place], "high": series.high[place]} if series.low else {}
            row |= {"n": series.n[place]} if series.n else {}
            rows.append(row | ({"currency": spec.currency} if spec.currency else {}))
    return rows
