"""Targets that people set for measures: kept with their history, none is ever overwritten.

A target holds for one measure, part and slice from `valid_from` to `valid_to`, both inclusive. A new one ends the one
that began before it on the day before; one that began on the same day it replaces. What was changed or removed stays
in the history with who did it and when.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from warehouse.home import Home
from warehouse.state import connect

PAIRS = ("band", "outer")
DAYS = ("valid_from", "valid_to")


class WrongTarget(ValueError):
    """A target that cannot be kept or removed as asked; the message says why."""


@dataclass(frozen=True)
class Target:
    """A value to reach with a second threshold `alert`, or a `band` to stay in with `outer` limits, in the unit of
    the measure. `slice` are (dimension, member) pairs, none for the whole. `cut_from` is the id of the target whose
    end this one is, shortened because a later one began.
    """

    metric: str
    measure: str
    valid_from: date
    valid_to: date | None = None
    part: str | None = None
    slice: tuple[tuple[str, str], ...] = ()
    target: float | None = None
    alert: float | None = None
    band: tuple[float, float] | None = None
    outer: tuple[float, float] | None = None
    id: int | None = None
    set_by: str | None = None
    set_at: str | None = None
    removed_by: str | None = None
    removed_at: str | None = None
    cut_from: int | None = None

    @property
    def place(self) -> tuple:
        """What it is a target of: of two with one place, only one can hold on a day."""
        return self.metric, self.measure, self.part, self.slice

    @property
    def says(self) -> tuple:
        """All that was decided, apart from who did and when."""
        return *self.place, self.target, self.alert, self.band, self.outer, self.valid_from, self.valid_to

    def as_json(self) -> dict:
        """The public shape: dates as ISO text, slice as an object, a band as [low, high]."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        days = {name: found[name] and found[name].isoformat() for name in DAYS}
        pairs = {name: found[name] and list(found[name]) for name in PAIRS}
        return {"id": found.pop("id"), **found, "slice": dict(self.slice), **days, **pairs}


def history(home: Home) -> tuple[Target, ...]:
    """Every target that was ever set, in the order of setting."""
    marks = []
    for path in (home.state, home.state.with_name(f"{home.state.name}-wal")):
        marks += [(path.stat().st_mtime_ns, path.stat().st_size)] if path.exists() else [None]
    return _history(home, tuple(marks)) if marks[0] else ()


@lru_cache(maxsize=8)
def _history(home: Home, marks: tuple) -> tuple[Target, ...]:
    with connect(home) as con:
        return _read(con)


def _read(con) -> tuple[Target, ...]:
    columns = [f"{name}_{end}" for name in PAIRS for end in ("low", "high")]
    plain = [field.name for field in fields(Target) if field.name not in ("id", *PAIRS)]
    rows = con.execute(f"select target_id, {', '.join([*plain, *columns])} from target order by target_id")
    return tuple(_target(dict(zip(["id", *plain, *columns], row, strict=True))) for row in rows)


def _target(row: dict) -> Target:
    for name in PAIRS:
        pair = row.pop(f"{name}_low"), row.pop(f"{name}_high")
        row[name] = None if None in pair else pair
    for name in DAYS:
        row[name] = row[name] and date.fromisoformat(row[name])
    return Target(**{**row, "slice": tuple(sorted(json.loads(row["slice"]).items()))})


def standing(home: Home) -> tuple[Target, ...]:
    """The targets that hold, in the order of setting."""
    return tuple(one for one in history(home) if one.removed_at is None)


def stamp(home: Home) -> tuple[int, int]:
    """What tells one state of the targets from every other: how many were set and how many of them were removed."""
    kept = history(home)
    return len(kept), sum(one.removed_at is not None for one in kept)


def put(home: Home, wanted: Iterable[Target], who: str | None) -> list[Target]:
    """Keep all of these targets or none, and return them as kept; one that stands already is left as it is.

    Raises WrongTarget where dates are in the wrong order or a later target of the same place begins within one."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with connect(home) as con:
        con.execute("begin immediate")
        found = [_put(con, replace(one, set_by=who, set_at=now), now) for one in wanted]
    _history.cache_clear()
    return found


def _put(con, new: Target, now: str) -> Target:
    if new.valid_to and new.valid_to < new.valid_from:
        raise WrongTarget(f"{new.metric}: a target cannot hold from {new.valid_from} to {new.valid_to}")
    here = [one for one in _read(con) if one.removed_at is None and one.place == new.place]
    if same := next((one for one in here if one.says == new.says), None):
        return same
    for former in here:
        if new.valid_from < former.valid_from <= (new.valid_to or date.max):
            raise WrongTarget(
                f"{new.metric}: target {former.id} of the same measure and slice begins on {former.valid_from}; let "
                f"this one end before (to {former.valid_from - timedelta(days=1)}), or remove that one first"
            )
    for former in here:
        _end(con, former, new, now)
    return replace(new, id=_insert(con, new))


def _end(con, former: Target, new: Target, now: str) -> None:
    """Let a former target end before the new one begins: its row is stamped, what is left of it a row of its own."""
    if former.valid_from > new.valid_from or (former.valid_to and former.valid_to < new.valid_from):
        return
    _stamp(con, former.id, new.set_by, now)
    if former.valid_from < new.valid_from:
        _insert(con, replace(former, valid_to=new.valid_from - timedelta(days=1), cut_from=former.id))


def _insert(con, one: Target) -> int:
    pairs = {f"{name}_{end}": None for name in PAIRS for end in ("low", "high")}
    for name in PAIRS:
        if given := getattr(one, name):
            pairs |= {f"{name}_low": given[0], f"{name}_high": given[1]}
    plain = {field.name: getattr(one, field.name) for field in fields(one) if field.name not in ("id", *PAIRS)}
    row = {**plain, **pairs, "slice": json.dumps(dict(one.slice), ensure_ascii=False)}
    row |= {name: row[name] and row[name].isoformat() for name in DAYS}
    text = f"insert into target ({', '.join(row)}) values ({', '.join('?' * len(row))})"
    return con.execute(text, list(row.values())).lastrowid


def _stamp(con, id_: int, who: str | None, now: str) -> None:
    con.execute("update target set removed_by = ?, removed_at = ? where target_id = ?", [who, now, id_])


def remove(home: Home, id_: int, who: str | None) -> Target:
    """Let a target hold no longer, also for the past; the history keeps it. Raises WrongTarget for an unknown id."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with connect(home) as con:
        con.execute("begin immediate")
        here = {one.id: one for one in _read(con) if one.removed_at is None}
        if id_ not in here:
            kept = ", ".join(map(str, here)) or "none"
            raise WrongTarget(f"there is no target {id_} that holds; these do: {kept}")
        _stamp(con, id_, who, now)
    _history.cache_clear()
    return replace(here[id_], removed_by=who, removed_at=now)
