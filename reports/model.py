"""What a report says, apart from how it is written: HTML, XLSX and CSV are made from the same object."""

from dataclasses import dataclass
from datetime import date

from charts.spec import ChartSpec
from metrics.registry import Metric


@dataclass(frozen=True)
class Source:
    """How far the newest export of one object of a system reaches, and how that is known."""

    system: str
    object: str
    exported_at: str
    last_full_day: date | None
    basis: str
    loads: int


@dataclass(frozen=True)
class Section:
    """One metric: documents of `metrics.read` as they are, and what was picked from them.

    `readings` holds the documents by name (value, prior, prior_year, trend, by_<dim>). `headline` is the total's row,
    `periods` its rows over time, `slices` the rows by `dim`, worst first, `weakest` the worst slice by any dimension.
    `problem` says why the section failed or is stale.
    """

    metric: Metric
    readings: dict[str, dict]
    headline: dict | None = None
    prior: dict | None = None
    prior_year: dict | None = None
    periods: tuple[dict, ...] = ()
    slices: tuple[dict, ...] = ()
    dim: str | None = None
    weakest: dict | None = None
    charts: tuple[ChartSpec, ...] = ()
    problem: str | None = None

    @property
    def unit(self) -> str:
        return self.metric.headline.unit


@dataclass(frozen=True)
class Report:
    """A report over one pinned version. `as_of` is the oldest as-of date of its sections, `definition` a hash of what
    is asked and how it is written."""

    name: str
    title: str
    version: int
    built_at: str
    as_of: str | None
    filters: str
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    definition: str

    @property
    def problems(self) -> list[str]:
        """What is stale or failed, a line each."""
        return [f"{section.metric.id}: {section.problem}" for section in self.sections if section.problem]
