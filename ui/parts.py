"""Charts and banners that need several readings, another order or all parts of a measure."""

from dataclasses import replace

import streamlit as st

from charts.from_reading import ANY, by_slice, described, rows, series, shown, undated
from charts.names import part_name
from charts.numbers import change, written
from charts.spec import ChartSpec
from metrics.intervals import newcombe_of
from ui.page import Page

BASES = {"first": "First promise", "current": "Current promise", "requested": "Date requested"}


def by_number(spec: ChartSpec, qualifier: str = "", x_title: str = "") -> ChartSpec:
    """The chart with its categories in the order of their numbers, upright: horizons, ages."""
    order = sorted(range(len(spec.x)), key=lambda at: float(spec.x[at]))

    def sorted_by(values: tuple) -> tuple:
        return tuple(values[at] for at in order) if values else ()

    runs = []
    for run in spec.series:
        fields = ("y", "low", "high", "faint", "n", "notes")
        runs.append(replace(run, **{field: sorted_by(getattr(run, field)) for field in fields}))
    placed = {"x": sorted_by(spec.x), "keys": sorted_by(spec.keys), "series": tuple(runs), "x_title": x_title}
    return replace(spec, horizontal=False, qualifier=qualifier or spec.qualifier, **placed)


def by_member(page: Page, measure: str, dim: str, title: str) -> ChartSpec:
    """A measure by the members of a dimension, without the line of the whole."""
    return replace(by_slice(page.ask(measure, by=(dim,)), measure, dim, title), references=())


def within(page: Page, dim: str, member: str) -> dict:
    """Fields of a request that hold one member of a dimension beside the page's own filters."""
    return {"where": {**page.scope.request(page.metric)["where"], dim: (member,)}}


def all_parts(page: Page, measure: str, title: str, qualifier: str = "") -> ChartSpec:
    """Every part of a measure that the data have, the greatest first."""
    doc = page.ask(measure)
    known = [row for row in undated(doc, measure, ANY, None) if row["part"] is not None and shown(row) is not None]
    found = sorted((row for row in known if row["value"]), key=lambda row: -row["value"])
    nothing = ", ".join(part_name(row["part"]).lower() for row in known if not row["value"])
    told = described(doc, measure)
    return ChartSpec(
        kind="bar",
        title=title,
        qualifier=qualifier,
        x=tuple(part_name(row["part"]) for row in found),
        series=(series(told["title"], found),),
        unit=told["unit"],
        currency=found[0]["currency"] if found else None,
        horizontal=True,
        notes=(f"Nothing in: {nothing}.",) if nothing else (),
    )


def bases(page: Page, measure: str) -> ChartSpec:
    """The same share against the first promise, the current one and the date the customer asked for."""
    docs = [page.ask(measure, params={"basis": basis}) for basis in BASES]
    found = [next(iter(undated(doc, measure, None, None)), None) for doc in docs]
    told = described(docs[0], measure)
    return ChartSpec(
        kind="interval",
        title="Three dates, three answers",
        qualifier="the same lines against each date",
        x=tuple(BASES.values()),
        series=(series(told["title"], found),),
        unit=told["unit"],
        horizontal=True,
    )


def curve(page: Page, measure: str, title: str, x_title: str) -> ChartSpec:
    """A measure whose parts are ages: its value at each age, as steps."""
    doc = page.ask(measure)
    found = sorted(rows(doc, measure, ANY, None), key=lambda row: float(row["part"] or 0))
    told = described(doc, measure)
    return ChartSpec(
        kind="step",
        title=title,
        x=tuple(f"{float(row['part'] or 0):g}" for row in found),
        series=(series(told["title"], found),),
        unit=told["unit"],
        x_title=x_title,
        from_zero=True,
    )


def response_banner(page: Page) -> None:
    """A warning when customers of late orders answer surveys at another rate: then every score is of a chosen few."""
    doc = page.ask("response_rate")
    late, on_time = (next(iter(rows(doc, "response_rate", part, None)), None) for part in ("late", "on_time"))
    if shown(late) is None or shown(on_time) is None or not late["ci"] or not on_time["ci"]:
        return
    low, high = newcombe_of((late["value"], late["ci"]), (on_time["value"], on_time["ci"]))
    if low <= 0 <= high:
        return
    st.warning(
        f"Customers answer unequally: {written(late['value'], 'share')} after a late delivery, "
        f"{written(on_time['value'], 'share')} after one on time "
        f"({change(late['value'] - on_time['value'], 'share')}). Scores below speak for those who answer.",
        icon=":material/how_to_vote:",
    )
