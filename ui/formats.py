"""Words around numbers on a page: dates, systems, periods, who many of how many."""

from charts.dates import day
from charts.names import system_name
from charts.numbers import THIN, counted


def reach(doc: dict) -> str:
    """How far each source system's data go: Salesforce to 30 Apr 2026 · SAP to 29 Apr 2026."""
    found = doc.get("as_of_by_source") or {}
    return " · ".join(f"{system_name(system)} to {day(to)}" for system, to in sorted(found.items()))


def of(num: float | None, den: float | None) -> str:
    """418 of 512."""
    if num is None or den is None:
        return ""
    return f"{counted(num)} of {counted(den)}"


def ago(days: int) -> str:
    """A number of days, in the unit that people would say."""
    if days < 60:
        return f"{days}{THIN}days"
    return f"{days // 30}{THIN}months" if days < 730 else f"{days // 365}{THIN}years"


def counts(row: dict, unit: str) -> str:
    """How much stands behind a result row: 418 of 512 for a share of counted things, else how many rows."""
    whole = row["den"] is not None and row["num"] is not None and row["den"] == row["n"]
    if unit == "share" and whole and float(row["num"]).is_integer():
        return of(row["num"], row["den"])
    return f"n = {counted(row['n'])}"


def lacking(reason: str | None) -> str:
    """Why a number is not available, in words: the input it misses, or that its version is older than the metric."""
    told = str(reason or "its input").removeprefix("not_available:").strip()
    if told.startswith("no history"):
        return f"{told}, so what was known on that day cannot be told"
    return "this version is older than the metric: build again" if told.endswith("build again") else f"missing: {told}"
