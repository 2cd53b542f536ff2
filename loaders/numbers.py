"""Numbers as SQL: a cell counts only where it is written exactly as stated, never where a parser would make do.

DuckDB's own casts take '1.2.3,4', '1e3' or a fifth decimal without a word; a mask stands before every cast.
"""

import re
from collections.abc import Callable

from warehouse.schema import SQL_TYPE

SCALE = {"qty": 4, "money": 4, "price": 6, "rate": 8}
NOISE = r"\d{10,}"


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def number(cell: str, kind: str, decimal: str | None, thousands: str | None, named: Callable[[str], str] = str) -> str:
    """SQL for a trimmed cell as a number of the canonical type `kind`, NULL where it is not written as stated.

    Unstated means plain: digits, a point, no grouping. A trailing minus counts where a notation is stated. Digits
    beyond the type's scale are an error, except zeros and, in point notation, the noise of binary floats (ten or more).
    `named` gives expressions that are used again a name.
    """
    body = _body(kind, decimal or ".", thousands)
    value = named(_cast(cell, kind, decimal, thousands))
    cases = [(f"[+-]?{body}", value)]
    if decimal or thousands:
        cases.append((f"{body}-", f"-{_cast(f'left({cell}, -1)', kind, decimal, thousands)}"))
    if (decimal or ".") == "." and not thousands and kind != "integer":
        exact = f"try_cast({cell} as double)"
        near = f"abs({value}::double - {exact}) <= 1e-9 * greatest(1, abs({exact}))"
        cases.append((r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,3}", f"case when {near} then {value} end"))
    told = " ".join(f"when regexp_full_match({cell}, {literal(form)}) then {sql}" for form, sql in cases)
    return f"case {told} end"


def as_written(cell: str, kind: str, decimal: str | None, thousands: str | None, named: Callable[[str], str]) -> str:
    """SQL for a cell that is not even trimmed, in the commonest of the notations of `number`; NULL in any other.

    Most cells are written so; what is dear in `number` is then worked out only for the others.
    """
    value = named(_cast(cell, kind, decimal, thousands))
    if kind == "integer" and not thousands:
        return f"case when {value}::varchar = {cell} then {value} end"
    few = rf"\d{{1,{SCALE[kind]}}}" if kind in SCALE else r"\d+"
    form = _body(kind, decimal or ".", thousands) if thousands else rf"-?\d+(?:{re.escape(decimal or '.')}{few})?"
    return f"case when regexp_full_match({cell}, {literal(form)}) then {value} end"


def _body(kind: str, decimal: str, thousands: str | None) -> str:
    point = re.escape(decimal)
    whole = r"\d+"
    if thousands:
        whole = rf"(?:\d+|[1-9]\d{{0,2}}(?:{re.escape(thousands)}\d{{3}})+)"
    if kind == "integer":
        return rf"{whole}(?:{point}0+)?"
    fraction = r"\d+"
    if kind in SCALE:
        noise = f"|{NOISE}" if decimal == "." and not thousands else ""
        fraction = rf"(?:\d{{1,{SCALE[kind]}}}0*{noise})"
    return rf"(?:{whole}(?:{point}{fraction})?|{point}{fraction})"


def _cast(text: str, kind: str, decimal: str | None, thousands: str | None) -> str:
    if thousands:
        text = f"replace({text}, {literal(thousands)}, '')"
    if decimal and decimal != ".":
        text = f"replace({text}, {literal(decimal)}, '.')"
    return f"try_cast({text} as {SQL_TYPE[kind]})"


def number_reason(kind: str, decimal: str | None, thousands: str | None) -> str:
    """What a number of this column has to look like, for the reason of a reject."""
    grouping = f"and {thousands!r} between thousands" if thousands else "without grouping"
    what = "a whole number" if kind == "integer" else "a number"
    most = f", at most {SCALE[kind]} decimals" if kind in SCALE else ""
    return f"is not {what} with decimal {decimal or '.'!r} {grouping}{most}"
