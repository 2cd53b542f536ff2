"""M8 from the text of the book: one row per resource, shift and week, as last written down by a day."""

from collections import defaultdict
from datetime import date

import numpy as np

from tests.oracle.company import Company

Row = dict


def known(company: Company, as_of: date) -> list[Row]:
    """What the last record up to a day says of each resource, shift and week in which it was manned."""
    last: dict[tuple, Row] = {}
    for row in company["capacity_period"]:
        key = row["resource_id"], row["shift"], row["family"], row["period_start"]
        if row["recorded_date"] <= as_of and (key not in last or last[key]["recorded_date"] < row["recorded_date"]):
            last[key] = row
    return [row for row in last.values() if row["available_hours"] > 0]


def within(rows: list[Row], start: date, end: date) -> list[Row]:
    return [row for row in rows if start <= row["period_start"] <= end]


def filled(rows: list[Row], column: str) -> list[Row]:
    """Missing is not zero: rows without the figure stand in neither sum."""
    return [row for row in rows if row.get(column) is not None]


def weekly(rows: list[Row]) -> list[float]:
    """Hours run over hours available, all rows of a week together."""
    hours: dict[date, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in filled(rows, "actual_hours"):
        hours[row["period_start"]][0] += row["actual_hours"]
        hours[row["period_start"]][1] += row["available_hours"]
    return [run / there for _, (run, there) in sorted(hours.items())]


def swing(series: list[float]) -> dict[str, float]:
    """How the weeks differ: spread over mean, highest over mean, share of weeks over and under."""
    told = np.array(series)
    return {
        "cv": told.std(ddof=1) / told.mean(),
        "peak_to_mean": told.max() / told.mean(),
        "weeks_over": (told > 0.95).mean(),
        "weeks_under": (told < 0.60).mean(),
    }


def ratio(rows: list[Row], column: str) -> float:
    told = filled(rows, column)
    return sum(row[column] for row in told) / sum(row["available_hours"] for row in told)


def bottleneck(rows: list[Row]) -> str:
    """The resource with the highest load ratio in the weeks it ran; of equals the first by name."""
    rows = filled(rows, "actual_hours")
    resources = sorted({row["resource_id"] for row in filled(rows, "planned_load_hours")})
    own = lambda name: [row for row in rows if row["resource_id"] == name]  # noqa: E731
    return max(resources, key=lambda name: ratio(own(name), "planned_load_hours"))


def oee(rows: list[Row]) -> dict[str | None, float]:
    """Availability, performance, quality and their product: good hours at the ideal pace over hours planned."""
    made = filled(filled(rows, "total_qty"), "downtime_hours")
    planned = sum(row["available_hours"] for row in made)
    run = planned - sum(row["downtime_hours"] for row in made)
    ideal = sum(row["total_qty"] * row["ideal_hours_per_unit"] for row in made)
    good = sum(row["good_qty"] * row["ideal_hours_per_unit"] for row in made)
    return {None: good / planned, "availability": run / planned, "performance": ideal / run, "quality": good / ideal}
