"""A tile as one block of HTML; every text from the data is escaped on its way in."""

from urllib.parse import quote

import streamlit as st

from charts.dates import span
from charts.from_reading import shown
from charts.numbers import DASH, written
from charts.standing import DIRECTED
from charts.targets import sentence, tone
from metrics.registry import Metric, UsageError
from ui.data import OldVersion
from ui.escape import h
from ui.formats import counts, lacking, of, reach
from ui.tiles import Change, Told

BADGES = {
    "low_n": "few rows",
    "insufficient": "too few rows",
    "stale": "stale masters",
    "not_available": "not available",
}
# a picture knows no theme: one blue that reads on both
SPARK = "#4d80ea"
PEN = f'fill="none" stroke="{SPARK}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"'


def draw(told: Told | UsageError, metric: Metric) -> None:
    """The tile; a scope that the metric refuses is told in it."""
    if isinstance(told, UsageError):
        body = f'<p class="tl-ask">{h(metric.question)}</p><p class="tl-lost">{h(refusal(told))}</p>'
        st.html(f'<article class="tl"><div class="tl-head"><h3>{h(metric.title)}</h3></div>{body}</article>')
        return
    body = (head(told), value_row(told), goal(told), changes(told), weak(told), foot(told))
    st.html(f'<article class="tl">{"".join(body)}</article>')


def refusal(error: UsageError) -> str:
    """Why a tile has no number: its version is too old, or the scope holds a member that it does not know."""
    said = f"{error}."
    return said[0].upper() + said[1:] if isinstance(error, OldVersion) else f"Nothing in this scope: {said}"


def head(told: Told) -> str:
    """Title, what is the matter with the number, and the question."""
    badges = [BADGES[told.now["status"]]] if told.now["status"] in BADGES else []
    badges += ["may still change"] if told.now["provisional"] else []
    badges += [f"not by {dim}" for dim in told.left_out]
    marks = "".join(f'<span class="tl-badge">{h(word)}</span>' for word in badges)
    title = f'<div class="tl-head"><h3>{h(told.metric.title)}</h3>{marks}</div>'
    return f'{title}<p class="tl-ask">{h(told.metric.question)}</p>'


def value_row(told: Told) -> str:
    """The value with its interval, and the trend beside it."""
    row, unit = told.now, told.metric.headline.unit
    pale = "" if row["status"] in ("ok", "stale") else " pale"
    big = written(shown(row), unit, row["currency"])
    if row["status"] == "insufficient":
        big = of(row["num"], row["den"]) if row["den"] else DASH
    # a tile is called after its question, its number may be called otherwise: an error, say
    what = f'<p class="tl-what">{h(told.metric.headline.title)}</p>'
    value = f'<div class="tl-value{pale}">{h(big)}</div><p class="tl-basis">{h(basis(row, unit))}</p>'
    return f'{what}<div class="tl-row"><div>{value}</div>{spark(told)}</div>'


def goal(told: Told) -> str:
    """What the number is to reach and whether it does, in words and colour; nothing without a target."""
    said = sentence(told.now, told.metric.headline.unit)
    return f'<p class="tl-goal"><b class="{tone(told.now)}">{h(said)}</b></p>' if said else ""


def basis(row: dict, unit: str) -> str:
    """The interval, or why there is no value."""
    if row["status"] == "not_available":
        return lacking(row["reason"])
    if row["status"] == "insufficient":
        return row["reason"] or f"n = {row['n']}: too few rows to show a value"
    if not row["ci"]:
        return ""
    low, high = (written(end, unit, row["currency"]) if end is not None else "open" for end in row["ci"])
    return f"95\u202f% {low} to {high}"


def spots_of(path: tuple[float | None, ...]) -> list[tuple[float, float] | None]:
    """Where the points of a trend lie in a picture of 160 by 44; None where there is no value."""
    known = [value for value in path if value is not None]
    low, spread = min(known), (max(known) - min(known)) or 1.0
    step = 160 / max(1, len(path) - 1)
    return [
        None if value is None else (round(at * step, 1), round(38 - 32 * (value - low) / spread, 1))
        for at, value in enumerate(path)
    ]


def runs_of(spots: list) -> list[list]:
    """The points in unbroken runs: a month without enough rows is a gap."""
    runs: list[list] = [[]]
    for spot in spots:
        if spot is None:
            runs.append([])
        else:
            runs[-1].append(spot)
    return [run for run in runs if len(run) > 1]


def spark(told: Told) -> str:
    """The trend as a small line with its last point marked."""
    known = [value for value in told.path if value is not None]
    if len(known) < 2 or told.now["status"] == "insufficient":
        return ""
    spots, unit = spots_of(told.path), told.metric.headline.unit
    lines = "".join(f'<polyline points="{" ".join(f"{x},{y}" for x, y in run)}"/>' for run in runs_of(spots))
    x, y = next(spot for spot in reversed(spots) if spot)
    dot = f'<circle cx="{x}" cy="{y}" r="3.4" fill="{SPARK}"/>'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 166 44"><g {PEN}>{lines}</g>{dot}</svg>'
    ends = f"{written(known[0], unit)} to {written(known[-1], unit)}"
    said = h(f"Trend from {told.labels[0]} to {told.labels[-1]}: {ends}")
    return f'<img class="tl-spark" alt="{said}" title="{said}" src="data:image/svg+xml,{quote(picture)}">'


def changes(told: Told) -> str:
    """Against the prior period and against last year, each named."""
    if told.now["status"] == "not_available":
        return ""
    if told.waits:
        return '<ul class="tl-changes"><li class="flat">comparing …</li><li>&nbsp;</li></ul>'
    return f'<ul class="tl-changes">{"".join(change_line(one) for one in told.changes)}</ul>'


def change_line(one: Change) -> str:
    word = f'<span class="{one.verdict}">{h(one.word)}</span>' if one.word else ""
    said = f'<b class="{one.verdict}">{h(one.said)}</b><span>{h(one.against)}</span>{word}'
    return f'<li title="{h(one.dates)}">{said}</li>'


def weak(told: Told) -> str:
    """The slice that stands worst, by name."""
    if told.waits:
        return '<p class="tl-weak">&nbsp;</p>'
    if told.weakest is None:
        return '<p class="tl-weak"><span>No slice stands apart</span></p>' if shown(told.now) is not None else ""
    dim, name, row = told.weakest
    measure = told.metric.headline
    word = "Weakest" if measure.better in DIRECTED else "Furthest off"
    value = written(row["value"], measure.unit, row["currency"])
    said = f"<span>{word} {h(dim)}:</span> <b>{h(name)}</b> {h(value)} <span>({h(counts(row, measure.unit))})</span>"
    return f'<p class="tl-weak">{said}</p>'


def foot(told: Told) -> str:
    """Period, how many rows, how far the data of each system reach; of a number that cannot be read only the last."""
    row, said = told.now, [reach(told.doc)]
    if row["status"] != "not_available":
        said = [span(row["period"]), counts(row, told.metric.headline.unit), *said]
    return f'<p class="tl-foot">{h(" · ".join(word for word in said if word))}</p>'
