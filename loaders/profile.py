"""Profiles: one TOML per source system, read into data that names canonical tables and columns.

A profile says which export it recognises and which column of it fills which canonical column; vocabulary.py holds
every key it may use. A user's profile lies in <home>/profiles and replaces a shipped one of the same name.
"""

import hashlib
import tomllib
from functools import lru_cache, reduce
from pathlib import Path

from loaders import vocabulary
from loaders.claims import claim, labelled
from loaders.errors import Faulty, LoadError
from loaders.faults import placed
from loaders.generic import NAME, generic
from loaders.mapping import conditions, read_columns
from loaders.model import Object, Profile, TableMap
from warehouse.home import Home
from warehouse.schema import tables

SHIPPED = Path(__file__).parent / "profiles"

__all__ = ["Object", "Profile", "claim", "faulty", "labelled", "profiles", "read_profile"]


def profiles(home: Home | None = None) -> dict[str, Profile]:
    """All profiles by name: the shipped ones, those of <home>/profiles, the generic layout.

    A profile of the home wins over a shipped one of its name; one with a mistake is left out, and the shipped one of
    its name with it: `faulty` tells them.
    """
    shipped = [read_profile(file) for file in sorted(SHIPPED.glob("*.toml"))]
    own, wrong = _of_home(home)
    lacking = {fault.profile for fault in wrong}
    return {profile.name: profile for profile in [*shipped, *own] if profile.name not in lacking} | {NAME: generic()}


def faulty(home: Home) -> list[Faulty]:
    """The profiles of <home>/profiles that cannot be used: each with file, line, what is wrong and what to do."""
    return _of_home(home)[1]


def _of_home(home: Home | None) -> tuple[list[Profile], list[Faulty]]:
    found, wrong = [], []
    for file in sorted(home.profiles.glob("*.toml")) if home else ():
        try:
            found.append(read_profile(file))
        except LoadError as error:
            wrong.append(placed(file, error))
    return found, wrong


def read_profile(file: Path) -> Profile:
    """The profile of one TOML file. LoadError names the file and the key of the first mistake."""
    raw = _bytes(file)
    base = _given(file.name, raw).get("extends")
    if base is None:
        return _parsed(file.name, (raw,))
    if not isinstance(base, str) or not (SHIPPED / f"{Path(base).name}.toml").is_file():
        shipped = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.toml")))
        raise LoadError(file.name, f"extends = {base!r}: no shipped profile; there are {shipped}")
    return _parsed(file.name, (_bytes(SHIPPED / f"{base}.toml"), raw))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise LoadError(file.name, f"cannot be read: {error.strerror}") from error


def _given(file: str, raw: bytes) -> dict:
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LoadError(file, f"is not a readable TOML profile: {error}") from error


def _merged(base: object, own: object) -> object:
    """Tables are merged key by key; lists and texts of `own` replace those of `base`."""
    if not (isinstance(base, dict) and isinstance(own, dict)):
        return own
    return base | {key: _merged(base[key], value) if key in base else value for key, value in own.items()}


@lru_cache(maxsize=64)
def _parsed(file: str, layers: tuple[bytes, ...]) -> Profile:
    given = reduce(_merged, (_given(file, raw) for raw in layers))
    vocabulary.check(file, "", given, vocabulary.TOP, ("system", "side", "object"))
    for name, values in given.get("values", {}).items():
        vocabulary.check(file, "values", {name: values}, {name: vocabulary.texts_to_texts})
    name = given.get("name", file.removesuffix(".toml"))
    return Profile(
        name=name,
        system=name,
        title=given["system"],
        side=given["side"],
        version=given.get("version", 1),
        sha=hashlib.sha256(b"\0".join(layers)).hexdigest(),
        objects={name: _object(file, given, name, value) for name, value in given["object"].items()},
        export=given.get("export", ""),
    )


def _object(file: str, top: dict, name: str, given: object) -> Object:
    where = f"object.{name}"
    if not isinstance(given, dict):
        raise LoadError(file, f"[object] {name}: must be a table")
    vocabulary.check(file, where, given, vocabulary.OBJECT, ("recognise", "table"))
    if not given["recognise"]:
        raise LoadError(file, f"[{where}] recognise: must name at least one column")
    own = _settings(file, where, top, given)
    return Object(
        name=name,
        recognise=tuple(given["recognise"]),
        tables=tuple(_table(file, f"{where}.table", item, own) for item in given["table"]),
        unless=tuple(given.get("unless", ())),
        scope=given.get("scope", "full"),
        forward_fill=tuple(given.get("forward_fill", ())),
        labels={key: tuple(texts) for key, texts in given.get("labels", {}).items()},
        exported_at=given.get("exported_at", top.get("exported_at")),
        timezone=own["timezone"],
        encoding=given.get("encoding", top.get("encoding")),
    )


def _settings(file: str, where: str, top: dict, given: dict) -> dict:
    """What holds for every column of an object unless the column says otherwise."""
    for place, settings in (("", top), (f"{where}.", given)):
        vocabulary.check(file, f"{place}numbers", settings.get("numbers", {}), vocabulary.NUMBERS)
        for kind in ("dates", "instants"):
            vocabulary.check(file, f"{place}{kind}", settings.get(kind, {}), vocabulary.FORMATS)
    own = {**top.get("numbers", {}), **given.get("numbers", {})}
    own |= {key: given[key] for key in vocabulary.NUMBERS if key in given}
    if own.get("decimal") and own.get("decimal") == own.get("thousands"):
        raise LoadError(file, f"[{where}] decimal and thousands are the same")
    return own | {
        "format": {
            "date": given.get("dates", top.get("dates", {})).get("format"),
            "instant": given.get("instants", top.get("instants", {})).get("format"),
        },
        "null": (*top.get("null", ()), *given.get("null", ())),
        "timezone": given.get("timezone", top.get("timezone")),
        "values": top.get("values", {}),
    }


def _table(file: str, where: str, given: dict, own: dict) -> TableMap:
    vocabulary.check(file, where, given, vocabulary.TABLE, ("table", "columns"))
    table = tables().get(given["table"])
    if table is None:
        raise LoadError(file, f"[{where}] table = {given['table']!r}: no canonical table; known: {', '.join(tables())}")
    return TableMap(
        table=table,
        columns=read_columns(file, f"{where}.{table.name}.columns", table, given["columns"], own),
        distinct=given.get("distinct", False),
        optional=given.get("optional", False),
        when=conditions(given.get("when"), own["null"]),
    )
