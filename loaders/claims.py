"""Who claims a file: by the columns of its header, never by its name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from loaders.errors import LoadError, Unclaimed
from loaders.model import Object, Profile

Claim = tuple[Profile, Object]
FEW = 3


def labelled(header: tuple[str, ...], thing: Object) -> tuple[str, ...]:
    """The header as the object names its columns: a column headed by one of its labels gets the name."""
    if not thing.labels:
        return header
    taken = set(header)
    named: dict[str, str] = {}
    for name, texts in thing.labels.items():
        found = None if name in taken else next((text for text in texts if text in taken and text not in named), None)
        if found:
            named[found] = name
    return tuple(named.get(text, text) for text in header)


def claim(header: Iterable[str], known: dict[str, Profile]) -> list[Claim]:
    """Every (profile, object) whose columns stand in the header, in the order of the profiles.

    Within one system an object that asks for strictly more columns than another wins over it. The generic layout
    claims only what no system does.
    """
    found: list[Claim] = []
    for profile in known.values():
        ours = [thing for thing in profile.objects.values() if _fits(tuple(header), thing)]
        found += [
            (profile, thing)
            for thing in ours
            if thing.closed or not any(set(thing.recognise) < set(other.recognise) for other in ours)
        ]
    return [entry for entry in found if not entry[1].closed] or found


def _fits(header: tuple[str, ...], thing: Object) -> bool:
    columns = set(labelled(header, thing))
    if thing.closed and not columns.issubset(thing.tables[0].columns):
        return False
    return columns.issuperset(thing.recognise) and (columns | set(header)).isdisjoint(thing.unless)


def choose(file: str, header: tuple[str, ...], known: dict[str, Profile]) -> Claim:
    """The one claim on a file. LoadError where there are two (it names them), Unclaimed where none (it
    offers the nearest, and says whether one of them is near)."""
    found = claim(header, known)
    if len(found) > 1 and all(thing.closed for _, thing in found):
        found = _named_after(file, found) or found
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(f"{profile.name} ({thing.name})" for profile, thing in found)
        if found[0][1].closed:
            raise LoadError(
                file, f"has columns that fit {names}; name the file after its table, such as {found[0][1].name}.csv"
            )
        raise LoadError(file, f"is claimed by {names}; say which with --profile, or make their recognise differ")
    missed = _missed(file, header, known)
    message = f"no profile knows this header ({_shown(header)}); {_nearest(missed, header)}"
    raise Unclaimed(file, message, any(miss.near for miss in missed))


def _named_after(file: str, found: list[Claim]) -> list[Claim]:
    """Among tables of the generic layout the one the file is named after: order_line.csv, order_line_2026-04-30.csv."""
    stem = Path(file).stem.lower()
    named = [entry for entry in found if re.fullmatch(rf"{entry[1].name}([^a-z].*)?", stem)]
    return sorted(named, key=lambda entry: len(entry[1].name))[-1:]


@dataclass(frozen=True)
class _Miss:
    """An object that does not claim a header: what it lacks, what is strange to it, the share of what it asks for that
    is there, whether the file is named after it and whether the file may be an export of it that has changed."""

    profile: str
    thing: Object
    missing: list[str]
    strange: list[str]
    share: float
    named: bool
    near: bool


def _missed(file: str, header: tuple[str, ...], known: dict[str, Profile]) -> list[_Miss]:
    """Every object that has something of the header or the file's name, those with its name first, then the near."""
    every = [_miss(file, header, profile, thing) for profile in known.values() for thing in profile.objects.values()]
    found = [miss for miss in every if miss.near or miss.share > 0]
    return sorted(found, key=_farness)


def _farness(miss: _Miss) -> tuple:
    return not miss.named, not miss.near, -miss.share, len(miss.missing + miss.strange), miss.profile


def _miss(file: str, header: tuple[str, ...], profile: Profile, thing: Object) -> _Miss:
    columns = labelled(header, thing)
    missing = [name for name in thing.recognise if name not in columns]
    strange = [name for name in columns if thing.closed and name not in thing.tables[0].columns]
    faults = len(missing) + len(strange)
    share = 1 - faults / (len(thing.recognise) + len(strange))
    named = re.fullmatch(rf"{re.escape(thing.name.lower())}[^a-z]*", Path(file).stem.lower()) is not None
    few = faults > 0 and (faults <= FEW or 3 * share >= 2)
    near = named or (few and _familiar({*header, *columns}, thing, len(header), 3 if faults == 1 else 2))
    return _Miss(profile.name, thing, missing, strange, share, named, near)


def _familiar(columns: set[str], thing: Object, width: int, part: int) -> bool:
    """Whether an object reads one `part`th of a header, or half of what it fills can be filled: a shared Id or Name is
    not enough, since every export of a system has them."""
    read = [mapping for table in thing.tables for mapping in table.columns.values() if mapping.columns]
    filled = sum(mapping.fillable(columns) for mapping in read)
    own = columns & {*thing.recognise, *(name for mapping in read for name in mapping.columns)}
    return part * len(own) >= width or (bool(read) and 2 * filled >= len(read))


def _nearest(missed: list[_Miss], header: tuple[str, ...], limit: int = 3) -> str:
    if not missed:
        return "none comes near; `profile new FILE` drafts one"
    return "nearest: " + "; ".join(_differs(miss, header) for miss in missed[:limit])


def _differs(miss: _Miss, header: tuple[str, ...]) -> str:
    """How a header differs from what an object asks for."""
    thing, name = miss.thing, f"{miss.profile} ({miss.thing.name})"
    if miss.missing:
        return f"{name} lacks {', '.join(_similar(column, header) for column in miss.missing)}"
    if miss.strange:
        return f"{name} has no column {', '.join(_similar(column, thing.tables[0].columns) for column in miss.strange)}"
    return f"{name} but for {', '.join(sorted(set(thing.unless) & {*header, *labelled(header, thing)}))}"


def _similar(column: str, others: Iterable[str]) -> str:
    near = process.extractOne(column, list(others), scorer=fuzz.ratio, score_cutoff=75)
    return f"{column} (is it {near[0]!r}?)" if near else repr(column)


def _shown(header: tuple[str, ...]) -> str:
    return ", ".join(header[:8]) + (f" and {len(header) - 8} more" if len(header) > 8 else "")
