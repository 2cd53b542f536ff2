"""What an index is made of: readings of other measures, read as everybody reads them.

A component's `read` takes an `Ask` and gives a result row (value, num, den, n, ci, ci_method, status, reason,
provisional). The functions here make such readers; what they read stands in `Component.reads`, which dates the index.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from metrics.registry import Component

SHARE = {"least": 0.0, "most": 1.0}


@dataclass(frozen=True)
class Ask:
    """Reads other metrics as of one day within one scope: ask(metric, measure) -> result rows of the whole."""

    rows: Callable
    as_of: date
    where: Mapping[str, tuple[str, ...]]

    def __call__(self, metric: str, measure: str, **given) -> list[dict]:
        where = {**self.where, **given.pop("where", {})}
        return self.rows(metric, measure, as_of=self.as_of, where=where, **given)


def component(
    name: str, title: str, weight: float, anchors: tuple[float, ...], metric: str, measure: str, **more
) -> Component:
    """A component that is one measure (or one `part` of it); `size` takes its distance from 0, `asked` says what else
    to ask, given the Ask."""
    part, size, asked = more.pop("part", None), more.pop("size", False), more.pop("asked", lambda ask: {})

    def read(ask: Ask) -> dict:
        row = one(ask(metric, measure, **asked(ask)), part)
        return _sized(row) if size else row

    return Component(name, title, weight, anchors, ((metric, measure),), read, **more)


def one(rows: list[dict], part: str | None = None) -> dict:
    """The row of the whole with a part; where a reading has none, why."""
    whole = [row for row in rows if not row["slice"]]
    found = next((row for row in whole if row["part"] == part), None) or next(iter(whole), None)
    if found is None:
        return nothing("no rows in scope")
    return found if found["part"] == part or found["value"] is None else nothing(f"no part {part}")


def nothing(reason: str) -> dict:
    """A reading without a number."""
    plain = {"value": None, "num": None, "den": None, "n": 0, "ci": None, "ci_method": None, "part": None, "slice": {}}
    return {**plain, "status": "insufficient", "reason": reason, "provisional": False}


def ratio_of(top: dict, bottom: dict) -> dict:
    """One reading over another, as weak as the weaker; no interval, since nothing tells how they go together."""
    for row in (top, bottom):
        if row["value"] is None:
            return {**row, "ci": None}
    if not bottom["value"]:
        return nothing(bottom["reason"] or "nothing to compare with")
    ranked = max((top, bottom), key=lambda row: ORDER.get(row["status"], 0))
    made = {"value": top["value"] / bottom["value"], "num": top["value"], "den": bottom["value"]}
    return {**ranked, **made, "n": min(top["n"], bottom["n"]), "ci": None, "ci_method": None, "part": None}


def added(rows: list[dict], parts: tuple[str, ...]) -> dict:
    """Parts of a many-valued reading added up; a part that nothing fills is 0."""
    found = [row for row in rows if row["part"] in parts and row["value"] is not None]
    head = one(rows) if not found else found[0]
    if not found and head["value"] is None:
        return head
    value = sum(row["value"] for row in found)
    return {**head, "value": value, "n": max((row["n"] for row in rows), default=0), "part": None, "ci": None}


ORDER = {"ok": 0, "stale": 1, "low_n": 2, "insufficient": 3, "not_available": 4}


def _sized(row: dict) -> dict:
    """A reading without its sign; an interval over 0 begins at 0."""
    if row["value"] is None:
        return row
    ends = row["ci"]
    if ends and None not in ends:
        low, high = sorted(map(abs, ends))
        ends = [0.0 if ends[0] < 0 < ends[1] else low, high]
    return {**row, "value": abs(row["value"]), "ci": ends}
