"""Who claims a file: by the columns of its header, never by its name."""

import re
from collections.abc import Iterable
from pathlib import Path

from rapidfuzz import fuzz, process

from loaders.errors import LoadError, Unclaimed
from loaders.model import Object, Profile

Claim = tuple[Profile, Object]


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
    offers the nearest)."""
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
    raise Unclaimed(file, f"no profile knows this header ({_shown(header)}); {_nearest(header, known)}")


def _named_after(file: str, found: list[Claim]) -> list[Claim]:
    """Among tables of the generic layout the one the file is named after: order_line.csv, order_line_2026-04-30.csv."""
    stem = Path(file).stem.lower()
    named = [entry for entry in found if re.fullmatch(rf"{entry[1].name}([^a-z].*)?", stem)]
    return sorted(named, key=lambda entry: len(entry[1].name))[-1:]


def _nearest(header: tuple[str, ...], known: dict[str, Profile], limit: int = 3) -> str:
    ranked = []
    for profile in known.values():
        for thing in profile.objects.values():
            columns = labelled(header, thing)
            missing = [name for name in thing.recognise if name not in columns]
            strange = [name for name in columns if thing.closed and name not in thing.tables[0].columns]
            faults = len(missing) + len(strange)
            share = 1 - faults / (len(thing.recognise) + len(strange))
            ranked.append((-share, faults, profile.name, thing, missing, strange))
    near = [entry[2:] for entry in sorted(ranked, key=lambda entry: entry[:3]) if entry[0] < 0][:limit]
    if not near:
        return "none comes near; `profile new FILE` drafts one"
    return "nearest: " + "; ".join(_differs(*entry, header) for entry in near)


def _differs(profile: str, thing: Object, missing: list[str], strange: list[str], header: tuple[str, ...]) -> str:
    """How a header differs from what an object asks for."""
    name = f"{profile} ({thing.name})"
    if missing:
        return f"{name} lacks {', '.join(_similar(column, header) for column in missing)}"
    if strange:
        return f"{name} has no column {', '.join(_similar(column, thing.tables[0].columns) for column in strange)}"
    return f"{name} but for {', '.join(sorted(set(thing.unless) & {*header, *labelled(header, thing)}))}"


def _similar(column: str, others: Iterable[str]) -> str:
    near = process.extractOne(column, list(others), scorer=fuzz.ratio, score_cutoff=75)
    return f"{column} (is it {near[0]!r}?)" if near else repr(column)


def _shown(header: tuple[str, ...]) -> str:
    return ", ".join(header[:8]) + (f" and {len(header) - 8} more" if len(header) > 8 else "")
