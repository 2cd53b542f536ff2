"""Dates and instants as SQL: a cell counts only where it fits a stated format, or an ISO form where none is stated."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from loaders.numbers import literal

NO_OFFSET = "null::timestamp"
FIRST, LAST = "1900-01-01", "2199-12-31 23:59:59.999999"
CANDIDATES = (
    "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d-%m-%Y %H:%M",
    "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%m/%d/%Y %I:%M %p",
)  # fmt: skip
PIECE = {
    "d": r"\d{1,2}", "m": r"\d{1,2}", "Y": r"\d{4}", "y": r"\d{2}", "b": r"[A-Za-z]{3}", "B": r"[A-Za-z]+",
    "H": r"\d{1,2}", "I": r"\d{1,2}", "M": r"\d{2}", "S": r"\d{2}", "f": r"\d{1,6}", "p": r"[AaPp][Mm]",
    "j": r"\d{1,3}", "a": r"[A-Za-z]{3}",
    "A": r"[A-Za-z]+",
}  # fmt: skip
FIXED = {"d": r"\d{2}", "m": r"\d{2}", "H": r"\d{2}", "I": r"\d{2}", "j": r"\d{3}"}
# for these strptime is as strict as the pattern, once the year is checked
PLAIN = re.compile(r"%[dmY][./-]%[dmY][./-]%[dmY]")
DAY = r"\d{4}-\d{2}-\d{2}"
BASIC_DAY = r"\d{8}"
LOCAL = rf"{DAY}[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d{{1,9}})?)?"
OFFSET = r"(?:Z| UTC| ?[+-]\d{2}(?::?\d{2})?)"
TIMED = f"{LOCAL}{OFFSET}?"


@dataclass(frozen=True)
class Parsed:
    """SQL of what a cell says: `local` as it is written, `utc` where the cell itself names its offset, `timed` whether
    it gives a time of day, `torn` whether two formats read it differently."""

    local: str
    utc: str
    timed: str
    torn: str = "false"


def parse(cell: str, formats: tuple[str, ...], named: Callable[[str], str] = str) -> Parsed:
    """SQL to read a trimmed cell by the stated formats, by the ISO forms where none is stated. NULL where it fits none.

    Leading zeros may lack where a separator follows ('1.2.2024' fits %d.%m.%Y); years lie between 1900 and 2199.
    `named` gives expressions that are used again a name.
    """
    if not formats:
        return _iso(cell, named)
    fits = [named(_sane(named(_fit(cell, form)))) for form in formats]
    torn = " or ".join(f"coalesce({a} <> {b}, false)" for a, b in combinations(fits, 2)) or "false"
    torn = torn if torn == "false" else named(torn)
    timed = [fit for fit, form in zip(fits, formats, strict=True) if re.search(r"%-?[HI]", form)]
    told = " or ".join(f"{fit} is not null" for fit in timed) or "false"
    local = fits[0] if len(fits) == 1 else named(f"case when not {torn} then coalesce({', '.join(fits)}) end")
    return Parsed(local, NO_OFFSET, "true" if len(timed) == len(fits) else told, torn)


def as_written(cell: str, formats: tuple[str, ...], named: Callable[[str], str]) -> str | None:
    """SQL for a day that stands untrimmed in the one stated format, or as 2026-04-30 where none is stated; else NULL.

    What `parse` has to try beyond is then worked out only for the cells that are written otherwise. None where no
    such shortcut is known.
    """
    if len(formats) == 1 and PLAIN.fullmatch(formats[0]):
        return f"({_sane(named(_fit(cell, formats[0])))})::date"
    if formats:
        return None
    day = named(f"try_cast({cell} as date)")
    return f"case when {day}::varchar = {cell} and {day} between date '{FIRST}' and date '{LAST[:10]}' then {day} end"


def pattern(form: str) -> str:
    """The regular expression of a date format. Pieces that touch one another have their full width."""
    pieces = re.split(r"%-?(.)", form)
    found = re.escape(pieces[0])
    for index in range(1, len(pieces), 2):
        touches = (index > 1 and not pieces[index - 1]) or (index + 2 < len(pieces) and not pieces[index + 1])
        found += (touches and FIXED.get(pieces[index])) or PIECE[pieces[index]]
        found += re.escape(pieces[index + 1])
    return found


def _fit(text: str, form: str) -> str:
    if PLAIN.fullmatch(form):
        return f"try_strptime({text}, {literal(form)})"
    mask = f"regexp_full_match({text}, {literal(pattern(form))})"
    return f"case when {mask} then try_strptime({text}, {literal(form.replace('%-', '%'))}) end"


def _sane(value: str) -> str:
    return f"case when {value} between timestamp '{FIRST}' and timestamp '{LAST}' then {value} end"


def _iso(text: str, named: Callable[[str], str]) -> Parsed:
    timed = f"try_cast(regexp_extract({text}, '^{LOCAL}') as timestamp)"
    local = f"""case when length({text}) > 10 then case when regexp_full_match({text}, '{TIMED}') then {timed} end
        when regexp_full_match({text}, '{DAY}|{BASIC_DAY}') then try_strptime({text}, ['%Y-%m-%d', '%Y%m%d']) end"""
    offset = f"replace(replace({text}, ' +', '+'), ' -', '-')"
    utc = f"""case when length({text}) > 16 and regexp_full_match({text}, '{LOCAL}{OFFSET}')
        then timezone('UTC', try_cast({offset} as timestamptz)) end"""
    return Parsed(named(_sane(named(local))), named(utc), f"length({text}) > 10")


def to_utc(local: str, utc: str, zone: str) -> str:
    """SQL of the instant in UTC: as the cell's own offset says, else as a local time of `zone`."""
    moved = local if zone == "UTC" else f"timezone('UTC', timezone({literal(zone)}, {local}))"
    return f"coalesce({utc}, {moved})"


def local_date(instant: str, zone: str) -> str:
    """SQL of the date on which a UTC instant falls in `zone`."""
    return f"({instant})::date" if zone == "UTC" else f"timezone({literal(zone)}, timezone('UTC', {instant}))::date"


def date_reason(formats: tuple[str, ...]) -> str:
    """What a date of this column has to look like, for the reason of a reject."""
    return f"is not a date in the format {' or '.join(formats)}" if formats else "is not an ISO date such as 2026-04-30"
