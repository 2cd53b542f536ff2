"""What a leader should not miss: a few sentences out of the tiles' readings, the gravest first."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from charts.from_reading import shown
from charts.numbers import change, written
from metrics.registry import Metric, UsageError
from ui import tiles
from ui.escape import h
from ui.formats import counts

MOST, MOST_SLICES = 5, 3


@dataclass(frozen=True)
class Standout:
    """One sentence; `kind` is bad, good or warn, `weight` orders them."""

    kind: str
    weight: float
    text: str


def of(told: list[tiles.Told | UsageError]) -> list[Standout]:
    """At most five sentences: clear changes for the worse, slices far off, unreadable metrics, clear gains."""
    read = [one for one in told if not isinstance(one, UsageError)]
    slices = by_weight(lagging(one) for one in read)[:MOST_SLICES]
    return by_weight([*slices, *(moved(one) for one in read), unread(read)])[:MOST]


def by_weight(found: Iterable[Standout | None]) -> list[Standout]:
    return sorted((line for line in found if line), key=lambda line: -line.weight)


def moved(one: tiles.Told) -> Standout | None:
    """A change to the prior period that is judged better or worse."""
    last = one.changes[0]
    verdict = last.verdict
    if verdict == "flat" or one.now["status"] not in ("ok", "stale"):
        return None
    word = "got worse" if verdict == "bad" else "got better"
    text = f"{one.metric.headline.title} {word}: {last.said.lstrip('▲▼ ')} {last.against}."
    # a change without an interval may be chance: it stands behind what is sure
    weight = {"bad": 3.0, "good": 1.0}[verdict] if one.sure else {"bad": 1.5, "good": 0.8}[verdict]
    return Standout(verdict, weight, text)


def lagging(one: tiles.Told) -> Standout | None:
    """A slice with enough rows that stands far on the wrong side of the whole."""
    if one.weakest is None or shown(one.now) is None or one.metric.headline.better is None:
        return None
    dim, name, row = one.weakest
    unit, total = one.metric.headline.unit, one.now["value"]
    off = abs(row["value"] - total)
    scale = 0.05 if unit == "share" else 0.15 * abs(total)
    if row["status"] != "ok" or off < scale or off == 0:
        return None
    value = written(row["value"], unit, row["currency"])
    away = change(row["value"] - total, unit, row["currency"])
    text = f"{one.metric.headline.title}: {dim} {name} stands at {value}, {away} from the whole ({counts(row, unit)})."
    return Standout("warn", 2.0 + min(off / (scale or 1), 9) / 10, text)


def unread(read: list[tiles.Told]) -> Standout | None:
    """The metrics that cannot be read from this data, in one sentence; their tiles name what they miss."""
    waiting = [one.metric.title for one in read if one.now["status"] == "not_available"]
    if not waiting:
        return None
    return Standout(
        "warn", 0.5, f"Not readable from what is loaded: {', '.join(waiting)}. Each tile names what it misses."
    )


def draw(found: list[Standout], metrics: list[Metric]) -> None:
    """The sentences as a list; one sentence of its own when nothing stands out."""
    with st.container(border=True, key="card-standouts"):
        lines = "".join(f'<li class="{one.kind}"><span>{h(one.text)}</span></li>' for one in found)
        said = lines or "<li><span>Nothing moved clearly and no slice is far off.</span></li>"
        head = f'<p class="tl-card-title">What stands out <span>across {len(metrics)} metrics</span></p>'
        st.html(f'<div class="tl">{head}<ul class="tl-list" style="margin-top:.6rem">{said}</ul></div>')
