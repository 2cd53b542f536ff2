"""What the catalogue tells of a metric beside its own texts, as rows: for the page and for docs/metrics.

Everything is read from the definition itself, with its default parameters.
"""

from collections.abc import Mapping

from metrics.known import needed_tables
from metrics.methods import interval_of
from metrics.registry import Metric, resolve
from warehouse.schema import tables

BETTER = {"up": "higher is better", "down": "lower is better", "band": "a band is right", None: "no side is better"}


def defaults(metric: Metric) -> dict:
    """The default value of every parameter."""
    return {name: param.default for name, param in metric.params.items()}


def measures(metric: Metric) -> list[dict]:
    """One row a measure."""
    params = defaults(metric)
    return [
        {
            "Measure": measure.name,
            "Title": measure.title + (" (headline)" if measure is metric.headline else ""),
            "Unit": measure.unit,
            "Direction": BETTER[measure.better],
            "Interval": interval_of(measure, params),
            "Enough rows": f"insufficient below {measure.minimum[0]}, few below {measure.minimum[1]}",
            "Meaning": measure.meaning,
        }
        for measure in metric.measures
    ]


def exclusions(metric: Metric) -> list[dict]:
    """One row a reason for which rows of a population are left out and counted."""
    params, found = defaults(metric), {}
    for measure in metric.measures:
        for reason, condition in resolve(measure.exclude, params).items():
            found.setdefault((reason, " ".join(condition.split())), []).append(measure.name)
    return [
        {"Reason": reason, "Left out when": condition, "Measures": ", ".join(names)}
        for (reason, condition), names in found.items()
    ]


def dims(metric: Metric) -> list[dict]:
    """One row a way to slice."""
    return [
        {"Slice": name, "Title": dim.title, "From": dim.source.replace("|", " or "), "Missing is called": dim.empty}
        for name, dim in metric.dims.items()
    ]


def params(metric: Metric) -> list[dict]:
    """One row a convention that a question may change."""
    return [
        {
            "Parameter": name,
            "Default": "none" if param.default is None else str(param.default),
            "Allowed": ", ".join(map(str, param.allowed)) if param.allowed else "any number",
            "Meaning": param.meaning,
        }
        for name, param in metric.params.items()
    ]


def components(metric: Metric) -> list[dict]:
    """One row a component of an index."""
    return [
        {
            "Component": one.name,
            "Title": one.title,
            "Weight": f"{one.weight:g}",
            "Anchors": ", ".join(f"{anchor:g}" for anchor in one.anchors),
            "Reads": ", ".join(f"{of} {measure}" for of, measure in one.reads),
        }
        for one in metric.components
    ]


def inputs(metric: Metric, feeds: Mapping[str, list[str]]) -> list[dict]:
    """One row a canonical table that the metric reads, with the exports that fill it."""
    found = read_tables(metric)
    return [
        {
            "Table": name,
            "What it holds": tables()[name].about,
            "Exports that fill it": ", ".join(feeds.get(name, ())) or "generic template",
        }
        for name in sorted(found)
    ]


def needs(metric: Metric) -> list[dict]:
    """One row a canonical column (or alternatives) without which measures are not available."""
    params, found = defaults(metric), {}
    for measure in metric.measures:
        for need in resolve(measure.requires, params):
            found.setdefault(need.replace("|", " or "), []).append(measure.name)
    every = len(metric.measures)
    return [
        {"Column": need, "Not available without it": "every measure" if len(names) == every else ", ".join(names)}
        for need, names in found.items()
    ]


def read_tables(metric: Metric) -> set[str]:
    """Canonical tables behind the metric's relations, and behind those of the readings an index is made of."""
    from metrics.registry import catalogue

    behind = {of for one in metric.components for of, _ in one.reads if of != metric.id}
    return needed_tables(metric).union(*(read_tables(catalogue()[of]) for of in behind))


def exports(profiles: Mapping) -> dict[str, list[str]]:
    """Which exports fill each canonical table: table -> names such as "SAP VBAP". Takes the loaders' profiles."""
    found: dict[str, list[str]] = {}
    for profile in profiles.values():
        for item in profile.objects.values():
            for one in item.tables:
                names = found.setdefault(one.table.name, [])
                name = f"{profile.title} {item.name}"
                names += [] if name in names else [name]
    return found


def history(metric: Metric) -> tuple[str, ...]:
    """What changed from one version of the definition to the next, oldest first."""
    return ("1: the first definition.", *metric.history)
