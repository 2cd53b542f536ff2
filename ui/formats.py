"""Words around numbers on a page: dates, systems, periods, who many of how many."""

from datetime import date

from charts.frame import MONTHS
from charts.names import system_name
from charts.numbers import THIN, counted


def day(text: str | date | None) -> str:
    """2026-04-30 as 30 Apr 2026."""
    if not text:
        return "no date"
    found = text if isinstance(text, date) else date.fromisoformat(str(text)[:10])
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def reach(doc: dict) -> str:
    """How far each source system's data go: Salesforce to 30 Apr 2026 · SAP to 29 Apr 2026."""
    found = doc.get("as_of_by_source") or {}
    return " · ".join(f"{system_name(system)} to {day(to)}" for system, to in sorted(found.items()))


def span(period: dict | None) -> str:
    """A period in words: whole months by name, else by days, a single date as itself."""
    if not period or not period.get("from"):
        return ""
    start, end = date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
    if start == end:
        return f"at {day(end)}"
    if start.year <= 1900:
        return f"all up to {day(end)}"
    last_day = (date(end.year + end.month // 12, end.month % 12 + 1, 1) - date.resolution).day
    if start.day == 1 and end.day == last_day:
        last = f"{MONTHS[end.month - 1]} {end.year}"
        if (start.year, start.month) == (end.year, end.month):
            return last
        first = MONTHS[start.month - 1] + (f" {start.year}" if start.year != end.year else "")
        return f"{first} – {last}"
    return f"{day(start)} – {day(end)}"


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


def months_of(period: dict) -> int:
    """How many months a period touches."""
    start, end = date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
    return (end.year - start.year) * 12 + end.month - start.month + 1


def lacking(reason: str | None) -> str:
    """Why a number is not available, in words: the input it misses, or that its version is older than the metric."""
    told = str(reason or "its input").removeprefix("not_available:").strip()
    return "this version is older than the metric: build again" if told.endswith("build again") else f"missing: {told}"
