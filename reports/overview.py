"""The overview for leaders: six metrics with change, trend, slices and weakest slice, out of `metrics.read` alone."""

from charts.from_reading import by_slice, ordered, trend
from metrics.question import Request
from metrics.read import read
from metrics.registry import Metric, catalogue
from reports.definition import definition_of
from reports.model import Report, Section, Source

METRICS = (
    "pipeline_forecast_accuracy",
    "days_of_inventory_by_segment",
    "commitment_to_delivery",
    "satisfaction_vs_delivery",
    "otif",
    "lead_to_order_rate",
)
DIMS = ("segment", "family", "site")
SOURCES = """
select system, object,
       left(max(exported_at)::varchar, if(bool_and(exported_is_date), 10, 16)) as exported_at,
       max(last_full_day) as day, arg_max(exported_basis, exported_at) as basis, count(*) as loads
from load group by system, object order by system, object
"""


def compose(version, metrics: tuple[str, ...] = METRICS) -> Report:
    """The overview of one version. A metric that fails takes only its own section with it."""
    sections = tuple(_section(version, catalogue()[name]) for name in metrics)
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


def _section(version, metric: Metric) -> Section:
    # one broken metric must not keep the other five from their reader
    try:
        return _read_section(version, metric)
    except Exception as error:
        return Section(metric, {}, problem=f"failed: {type(error).__name__}: {error}")


def _read_section(version, metric: Metric) -> Section:
    dim = next((name for name in DIMS if name in metric.dims), None)
    asked = {
        "value": Request(by=(dim,) if dim else ()),
        "prior": Request(reading="compare", compare_to="prior"),
        "prior_year": Request(reading="compare", compare_to="prior-year"),
        "trend": Request(reading="trend", every="month"),
    }
    docs = {name: read(version, metric.id, request) for name, request in asked.items()}
    headline, measure = total(docs["value"]), metric.headline
    drawn = headline["status"] not in ("not_available", "insufficient")
    charts = [trend(docs["trend"], measure.name, title="By month")]
    charts += [by_slice(docs["value"], measure.name, dim, title=f"By {dim}")] if dim else []
    slices = ordered([row for row in whole(docs["value"]) if row["slice"]], measure.better)
    return Section(
        metric=metric,
        readings=docs,
        headline=headline,
        prior=total(docs["prior"]),
        prior_year=total(docs["prior_year"]),
        months=tuple(
            row for row in docs["trend"]["rows"] if not row["slice"] and row["part"] is None and row["period"]
        ),
        slices=tuple(slices),
        dim=dim,
        weakest=weakest(slices, measure.better),
        charts=tuple(chart for chart in charts if _tells(chart)) if drawn else (),
        problem=_stale(docs["value"]),
    )


def _tells(chart) -> bool:
    """Whether a chart has at least two numbers to compare."""
    return sum(value is not None for series in chart.series for value in series.y) > 1


def total(doc: dict) -> dict:
    """The row of the whole: no slice, no part."""
    return next(row for row in whole(doc) if not row["slice"])


def whole(doc: dict) -> list[dict]:
    """The rows that are no part of a many-valued measure."""
    return [row for row in doc["rows"] if row["part"] is None]


def weakest(worst_first, better: str | None) -> dict | None:
    """The worst slice with enough rows; None where neither direction is better, or fewer than two have enough."""
    judged = [row for row in worst_first if row["value"] is not None and row["status"] in ("ok", "low_n")]
    return judged[0] if better in ("up", "down") and len(judged) > 1 else None


def _stale(doc: dict) -> str | None:
    return "stale: a master is older than 35 days" if any(row["status"] == "stale" for row in doc["rows"]) else None
