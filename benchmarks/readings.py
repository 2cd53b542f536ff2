"""How long a reading takes beside hand-written SQL over the same table, and with another as-of date or its interval."""

import statistics
import time
from datetime import date, timedelta

from metrics.question import Request
from metrics.read import read
from metrics.registry import catalogue

BY_HAND = {
    "otif": """SELECT count(*) FILTER (WHERE completion_date <= first_promised_date) / nullif(count(*), 0) AS value
        FROM {table} WHERE first_promised_date BETWEEN DATE '2025-05-01' AND DATE '2026-04-30'
        AND known_from <= DATE '2026-04-30' AND (known_to IS NULL OR known_to > DATE '2026-04-30')""",
    "commitment_to_delivery": """SELECT median(completion_date - confirmed_date) AS value
        FROM {table} WHERE ordered_date BETWEEN DATE '2025-05-01' AND DATE '2026-04-30'
        AND known_from <= DATE '2026-04-30' AND (known_to IS NULL OR known_to > DATE '2026-04-30')""",
}


def seconds(run, times: int = 5) -> float:
    """Median of a few runs after one that warms up."""
    run()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def of(version) -> list[dict]:
    """One line a metric and measure: seconds of value, sliced value, interval, another as-of, and SQL by hand."""
    found = []
    for metric in catalogue().values():
        for measure in metric.measures:
            found.append(_measure(version, metric, measure))
    return found


def _measure(version, metric, measure) -> dict:
    plain = Request(measures=(measure.name,), interval=False)
    doc = read(version, metric.id, plain)
    as_of = date.fromisoformat(doc["as_of"]) - timedelta(days=30) if doc["as_of"] else None
    asked = {
        "value": plain,
        "by": Request(measures=(measure.name,), by=tuple(metric.dims)[:1], interval=False),
        "interval": Request(measures=(measure.name,)),
        "as_of": Request(measures=(measure.name,), as_of=as_of, interval=False),
    }
    taken = {name: seconds(lambda r=request: read(version, metric.id, r)) for name, request in asked.items()}
    hand = BY_HAND.get(metric.id) if measure.headline else None
    if hand:
        sql = hand.replace("{table}", "line_known")
        taken["by_hand"] = seconds(lambda: version.cursor().execute(sql).fetchall())
    status = doc["rows"][0]["status"] if doc["rows"] else "none"
    return {"metric": metric.id, "measure": measure.name, "status": status, **taken}
