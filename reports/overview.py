"""The overview for leaders: six metrics with change, trend, slices and weakest slice, out of `metrics.read` alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

from duckdb import BinderException, CatalogException

from charts.from_reading import by_slice, ordered, trend
from charts.standing import sliced_by, weakest
from metrics import windows
from metrics.question import Request
from metrics.read import read
from metrics.registry import Metric, catalogue
from metrics.targets import judged
from reports.definition import definition_of
from reports.model import Report, Section, Source
from warehouse.targets import Target

METRICS = (
    "pipeline_forecast_accuracy",
    "days_of_inventory_by_segment",
    "commitment_to_delivery",
    "satisfaction_vs_delivery",
    "otif",
    "lead_to_order_rate",
)
THREADS = 4
SOURCES = """
select system, object,
       left(max(exported_at)::varchar, if(bool_and(exported_is_date), 10, 16)) as exported_at,
       max(last_full_day) as day, arg_max(exported_basis, exported_at) as basis, count(*) as loads
from load group by system, object order by system, object
"""


def compose(version, metrics: tuple[str, ...] = METRICS, targets: tuple[Target, ...] = ()) -> Report:
    """The overview of one version, judged by these targets. A metric that fails takes only its own section with it."""
    with ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="report") as pool:
        sections = tuple(pool.map(lambda name: _section(version, catalogue()[name], targets), metrics))
    days = [doc["as_of"] for section in sections for doc in section.readings.values() if doc["as_of"]]
    rows = version.cursor().execute(SOURCES).fetchall()
    return Report(
        name="overview",
        title="Overview",
        version=version.number,
        built_at=str(version.facts["built_at"])[:16].replace("T", " "),
        as_of=min(days, default=None),
        filters="none (the whole company)",
        sections=sections,
        sources=tuple(Source(*row) for row in rows),
        definition=definition_of("overview", metrics),
    )


def _ask(version, targets: tuple[Target, ...], metric_id: str, request: Request) -> dict:
    return judged(read(version, metric_id, request), targets)


def _section(version, metric: Metric, targets: tuple[Target, ...] = ()) -> Section:
    # one broken metric must not keep the other five from their reader
    try:
        return _read_section(version, metric, targets)
    except (BinderException, CatalogException):
        told = f"failed: version {version.number} was built before {metric.id} took its present form: build again"
        return Section(metric, {}, problem=told)
    except Exception as error:
        return Section(metric, {}, problem=f"failed: {type(error).__name__}: {error}")


def _read_section(version, metric: Metric, targets: tuple[Target, ...] = ()) -> Section:
    ask = partial(_ask, version, targets)
    usual = ask(metric.id, Request())
    wanted = asked(metric, date.fromisoformat(usual["as_of"]) if usual["as_of"] else None)
    docs = {"value": usual} | {name: ask(metric.id, request) for name, request in wanted.items()}
    headline, measure = total(usual), metric.headline
    by_dim = _by_dimension(ask, metric)
    first = next(iter(by_dim), None)
    docs |= {f"by_{dim}": doc for dim, doc in by_dim.items()}
    charts = [trend(docs["trend"], measure.name, title=f"By {wanted['trend'].every}")]
    charts += [by_slice(by_dim[first], measure.name, first, title=f"By {first}")] if first else []
    drawn = headline["status"] not in ("not_available", "insufficient")
    return Section(
        metric=metric,
        readings=docs,
        headline=headline,
        prior=total(docs["prior"]),
        prior_year=total(docs["prior_year"]),
        periods=tuple(row for row in whole(docs["trend"]) if not row["slice"] and row["period"]),
        slices=tuple(ordered(_members(by_dim[first]), measure.better)) if first else (),
        dim=first,
        weakest=weakest(headline, [row for doc in by_dim.values() for row in _members(doc)], measure.better),
        charts=tuple(chart for chart in charts if _tells(chart)) if drawn else (),
        problem=_stale(usual),
    )


def _by_dimension(ask: Callable, metric: Metric) -> dict[str, dict]:
    """The slices by every dimension that the data have; only the first is printed, so only it has intervals."""
    found: dict[str, dict] = {}
    for dim in sliced_by(metric):
        doc = ask(metric.id, Request(by=(dim,), interval=not found))
        found |= {dim: doc} if _members(doc) else {}
    return found


def _members(doc: dict) -> list[dict]:
    return [row for row in whole(doc) if row["slice"]]


def asked(metric: Metric, as_of: date | None) -> dict[str, Request]:
    """What is read beside the value of the usual period: prior, prior_year and trend."""

    def over(rule) -> dict[str, date | None]:
        return dict(zip(("date_from", "date_to"), rule(metric, windows.USUAL, as_of), strict=True))

    # only the difference of two proportions has an interval
    compared = {"reading": "compare", "interval": metric.headline.interval == "proportion"}
    return {
        "prior": Request(**compared, compare_to="prior", **over(windows.compared)),
        "prior_year": Request(**compared, compare_to="prior-year", **over(windows.beside_last_year)),
        "trend": Request(reading="trend", every=windows.every(metric), **over(windows.drawn)),
    }


def _tells(chart) -> bool:
    """Whether a chart has at least two numbers to compare."""
    return sum(value is not None for series in chart.series for value in series.y) > 1


def total(doc: dict) -> dict:
    """The row of the whole: no slice, no part."""
    return next(row for row in whole(doc) if not row["slice"])


def whole(doc: dict) -> list[dict]:
    """The rows that are no part of a many-valued measure."""
    return [row for row in doc["rows"] if row["part"] is None]


def _stale(doc: dict) -> str | None:
    return "stale: a master is older than 35 days" if any(row["status"] == "stale" for row in doc["rows"]) else None
