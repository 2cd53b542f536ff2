"""Dates and periods as people write them."""

from datetime import date

from charts.frame import MONTHS


def day(text: str | date | None) -> str:
    """2026-04-30 as 30 Apr 2026."""
    if not text:
        return "no date"
    found = text if isinstance(text, date) else date.fromisoformat(str(text)[:10])
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


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


def months_of(period: dict) -> int:
    """How many months a period touches."""
    start, end = date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
    return (end.year - start.year) * 12 + end.month - start.month + 1
