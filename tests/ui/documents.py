"""Readings as the public interface promises them, made up: the pages' parts are tested on these without a warehouse."""

from collections.abc import Iterable
from datetime import date
from random import Random

from metrics.registry import Dim, Measure, Metric, Relation

SEGMENTS = ("Key accounts", "Mid market", "Small business", "Unsegmented")
FAMILIES = ("Controls", "Motors", "Pumps", "Sensors", "Valves")
SITES = ("Oslo", "Rotterdam")
HORIZONS = ("1", "2", "3", "4", "5", "6")
MEMBERS = {"segment": SEGMENTS, "family": FAMILIES, "site": SITES, "horizon": HORIZONS}
REACH = {"salesforce": "2026-04-30", "sap": "2026-04-29"}

# metric: (title, question, dimensions)
METRICS = {
    "commitment_to_delivery": ("Commitment to delivery", "How long from our word?", ("segment", "family", "site")),
    "otif": ("On time in full", "What share came complete, when promised?", ("segment", "family", "site")),
    "pipeline_forecast_accuracy": ("Forecast accuracy", "Does the pipeline help?", ("horizon", "segment", "family")),
    "days_of_inventory_by_segment": ("Days of stock", "For how many days?", ("segment", "family", "site")),
    "satisfaction_vs_delivery": ("Satisfaction", "Are late customers less satisfied?", ("segment",)),
    "lead_to_order_rate": ("Lead to order", "What share of leads turn into orders?", ("segment",)),
}
# metric: (measure, title, unit, better, size of its numbers, parts); the first measure is the headline
MEASURES = {
    "commitment_to_delivery": (
        ("km_median", "Median wait", "days", "down", 18, (None,)),
        ("hidden_delay", "Hidden delay", "days", "down", 11, (None, "entry", "release")),
        ("stage_mean", "Days in stage", "days", "down", 4, ("C_E", "E_R", "R_S", "S_D")),
        ("adherence_first", "First promise kept", "share", "up", 0.78, (None,)),
        ("adherence_last", "Last promise kept", "share", "up", 0.91, (None,)),
    ),
    "otif": (
        ("otif", "On time in full", "share", "up", 0.82, (None,)),
        ("on_time", "On time", "share", "up", 0.86, (None,)),
    ),
    "pipeline_forecast_accuracy": (
        ("wape", "Forecast error", "share", "down", 0.24, (None, "seasonal_naive", "ma3")),
        ("forecast", "Forecast", "currency", None, 4.1e6, (None, "seasonal_naive", "ma3")),
        ("actual", "Demand", "currency", None, 4e6, (None,)),
    ),
    "days_of_inventory_by_segment": (
        ("days", "Days of stock", "days", "band", 52, (None,)),
        ("days_by_policy", "Days by policy", "days", "band", 52, ("demand_share", "priority_fifo", "fair_share")),
    ),
    "satisfaction_vs_delivery": (("rho", "Rank correlation", "ratio", None, -0.41, (None,)),),
    "lead_to_order_rate": (("rate", "Lead to order", "share", "up", 0.19, (None,)),),
}


def metric(metric_id: str) -> Metric:
    """A metric with the shape of the real one: its measures, units and dimensions."""
    title, question, dims = METRICS[metric_id]
    made = tuple(Measure(*told[:4], "line", headline=at == 0) for at, told in enumerate(MEASURES[metric_id]))
    offered = {name: Dim(name.capitalize(), name, "customer.segment") for name in dims}
    return Metric(title, question, {"line": Relation("one line", ("id",))}, made, offered, id=metric_id, room="cross")


def months(count: int = 12, last: date = date(2026, 4, 1)) -> list[dict]:
    """Periods of whole months up to April 2026."""
    found = []
    for back in range(count - 1, -1, -1):
        at = last.year * 12 + last.month - 1 - back
        start, end = date(at // 12, at % 12 + 1, 1), date((at + 1) // 12, (at + 1) % 12 + 1, 1) - date.resolution
        found.append({"label": f"{start:%Y-%m}", "from": start.isoformat(), "to": end.isoformat()})
    return found


def row(metric_id: str, measure: str, part=None, sliced=None, period=None, n: int = 400, **more) -> dict:
    """One result row; the same question gives the same number."""
    _, _, unit, _, size, _ = next(told for told in MEASURES[metric_id] if told[0] == measure)
    luck = Random(f"{metric_id}{measure}{part}{sorted((sliced or {}).items())}{period}").uniform(0.85, 1.12)
    value = min(size * luck, 0.99) if unit == "share" else size * luck
    counted = unit == "share" and metric_id != "pipeline_forecast_accuracy"
    made = {
        "measure": measure, "part": part, "slice": sliced or {}, "period": period, "value": value,
        "num": round(value * n) if counted else value * n, "den": n if counted else n * 10, "n": n,
        "ci": [value * 0.94, value * 1.05] if unit in ("share", "days") else None, "ci_method": "wilson_n_eff",
        "status": "ok", "reason": None, "provisional": False, "coverage": {}, "excluded": {},
        "currency": "EUR" if unit == "currency" else None,
    }  # fmt: skip
    return made | more


def document(metric_id: str, measures: Iterable[str] = (), by: tuple[str, ...] = (), every: bool = False) -> dict:
    """The document of a value (with `every`, a monthly trend) of some measures, sliced by at most one dimension."""
    whole = {"label": "2025-05-01..2026-04-30", "from": "2025-05-01", "to": "2026-04-30"}
    offered = [told for told in MEASURES[metric_id] if told[0] in measures] or [MEASURES[metric_id][0]]
    slices = [{}, *({by[0]: member} for member in MEMBERS[by[0]])] if by else [{}]
    first = None if every else whole
    rows = [row(metric_id, told[0], part, one, first) for told in offered for part in told[5] for one in slices]
    for told in offered if every else ():
        rows += [row(metric_id, told[0], part, {}, period, n=40) for part in told[5] for period in months()]
    names = ("measure", "title", "unit", "better")
    return {
        "schema": 1, "metric": metric_id, "title": METRICS[metric_id][0], "definition": "1", "data_version": 3,
        "as_of": "2026-04-29", "as_of_by_source": REACH, "params": {},
        "scope": {"where": {}, "by": list(by), **whole},
        "measures": [dict(zip(names, told[:4], strict=True)) for told in offered], "rows": rows,
    }  # fmt: skip


def compared(metric_id: str, difference: float, ci=None, base_status: str = "ok") -> dict:
    """The document of a comparison with the year before: the headline moved by `difference`."""
    doc = document(metric_id)
    period = {"label": "2024-05-01..2025-04-30", "from": "2024-05-01", "to": "2025-04-30"}
    for found in doc["rows"]:
        base = {name: found[name] for name in ("value", "num", "den", "n", "ci", "slice")}
        found["base"] = base | {"value": found["value"] - difference, "status": base_status, "period": period}
        found["difference"], found["difference_ci"] = difference, ci
    return doc
