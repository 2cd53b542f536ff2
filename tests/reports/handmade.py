"""A report made by hand: two metrics with six months each, so that the writers are tested without a build."""

from datetime import date

from charts.from_reading import by_slice, ordered, trend
from metrics.registry import Dim, Measure, Metric, Relation
from reports.model import Report, Section, Source

MONTHS = ("2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04")


def row(value, num=None, den=None, n=100, slice=None, period=None, status="ok", **more):
    found = {"measure": "rate", "part": None, "slice": slice or {}, "period": period, "value": value, "num": num}
    found |= {"den": den, "n": n, "ci": None, "ci_method": None, "status": status, "reason": None, "provisional": False}
    return found | {"coverage": {}, "excluded": {}, "currency": None} | more


def doc(metric: Metric, rows: list[dict]) -> dict:
    measure = metric.headline
    told = {"measure": measure.name, "unit": measure.unit, "better": measure.better, "headline": True}
    return {
        "schema": 1,
        "metric": metric.id,
        "title": metric.title,
        "definition": metric.definition_version,
        "data_version": 7,
        "as_of": "2026-04-30",
        "as_of_by_source": {"Salesforce": "2026-04-30", "SAP": "2026-04-30"},
        "params": {},
        "scope": {"where": {}, "by": [], "label": "2025-05-01..2026-04-30", "from": "2025-05-01", "to": "2026-04-30"},
        "measures": [told | {"additive": True, "title": measure.title}],
        "rows": rows,
    }


def metric_of(id: str, title: str, unit: str, better: str | None) -> Metric:
    measure = Measure(name="rate", title=title, unit=unit, better=better, relation="line", headline=True)
    relation = Relation(grain="order line", key=("order_line_id",), sql="select 1")
    text = (
        f"{title}.\n\nWhat it says, in words.\n\n    value = num / den      both are counts\n\nAnd what it leaves out."
    )
    dims = {"segment": Dim("Segment", "segment", "customer.segment")}
    return Metric(title, f"How is {title.lower()}?", {"line": relation}, (measure,), dims, id=id, definition=text)


def section_of(metric: Metric, value: float, slices: dict[str, tuple[float, int]], problem=None) -> Section:
    base = {
        "value": value * 0.9,
        "num": 80,
        "den": 90,
        "n": 90,
        "ci": None,
        "status": "ok",
        "period": None,
        "slice": {},
    }
    compared = row(value, 90, 100, base=base, difference=value * 0.1, difference_ci=None)
    months = [
        row(value * (0.9 + at / 50), 9, 10, period={"label": label, "from": f"{label}-01", "to": f"{label}-28"})
        for at, label in enumerate(MONTHS)
    ]
    headline = row(value, 90, 100, ci=[value * 0.95, value * 1.05], ci_method="wilson")
    members = [
        row(v, v * n, n, n, {"segment": name}, status="ok" if n > 30 else "insufficient")
        for name, (v, n) in slices.items()
    ]
    docs = {
        "value": doc(metric, [headline, *members]),
        "prior": doc(metric, [compared]),
        "prior_year": doc(metric, [compared]),
    }
    docs["trend"] = doc(metric, months)
    found = ordered(members, metric.headline.better)
    return Section(
        metric=metric,
        readings=docs,
        headline=headline,
        prior=compared,
        prior_year=compared,
        periods=tuple(months),
        slices=tuple(found),
        dim="segment",
        weakest=found[0],
        charts=(
            trend(docs["trend"], "rate", title="By month"),
            by_slice(docs["value"], "rate", "segment", title="By segment"),
        ),
        problem=problem,
    )


def make_report() -> Report:
    otif = metric_of("otif", "On time in full", "share", "up")
    days = metric_of("commitment_to_delivery", "Commitment to delivery", "days", "down")
    members = {"=cmd|'/c calc'!A0": (0.62, 80), "Key <b>accounts</b>": (0.91, 60), "Small": (0.75, 4)}
    return Report(
        name="overview",
        title="Overview",
        version=7,
        built_at="2026-05-01 06:00",
        as_of="2026-04-30",
        filters="none (the whole company)",
        sections=(section_of(otif, 0.8, members), section_of(days, 21.0, {"Key": (18.0, 50), "Small": (25.0, 50)})),
        sources=(Source("SAP", "VBAP", "2026-04-30 23:30", date(2026, 4, 30), "file_name", 12),),
        definition="abc123",
    )
