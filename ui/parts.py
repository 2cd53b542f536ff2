"""Charts and banners that need several readings, another order or all parts of a measure."""

from dataclasses import replace

import streamlit as st

from charts.from_reading import ANY, by_part, by_slice, described, rows, series, shown, trend, undated
from charts.names import part_name
from charts.numbers import change, written
from charts.spec import ChartSpec, Reference
from metrics.intervals import newcombe_of
from ui.formats import lacking
from ui.page import Page

BASES = {"first": "First promise", "current": "Current promise", "requested": "Date requested"}


def by_number(spec: ChartSpec, qualifier: str = "", x_title: str = "") -> ChartSpec:
    """The chart with its categories in the order of their numbers, upright: horizons, ages."""
    made = reordered(spec, sorted(range(len(spec.x)), key=lambda at: float(spec.x[at])))
    return replace(made, horizontal=False, qualifier=qualifier or spec.qualifier, x_title=x_title)


def reordered(spec: ChartSpec, order: list[int]) -> ChartSpec:
    """The chart with its categories in another order of places."""

    def placed(values: tuple) -> tuple:
        return tuple(values[at] for at in order) if values else ()

    fields = ("y", "low", "high", "faint", "n", "notes")
    runs = tuple(replace(run, **{field: placed(getattr(run, field)) for field in fields}) for run in spec.series)
    return replace(spec, x=placed(spec.x), keys=placed(spec.keys), series=runs)


def by_member(page: Page, measure: str, dim: str, title: str, left_out: tuple = (), nothing: bool = True) -> ChartSpec:
    """A measure by the members of a dimension, without the line of the whole; without the members `left_out`, and with
    `nothing` false without those of which there is none."""
    doc = page.ask(measure, by=(dim,))
    kept = [row for row in doc["rows"] if row["slice"].get(dim) not in left_out and (nothing or row["value"])]
    return replace(by_slice({**doc, "rows": kept}, measure, dim, title), references=())


def by_name(spec: ChartSpec, qualifier: str) -> ChartSpec:
    """The chart with its categories upright and in the order of their names: weeks."""
    order = sorted(range(len(spec.x)), key=lambda at: spec.x[at])
    return replace(reordered(spec, order), horizontal=False, qualifier=qualifier)


def within(page: Page, dim: str, member: str) -> dict:
    """Fields of a request that hold one member of a dimension beside the page's own filters."""
    return {"where": {**page.scope.request(page.metric)["where"], dim: (member,)}}


def all_parts(page: Page, measure: str, title: str, qualifier: str = "", most: int = 12) -> ChartSpec:
    """Every part of a measure that the data have, the greatest `most` first."""
    doc = page.ask(measure)
    known = [row for row in undated(doc, measure, ANY, None) if row["part"] is not None and shown(row) is not None]
    found = sorted((row for row in known if row["value"]), key=lambda row: -row["value"])
    left = f"{most} of {len(found)} shown" if len(found) > most else ""
    found = found[:most]
    nothing = ", ".join(part_name(row["part"]).lower() for row in known if not row["value"])
    told = described(doc, measure)
    return ChartSpec(
        kind="bar",
        title=title,
        qualifier=", ".join(word for word in (qualifier, left) if word),
        x=tuple(part_name(row["part"]) for row in found),
        series=(series(told["title"], found),),
        unit=told["unit"],
        currency=found[0]["currency"] if found else None,
        horizontal=True,
        notes=(f"Nothing in: {nothing}.",) if nothing else (),
    )


def in_order(page: Page, measure: str, title: str, qualifier: str = "") -> ChartSpec:
    """The parts of a measure in the order that the metric gives them, with their intervals."""
    doc = page.ask(measure)
    order = [row["part"] for row in undated(doc, measure, ANY, None) if row["part"] is not None]
    spec = by_part(doc, measure, order, title, "interval", horizontal=True)
    return replace(spec, qualifier=qualifier, notes=spec.notes or lacked(doc, measure, order))


def lacked(doc: dict, measure: str, parts: list) -> tuple[str, ...]:
    """What a measure without any part waits for."""
    row = next(iter(undated(doc, measure, None, None)), None)
    return (f"{lacking(row['reason']).capitalize()}.",) if row and row["reason"] and not parts else ()


def worst_parts(page: Page, measure: str, title: str, qualifier: str = "") -> ChartSpec:
    """The parts of a measure with their intervals, the worst first."""
    spec = in_order(page, measure, title, qualifier)
    if not spec.x:
        return spec
    up = described(page.ask(measure), measure)["better"] == "up"
    known = spec.series[0].y
    return reordered(spec, sorted(range(len(known)), key=lambda at: (known[at] is None, (known[at] or 0) * (up or -1))))


def weekly_band(page: Page, measure: str, title: str) -> ChartSpec:
    """A share week by week between the ends of its target band, which are parameters of the metric."""
    spec = trend(page.trend(measure, every="week", interval=False), measure, title=title)
    low, high = (page.metric.params[name].default for name in ("band_low", "band_high"))
    ends = tuple(Reference(end, written(end, "share")) for end in (high, low))
    return replace(spec, qualifier="dashed: its target band", references=ends)


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
