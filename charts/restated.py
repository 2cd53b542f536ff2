"""Restated numbers in words: what they were, what they are, and why."""

from collections.abc import Mapping

from charts.from_reading import shown
from charts.names import system_name
from charts.numbers import DASH, change, counted, written

CAUSES = {
    "late_rows": "late rows",
    "corrected_file": "corrected file",
    "withdrawn_load": "withdrawn load",
    "match_decision": "match decision",
    "settings": "settings",
    "definition": "definition",
    "component": "component",
    "loads": "loads",
    "unknown": "not found",
}
ROWS = {"rows_added": "added", "rows_removed": "removed", "rows_changed": "changed"}


def sides(row: Mapping, unit: str) -> tuple[str, str, str]:
    """Before, after and difference; a dash where too few rows stand behind a value."""
    told = [side and shown(side) for side in (row["before"], row["after"])]
    by = DASH if None in told else change(row["difference"], unit, row["currency"])
    before, after = (written(value, unit, row["currency"]) for value in told)
    return before, after, by


def cause(one: Mapping) -> str:
    """A cause in one line: its name, what it came with, how many rows it touched."""
    counts = [f"{counted(one[name])} {word}" for name, word in ROWS.items() if one[name]]
    rows = f" ({', '.join(counts)})" if counts else ""
    detail = _detail(one)
    return f"{CAUSES[one['cause']]}{f': {detail}' if detail else ''}{rows}"


def _detail(one: Mapping) -> str:
    if one["cause"] == "match_decision":
        told = one["decision"]
        by = f" by {told['decided_by']}" if told["decided_by"] else ""
        return f"{told['entity']} {told['left']} and {told['right']}: {told['before']} before, {told['after']} now{by}"
    if one["cause"] == "settings":
        return ", ".join(f"{name} {was} before, {now} now" for name, (was, now) in one["settings"].items())
    if one["cause"] == "definition":
        was, now = one.get("definition_before"), one.get("definition_after")
        return f"{was} before, {now} now" if was != now else "the program that computes it is another one"
    if one["cause"] == "component":
        return one["component"].replace("_", " ")
    if one["cause"] == "loads":
        return ", ".join(f"{load['file']} {'came' if load['new'] else 'went'}" for load in one["loads"])
    if "file" not in one:
        return ""
    columns = f", {', '.join(one['columns'])}" if one["columns"] else ""
    return f"{system_name(one['system'])} {one['file']}, {one['table']}{columns}"
