"""Hours of resources by week: plans written down before, actuals after, closed and overloaded weeks."""

from datetime import date, timedelta

from tests.oracle.company import AS_OF, Company, plus

MONDAY = date(2025, 3, 3)
RESOURCES = {"R0": ("S0", "Pumps"), "R1": ("S0", "Valves"), "R2": ("S1", "Pumps"), "R3": ("S1", None)}
IDEAL = {"R0": 0.5, "R1": 0.25, "R2": 0.5, "R3": 0.1}


def add_capacity(rng, made: Company) -> None:
    """Every week from March 2025 on, some weeks ahead as plans only; R2 runs two shifts, R3 began late."""
    found = made.erp["capacity_period"] = []
    closed = {("R1", MONDAY + timedelta(weeks=21)), ("R0", MONDAY + timedelta(weeks=42))}
    for resource, (site, family) in RESOURCES.items():
        load = float(rng.uniform(0.6, 0.95))
        first = 40 if resource == "R3" else 0
        for week in range(first, 66):
            monday = MONDAY + timedelta(weeks=week)
            for shift in ("early", "late") if resource == "R2" else (None,):
                row = {"resource_id": resource, "site_id": site, "family": family, "shift": shift}
                row |= {"period_start": monday, "period_end": plus(monday, 6), "calendar_hours": 84}
                available = 0 if (resource, monday) in closed else int(rng.integers(32, 41))
                row |= {"available_hours": available, "ideal_hours_per_unit": IDEAL[resource]}
                found += _versions(rng, row, available, load)


def _versions(rng, row: dict, available: int, load: float) -> list[dict]:
    """The plan of two weeks before, sometimes corrected, and the actuals of the Monday after."""
    found = []
    planned = round(available * load * float(rng.uniform(0.8, 1.2)), 2)
    for back in (14, 7) if rng.random() < 0.3 else (14,):
        recorded = plus(row["period_start"], -back)
        if recorded <= AS_OF:
            found.append(row | {"recorded_date": recorded, "planned_load_hours": planned + (14 - back) / 7})
    recorded = plus(row["period_start"], 7)
    if recorded <= AS_OF and rng.random() < 0.97:
        spread = 0.35 if rng.random() < 0.1 else 0.12
        actual = round(available * max(0.1, load + float(rng.normal(0, spread))), 2)
        total = int(actual / row["ideal_hours_per_unit"] * float(rng.uniform(0.8, 1.0)))
        good = int(total * float(rng.uniform(0.9, 1.0)))
        done = {"recorded_date": recorded, "actual_hours": actual, "planned_load_hours": planned}
        done |= {"downtime_hours": round(available * float(rng.uniform(0, 0.15)), 2)}
        found.append(row | done | {"total_qty": total, "good_qty": good})
    return found
