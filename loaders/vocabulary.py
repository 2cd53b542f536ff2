"""The closed vocabulary of profiles: which key may stand where, and what it may hold.

Everything that is not listed here is an error naming the file and the key.
"""

import difflib
import re
import zoneinfo
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from loaders.errors import LoadError
from warehouse.schema import SQL_TYPE

SIDES = ("crm", "erp", "srm", "company")
DECIMALS = (".", ",")
THOUSANDS = ("", ".", ",", " ", "'", "’", "\u00a0", "\u202f")
DIRECTIVES = "dmYybBHIMSfpjaA"

Check = Callable[[Any], str | None]


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value else "must be a text"


def _any_text(value: Any) -> str | None:
    return None if isinstance(value, str) else "must be a text"


def _texts(value: Any) -> str | None:
    fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return None if fits else "must be a list of texts"


def _patterns(value: Any) -> str | None:
    fits = isinstance(value, list) and all(isinstance(item, str) and item.strip("* ") for item in value)
    return None if fits else "must be a list of texts in which * stands for any text"


def _text_or_texts(value: Any) -> str | None:
    return None if isinstance(value, str) or (_texts(value) is None and value) else "must be a text or a list of texts"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _number(value: Any) -> str | None:
    return None if isinstance(value, int) and not isinstance(value, bool) else "must be a whole number"


def _table(value: Any) -> str | None:
    return None if isinstance(value, dict) else "must be a table"


def _tables(value: Any) -> str | None:
    fits = isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
    return None if fits else "must be a list of tables ([[...]])"


def texts_to_texts(value: Any) -> str | None:
    fits = isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    return None if fits else "must map texts to texts"


def _values(value: Any) -> str | None:
    return (
        None
        if isinstance(value, str) and value
        else texts_to_texts(value) and "must name a [values.*] or map texts to texts"
    )


def _labels(value: Any) -> str | None:
    fits = isinstance(value, dict) and all(_texts(item) is None for item in value.values())
    return None if fits else "must map a column to its other header texts (a list)"


def _one_of(*allowed: str) -> Check:
    return lambda value: None if value in allowed else f"must be one of {', '.join(map(repr, allowed))}"


def _zone(value: Any) -> str | None:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        return 'must name a time zone such as "Europe/Berlin"'
    return None


def _encoding(value: Any) -> str | None:
    try:
        "".encode(value)
    except (LookupError, TypeError):
        return 'must name an encoding such as "cp1252"'
    return None


def date_format(value: Any) -> str | None:
    """What is wrong with a date format, or None. Only directives that can be checked both ways are known."""
    if not isinstance(value, str) or not value:
        return "must be a date format such as %d.%m.%Y"
    found = re.findall(r"%(-?.?)", value)
    wrong = [item for item in found if item.removeprefix("-") not in DIRECTIVES or item in ("", "-")]
    if wrong:
        return f"uses %{wrong[0]}; known are {', '.join('%' + known for known in DIRECTIVES)}"
    plain = {item.removeprefix("-") for item in found}
    if not plain & {"Y", "y"} or not (plain & {"m", "b", "B"} and "d" in plain or "j" in plain):
        return "must hold a day, a month and a year"
    return None


def _formats(value: Any) -> str | None:
    if isinstance(value, list):
        return next(filter(None, map(date_format, value)), None) if value else "must hold at least one format"
    return date_format(value)


def _exported_at(value: Any) -> str | None:
    if isinstance(value, str):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return "must be a date such as 2026-04-30, or a table with file_name or field, and format"
        return None
    if isinstance(value, date | datetime):
        return "must be a text: put the date in quotes"
    if not isinstance(value, dict) or len(value.keys() & {"file_name", "field"}) != 1:
        return "must be a date or a table with either file_name or field"
    if set(value) - {"file_name", "field", "format"} or not all(isinstance(item, str) for item in value.values()):
        return "may hold file_name or field, and format, all texts"
    if "file_name" in value:
        return _pattern(value["file_name"]) or (
            "needs a format" if "format" not in value else date_format(value["format"])
        )
    return date_format(value["format"]) if "format" in value else None


def _pattern(value: str) -> str | None:
    try:
        groups = re.compile(value).groups
    except re.error as error:
        return f"has a file_name that is no regular expression: {error}"
    return None if groups == 1 else "has a file_name that must mark the date by exactly one (...)"


def _multiply(value: Any) -> str | None:
    def operand(item: Any) -> bool:
        if isinstance(item, dict):
            return set(item) in ({"one_minus"}, {"one_over"}) and all(isinstance(name, str) for name in item.values())
        return isinstance(item, str | int | float) and not isinstance(item, bool)

    fits = isinstance(value, list) and len(value) > 1 and all(map(operand, value))
    return (
        None
        if fits
        else "must list two or more factors: a column, a number, { one_minus = column } or { one_over = column }"
    )


def _when(value: Any) -> str | None:
    conditions = value if isinstance(value, list) else [value]
    for item in conditions:
        if not isinstance(item, dict) or set(item) not in ({"column", "is"}, {"column", "not"}):
            return "must hold column and either is or not"
        if _text(item["column"]) or _texts(item.get("is", item.get("not"))):
            return "must hold column (a text) and is or not (a list of texts)"
    return None if conditions else "must hold a condition"


def _negate(value: Any) -> str | None:
    return None if isinstance(value, bool) or _when(value) is None else "must be true or a condition such as a `when`"


def _true(value: Any) -> str | None:
    return None if value is True else "must be true"


NUMBERS: dict[str, Check] = {"decimal": _one_of(*DECIMALS), "thousands": _one_of(*THOUSANDS)}
READING: dict[str, Check] = {
    "exported_at": _exported_at, "timezone": _zone, "null": _texts, "encoding": _encoding,
    "numbers": _table, "dates": _table, "instants": _table,
}  # fmt: skip
FORMATS: dict[str, Check] = {"format": _formats}
TOP: dict[str, Check] = READING | {
    "name": _text, "extends": _text, "system": _text, "side": _one_of(*SIDES), "version": _number,
    "export": _any_text, "docs": _texts,
    "values": _table, "object": _table,
}  # fmt: skip
OBJECT: dict[str, Check] = READING | NUMBERS | {
    "recognise": _texts, "unless": _texts, "scope": _one_of("full", "partial"), "forward_fill": _texts,
    "labels": _labels, "table": _tables,
}  # fmt: skip
TABLE: dict[str, Check] = {"table": _text, "distinct": _flag, "optional": _flag, "when": _when, "columns": _table}
COLUMN: dict[str, Check] = NUMBERS | {
    "from": _text_or_texts, "join": _any_text, "format": _formats, "null": _texts, "null_like": _patterns,
    "values": _values, "constant": _any_text,
    "multiply": _multiply, "negate": _negate, "unit": _text, "timezone": _zone,
    "when": _when, "as": _one_of(*SQL_TYPE), "exported_at": _true,
}  # fmt: skip


def check(file: object, where: str, given: dict, known: dict[str, Check], needed: tuple[str, ...] = ()) -> None:
    """Refuse unknown keys, values of the wrong kind and missing keys of one table of a profile."""
    place = f"[{where}] " if where else ""
    for key, value in given.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            offer = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
            raise LoadError(file, f"{place}{key}: unknown key; {offer}")
        if wrong := known[key](value):
            raise LoadError(file, f"{place}{key} = {value!r}: {wrong}")
    for key in needed:
        if key not in given:
            raise LoadError(file, f"{place}{key}: missing")
