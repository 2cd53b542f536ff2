"""What a cell says, read as the type of its canonical column: SQL of the value, and the reason where it fails."""

from dataclasses import dataclass

from loaders import dates, numbers
from loaders.cells import Cells
from loaders.mapping import NO_DATE as NO_DATES
from loaders.mapping import NUMERIC
from loaders.model import Way
from loaders.numbers import literal
from loaders.plan import Plan, Settings
from loaders.workbook import DAY, MARK, NUMBER
from warehouse.schema import Column

TRUE, FALSE = ("true", "1", "yes", "y", "t", "x"), ("false", "0", "no", "n", "f")
NO_DATE = "null::date"


@dataclass(frozen=True)
class Reading:
    """SQL of the value of a cell, of its date where it is an instant, and of the reason where there is none."""

    value: str
    reason: str
    date: str = NO_DATE
    doubt: str = ""


def read(plan: Plan, cells: Cells, settings: Settings, way: Way, target: Column, cell: str) -> Reading:
    """A cell (by its name in the plan) read as the way says."""
    if way.values is not None:
        return _mapped(plan, cells, settings, way, target, cell)
    if way.type == "text":
        return _text(plan, target, cell)
    if way.type == "boolean":
        return _boolean(plan, cells, cell)
    if way.type in NUMERIC:
        return number(plan, cells, way, cell)
    return _temporal(plan, cells, settings, way, cell)


def as_written(plan: Plan, way: Way, cell: str) -> str | None:
    """SQL of a raw cell that is written in the commonest form of its type, NULL where it is not; None where the way
    knows no such form, or a text that means missing could be taken for it."""
    null = [text for text in way.null if way.type in NUMERIC or text not in NO_DATES]
    if way.values is not None or way.null_like or any(letter.isdigit() for text in null for letter in text):
        return None
    if way.type in NUMERIC:
        return plan.named(numbers.as_written(cell, way.type, way.decimal, way.thousands, plan.named))
    if way.type == "date" and (sql := dates.as_written(cell, way.formats, plan.named)):
        return plan.named(sql)
    return None


def _text(plan: Plan, target: Column, cell: str) -> Reading:
    if not target.values:
        return Reading(cell, "''")
    value = plan.named(f"case when {cell} in ({', '.join(map(literal, target.values))}) then {cell} end")
    return Reading(value, literal(f"is not one of {', '.join(target.values)}"))


def _boolean(plan: Plan, cells: Cells, cell: str) -> Reading:
    text = plan.named(f"lower(trim({cells.text(cell)}))")
    true, false = (", ".join(map(literal, texts)) for texts in (TRUE, FALSE))
    value = plan.named(f"case when {text} in ({true}) then true when {text} in ({false}) then false end")
    return Reading(value, literal("is neither true nor false (true/false, 1/0, yes/no)"))


def number(plan: Plan, cells: Cells, way: Way, cell: str) -> Reading:
    """A number in the way's notation; a number that the file itself holds as one needs none."""
    sql = numbers.number(cell, way.type, way.decimal, way.thousands, plan.named)
    if cells.typed:
        plain = numbers.number(f"substr({cell}, 3)", way.type, None, None, plan.named)
        sql = f"""case when starts_with({cell}, {literal(NUMBER)}) then {plain}
            when not starts_with({cell}, {literal(MARK)}) then {sql} end"""
    reason = literal(numbers.number_reason(way.type, way.decimal, way.thousands))
    return Reading(plan.named(sql), reason, doubt="" if way.decimal or way.thousands else "number")


def _mapped(plan: Plan, cells: Cells, settings: Settings, way: Way, target: Column, cell: str) -> Reading:
    """The text that `values` puts in place of the cell's, read as the type."""
    given = way.values or {}
    text = plan.named(f"""case when {cell} is null then {_or_null(given.get(""))}
        {" ".join(_case(cell, text, mapped) for text, mapped in given.items() if text not in ("", "*"))}
        else {cell if given.get("*") == "*" else _or_null(given.get("*"))} end""")
    found = read(plan, cells, settings, Way(way.type, decimal="."), target, text)
    known = ", ".join(repr(text) for text in list(given)[:12] if text not in ("", "*"))
    reason = f"is not a text the profile maps; known are {known}" if "*" not in given else "does not fit the column"
    return Reading(found.value, literal(reason), found.date)


def _case(cell: str, text: str, mapped: str) -> str:
    return f"when trim({cell}) = {literal(text.strip())} then {cell if mapped == '*' else _or_null(mapped)}"


def _or_null(text: str | None) -> str:
    return literal(text) if text else "null"


def emptied(way: Way, cell: str) -> str:
    """Condition that `values` says of a cell: this is no value, and no failure either."""
    given = way.values or {}
    if given.get("*") == "":
        return f"trim({cell}) not in ({', '.join(literal(text.strip()) for text, to in given.items() if to) or 'null'})"
    texts = [literal(text.strip()) for text, mapped in given.items() if mapped == "" and text]
    return f"trim({cell}) in ({', '.join(texts)})" if texts else ""


def _temporal(plan: Plan, cells: Cells, settings: Settings, way: Way, cell: str) -> Reading:
    zone = way.timezone or settings.zone
    said = dates.parse(cell, way.formats, plan.named)
    value, date = _moment(plan, way, said, zone, settings.zone)
    if cells.typed:
        typed = dates.parse(f"substr({cell}, 3)", (), plan.named)
        held = f"starts_with({cell}, {literal(DAY)})"
        value, date = (
            f"case when {held} then {own} else {other} end"
            for own, other in zip(_moment(plan, way, typed, zone, settings.zone), (value, date), strict=True)
        )
    reason, doubt = literal(dates.date_reason(way.formats)), "" if way.formats else "date"
    if said.torn != "false":
        several = literal(f"fits several of the formats {', '.join(way.formats)}")
        reason, doubt = f"case when {said.torn} then {several} else {reason} end", "torn"
    return Reading(plan.named(value), reason, plan.named(date) if way.type == "instant" else NO_DATE, doubt)


def _moment(plan: Plan, way: Way, said: dates.Parsed, zone: str, company: str) -> tuple[str, str]:
    """(value, date): a day stays the day that is written; a time of day is moved to the company's zone.

    A date column that holds an instant at midnight is taken for the day that is written.
    """
    utc = plan.named(dates.to_utc(said.local, said.utc, zone))
    as_written = f"({said.local})::date"
    day = as_written
    if said.timed != "false" and not (said.utc == dates.NO_OFFSET and zone == company):
        day_only = f"not ({said.timed})"
        if way.type == "date":
            day_only += f" or ({said.local})::time = time '00:00:00'"
        moved = dates.local_date(utc, company)
        day = f"case when {day_only} then {as_written} when {said.local} is not null then {moved} end"
    if way.type == "date":
        return day, NO_DATE
    return f"case when ({said.timed}) and {said.local} is not null then {utc} end", day
