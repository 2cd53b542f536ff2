"""The three indices of the overview: number, interval, weakest part by name, and the score of each part."""

import streamlit as st

from charts.from_reading import shown, undated
from charts.numbers import DASH, grouped
from metrics.registry import Metric, UsageError, catalogue
from ui import data
from ui.escape import h
from ui.formats import lacking
from ui.places import INDICES, PAGE_OF
from ui.scope import Scope

HELP = {
    "not_available": "No index: too much of its weight is not known",
    "insufficient": "No index: a heavy part rests on too few rows",
}


def offered() -> list[Metric]:
    return [catalogue()[name] for name in INDICES if name in catalogue()]


def asked(metric: Metric, scope: Scope) -> tuple[dict, dict]:
    """The readings of one index: its number with the interval, and its parts."""
    plain = scope.request(metric) | {"date_from": None}
    return plain, {**plain, "reading": "rows"}


def wanted(scope: Scope) -> list[tuple[str, dict]]:
    return [(metric.id, one) for metric in offered() for one in asked(metric, scope)]


def draw(scope: Scope) -> None:
    """A card for each index side by side."""
    found = data.readings(scope.version, wanted(scope))
    for place, (cell, metric) in enumerate(zip(st.columns(len(offered()), gap="small"), offered(), strict=True)):
        with cell.container(border=True, height="stretch", key=f"card-index-{metric.id}"):
            value, parts = found[2 * place : 2 * place + 2]
            if isinstance(value, UsageError) or isinstance(parts, UsageError):
                lost = '<p class="tl-lost">It cannot be read in this scope.</p>'
                st.html(f'<div class="tl">{title(metric, [])}{lost}</div>')
                continue
            face(metric, value, parts["rows"], scope.left_out(metric))


def face(metric: Metric, doc: dict, parts: list[dict], left_out: list[str]) -> None:
    """Number, interval, weakest part, and a line for each part that leads to its page."""
    row = undated(doc, metric.headline.name, None, None)[0]
    st.html(f'<div class="tl">{title(metric, left_out)}{number(metric, row)}{weak(parts)}</div>')
    with st.container(gap=None, key=f"parts-{metric.id}"):
        for part in parts:
            line(part, metric)


def title(metric: Metric, left_out: list[str]) -> str:
    marks = "".join(f'<span class="tl-badge">not by {h(dim)}</span>' for dim in left_out)
    head = f'<div class="tl-head"><h3>{h(metric.title)}</h3>{marks}</div>'
    return f'{head}<p class="tl-ask">{h(metric.question)}</p>'


def number(metric: Metric, row: dict) -> str:
    """The index with its interval and which end is good; suppressed, why, in words."""
    if shown(row) is None:
        why = str(row["reason"] or "").removeprefix("suppressed:").strip()
        told = lacking(why) if why.startswith("not_available") else why
        body = f'<p class="tl-lost"><b>{h(HELP.get(row["status"], "No index"))}.</b> {h(told)}.</p>'
        return f'<div class="tl-value pale">{DASH}</div>{body}'
    pale = "" if row["status"] in ("ok", "stale") else " pale"
    ends = [grouped(end, 0) for end in row["ci"] or ()]
    sure = f"95\u202f% {ends[0]} to {ends[1]} · " if ends else ""
    best = "100 is worst; parts: 100 is safe" if metric.headline.better == "down" else "100 is best"
    few = " · few rows" if row["status"] == "low_n" else ""
    value = f'<div class="tl-value{pale}">{grouped(row["value"], 0)}<small> of 100</small></div>'
    return f'{value}<p class="tl-basis">{h(sure + best + few)}</p>'


def weak(parts: list[dict]) -> str:
    """The part with the lowest score, by name."""
    known = [part for part in parts if part["score"] is not None and part["status"] in ("ok", "low_n", "stale")]
    if not known:
        return ""
    worst = min(known, key=lambda part: (part["score"], part["row_key"]))
    said = f"<span>Weakest part:</span> <b>{h(worst['title'])}</b> <span>(score {grouped(worst['score'], 0)})</span>"
    return f'<p class="tl-weak">{said}</p>'


def line(part: dict, metric: Metric) -> None:
    """One part: its name leads to the page of the metric that it reads, its score is a bar."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", wrap=False):
        script = next((PAGE_OF[one["metric"]] for one in part["reads"] if one["metric"] in PAGE_OF), "catalogue.py")
        st.page_link(script, label=part["title"], width="stretch", help=about(part))
        st.html(bar(part), width=104)


def about(part: dict) -> str | None:
    """Why a part has no score, or what stands behind it."""
    if part["score"] is None or part["status"] in ("insufficient", "not_available"):
        return lacking(part["reason"]) if part["status"] == "not_available" else part["reason"]
    return f"weight {grouped(part['weight'] * 100, 0)}, n = {part['n']}"


def bar(part: dict) -> str:
    score = part["score"] if part["status"] not in ("insufficient", "not_available") else None
    if score is None:
        word = "too few rows" if part["status"] == "insufficient" else "not known"
        return f'<div class="tl tl-score"><span>{word}</span></div>'
    return f'<div class="tl tl-score"><i><u style="width:{max(score, 0):.0f}%"></u></i><b>{grouped(score, 0)}</b></div>'
