"""Reads the columns of a profile's table: each canonical column with the ways to fill it."""

import re
from collections.abc import Callable

from loaders import vocabulary
from loaders.errors import LoadError
from loaders.model import Factor, Mapping, Way, When
from warehouse.schema import Column, Table

NO_DATE = ("00.00.0000", "00/00/0000", "0000-00-00", "0000-00-00 00:00:00", "00000000")
SOURCES = {"from", "multiply", "constant", "exported_at"}
TEMPORAL = ("date", "instant")
NUMERIC = ("qty", "money", "price", "rate", "integer", "number")


def conditions(given: dict | list | None, null: tuple[str, ...]) -> tuple[When, ...]:
    """The conditions of a `when`; all must hold."""
    listed = given if isinstance(given, list) else [given] if given else []
    return tuple(When(item["column"], tuple(item.get("is", item.get("not"))), "is" in item, null) for item in listed)


def read_columns(file: str, where: str, table: Table, given: dict, own: dict) -> dict[str, Mapping]:
    """The mappings of one table. `own` holds what the file and the object state."""
    columns: dict[str, Mapping] = {}
    for name, value in given.items():
        if name not in table.columns:
            raise LoadError(
                file, f"[{where}] {name}: {table.name} has no such column; it has {', '.join(table.columns)}"
            )
        target = table.columns[name]
        listed = value if isinstance(value, list) and value and isinstance(value[0], dict) else [value]
        checked = [_checked(file, f"{where}.{name}", target, item, own) for item in listed]
        columns[name] = Mapping(target, tuple(way for item in checked for way in _ways(target, item, own)))
        for item in checked:
            columns |= _pair(file, where, table, columns[name], item, given)
    return columns


def _checked(file: str, where: str, target: Column, value: object, own: dict) -> dict:
    given = {"from": value} if isinstance(value, str | list) else value
    if not isinstance(given, dict):
        raise LoadError(file, f"[{where}] = {value!r}: must name a column or be a table")
    vocabulary.check(file, where, given, vocabulary.COLUMN)
    for fails, message in _mistakes(target, given, own):
        if fails():
            raise LoadError(file, f"[{where}] {message}")
    return given


def _mistakes(target: Column, given: dict, own: dict) -> list[tuple[Callable[[], bool], str]]:
    """What makes no sense together and would otherwise be ignored in silence."""
    kind = given.get("as", target.type)
    numeric = [key for key in ("decimal", "thousands", "negate", "multiply", "unit") if key in given]
    named, source = given.get("values"), given.get("from")
    wrong, allowed = _unfit(target, kind, given, own), ", ".join(target.values) or kind
    return [
        (lambda: not given.keys() & SOURCES, "needs from, multiply, constant or exported_at"),
        (lambda: len(given.keys() & (SOURCES - {"constant"})) > 1, "from, multiply, exported_at exclude one another"),
        (lambda: "exported_at" in given and kind not in TEMPORAL, f"exported_at: {target.name} is {kind}"),
        (lambda: "as" in given and target.type != "text", f"as: {target.name} is {target.type} already"),
        (lambda: "format" in given and kind not in TEMPORAL, f"format: {target.name} is {kind}, not a date"),
        (lambda: "timezone" in given and kind != "instant", f"timezone: {target.name} is {kind}, not an instant"),
        (lambda: bool(numeric) and kind not in NUMERIC, f"{numeric[:1]}: {target.name} is {kind}, not a number"),
        (lambda: "join" in given and not (kind == "text" and isinstance(source, list)), "join: needs a list, and text"),
        (lambda: "decimal" in given and given["decimal"] == given.get("thousands"), "decimal is also thousands"),
        (lambda: isinstance(named, str) and named not in own["values"], f"values: there is no [values.{named}]"),
        (lambda: wrong is not None, f"{wrong} is no value of {target.name} ({allowed})"),
    ]  # fmt: skip


def _unfit(target: Column, kind: str, given: dict, own: dict) -> str | None:
    """A constant or a text that `values` puts in place which the column could never hold."""
    values = given.get("values", {})
    values = own["values"].get(values, {}) if isinstance(values, str) else values
    texts = [text for text in (given.get("constant"), *values.values()) if text not in (None, "", "*")]
    return next((repr(text) for text in texts if not _holds(target, kind, text)), None)


def _holds(target: Column, kind: str, text: str) -> bool:
    if kind == "boolean":
        return text in ("true", "false")
    if kind in NUMERIC:
        return bool(re.fullmatch(r"[+-]?\d+(\.\d+)?", text))
    if kind in TEMPORAL:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}([T ].+)?", text))
    return not target.values or target.type != "text" or text in target.values


def _ways(target: Column, given: dict, own: dict) -> list[Way]:
    """The ways one table of a profile spells out: the source and, where both stand, the constant behind it."""
    kind = given.get("as", target.type)
    when = conditions(given.get("when"), own["null"])
    fallback = [Way(kind, constant=given["constant"], when=when)] if "constant" in given else []
    if given.get("exported_at"):
        return [Way(kind, exported_at=True, when=when), *fallback]
    if not given.keys() & {"from", "multiply"}:
        return fallback
    negate, values, source = given.get("negate", False), given.get("values"), given.get("from", ())
    way = Way(
        type=kind,
        sources=_as_tuple(source),
        join=given.get("join"),
        formats=_as_tuple(given.get("format", own["format"].get(kind))),
        decimal=given.get("decimal", own.get("decimal")),
        thousands=given.get("thousands", own.get("thousands")) or None,
        null=tuple(dict.fromkeys((*own["null"], *given.get("null", ()), *(NO_DATE if kind in TEMPORAL else ())))),
        null_like=tuple(given.get("null_like", ())),
        values=own["values"][values] if isinstance(values, str) else values,
        factors=tuple(map(_factor, given.get("multiply", ()))),
        negate=negate if isinstance(negate, bool) else conditions(negate, own["null"]),
        timezone=given.get("timezone", own["timezone"]),
        when=when,
    )
    return [way, *fallback]


def _as_tuple(value: str | list[str] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _factor(given: str | float | dict) -> Factor:
    if isinstance(given, dict):
        ((form, column),) = given.items()
        return Factor(column, form=form)
    return Factor(given) if isinstance(given, str) else Factor(number=repr(given))


def _pair(file: str, where: str, table: Table, quantity: Mapping, given: dict, stated: dict) -> dict[str, Mapping]:
    """`unit` keeps what was exported: the unit's text in source_uom and, where there is one, source_qty."""
    if "unit" not in given:
        return {}
    if "source_uom" not in table.columns:
        raise LoadError(file, f"[{where}.{quantity.target.name}] unit: {table.name} has no source_uom to keep it in")
    unit = Way("text", sources=(given["unit"],), null=quantity.ways[0].null)
    pair = {"source_uom": Mapping(table.columns["source_uom"], (unit,))}
    if "source_qty" in table.columns:
        pair["source_qty"] = Mapping(table.columns["source_qty"], quantity.ways)
    return {name: mapping for name, mapping in pair.items() if name not in stated}
