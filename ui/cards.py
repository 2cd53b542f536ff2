"""Cards of a page: headline figures, charts with legend, notes and downloads. A click on a mark opens its rows."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from charts import targets
from charts.dates import span
from charts.from_reading import ANY, rows, undated
from charts.names import part_name
from charts.numbers import DASH, written
from charts.palette import colour
from charts.plotly_dict import CONFIG, Drawn, to_plotly
from charts.spec import ChartSpec, Series, described, table
from ui import downloads, drill, tile_face, tiles
from ui.escape import h, md_escape
from ui.formats import counts, lacking
from ui.head import headed
from ui.page import Page


def figures(page: Page, measures: list[str], title: str = "", parts: dict[str, str] | None = None) -> None:
    """A row of figures: every measure with its unit, interval, base and change to the prior period."""
    offered = [name for name in measures if page.offers(name)]
    now, prior = page.beside_prior(*offered)
    with st.container(border=True, key=f"card-figures-{offered[0]}"):
        head = f'<p class="tl-card-title">{h(title)} <span>{h(base_period(prior, offered[0]))}</span></p>'
        body = "".join(figure(now, prior, name, (parts or {}).get(name)) for name in offered)
        st.html(f'<div class="tl">{head}<div class="tl-figures">{body}</div></div>')


def figure(now: dict, prior: dict, name: str, part: str | None) -> str:
    """One measure as a figure; without enough rows only what stands behind it."""
    told = next(found for found in now["measures"] if found["measure"] == name)
    row = next(iter(undated(now, name, part, None)), None)
    label = (told.get("title") or name) + (f": {part_name(part)}" if part else "")
    if row is None or row["status"] == "not_available":
        return drawn(label, DASH, (lacking(row["reason"]) if row else "no rows",), True)
    if row["status"] == "insufficient":
        return drawn(label, counts(row, told["unit"]), ("too few rows for a value",), True)
    value = written(row["value"], told["unit"], row["currency"])
    sure = tile_face.basis(row, told["unit"]), counts(row, told["unit"])
    below = moved(prior, name, part) + goal(row, told)
    return drawn(label, value, sure, row["status"] == "low_n", below and f"<div>{below}</div>")


def goal(row: dict, told: dict) -> str:
    """What the figure is to reach and whether it does, in words and colour; nothing without a target."""
    said = targets.sentence(row, told["unit"])
    return f'<div class="basis"><b class="{targets.tone(row)}">{h(said)}</b></div>' if said else ""


def drawn(label: str, value: str, sure: tuple[str, ...], pale: bool, below: str = "") -> str:
    """A figure's HTML, a row of the grid for each line; `below` is safe already."""
    lines = f'<div class="name">{h(label)}</div><div class="value{" pale" if pale else ""}">{h(value)}</div>'
    sure = tuple(word for word in sure if word)
    only = " lost" if len(sure) == 1 and not below else ""
    lines += "".join(f'<div class="basis{only}">{h(word)}</div>' for word in sure)
    return f'<div class="tl-figure">{lines}{below}</div>'


def base_period(prior: dict, name: str) -> str:
    """What the figures' changes are measured against."""
    row = next(iter(undated(prior, name, ANY, None)), {})
    period = (row.get("base") or {}).get("period")
    return f"changes vs {span(period).removeprefix('at ')}" if period else ""


def moved(prior: dict, name: str, part: str | None) -> str:
    """The change to the prior period, judged; nothing where it cannot be told."""
    if not undated(prior, name, part, None):
        return ""
    narrowed = {**prior, "rows": rows(prior, name, part, None)}
    if part is not None:
        narrowed["rows"] = [{**row, "part": None} for row in narrowed["rows"]]
    last = tiles.changed(narrowed, name, "")
    if last.said == DASH:
        return ""
    return f'<div class="basis"><span class="{last.verdict}">{h(last.said)}</span> {h(last.word)}</div>'


def chart(
    page: Page,
    spec: ChartSpec,
    key: str,
    measure: str | None = None,
    more: dict | None = None,
    beside: Callable[[], None] | None = None,
) -> None:
    """A chart in its card. With `measure`, a click on a mark shows the rows of that measure there; `more` are
    further fields of that request; `beside` draws a control in the head."""
    with st.container(border=True, height="stretch", key=f"card-{key}"):
        with headed(spec.title, spec.qualifier, legend(spec)):
            if beside:
                beside()
            if not spec.empty:
                downloads.buttons(
                    f"take-{key}", f"{page.metric.id}-{key}", lambda: table(spec), lambda: about(page, spec.title)
                )
        if spec.empty:
            st.caption(md_escape(" ".join(spec.notes) or "Not enough rows in this scope to draw this."))
            return
        marks = drill.Marks(measure, spec.keys, spec.x, more or {}) if measure and spec.keys else None
        picked = drill.picker(page, f"chart-{key}", marks) if marks else None
        select = {"on_select": picked, "selection_mode": "points"} if picked else {}
        figure_of = Drawn(to_plotly(spec, page.theme))
        st.plotly_chart(figure_of, theme=None, config=CONFIG, key=f"chart-{key}", alt=described(spec), **select)
        for note in spec.notes:
            st.caption(note)


def legend(spec: ChartSpec) -> str:
    """The names of the series with their colours in both themes."""
    if len(spec.series) < 2 or spec.kind == "heat":
        return ""
    return f'<div class="tl-legend">{"".join(key_of(one, at) for at, one in enumerate(spec.series))}</div>'


def key_of(one: Series, at: int) -> str:
    light, dark = (colour(one.role, at, theme) for theme in ("light", "dark"))
    return f'<span><i style="background:light-dark({light},{dark})"></i>{h(one.name)}</span>'


def about(page: Page, title: str) -> list[tuple[str, str]]:
    """What a download says about itself: metric, period, filters, dates of the data, version."""
    doc = page.ask()
    where = "; ".join(f"{name} = {', '.join(members)}" for name, members in doc["scope"]["where"].items())
    return [
        ("What", title),
        ("Metric", f"{page.metric.title} ({page.metric.id}, definition {doc['definition']})"),
        ("Question", page.metric.question),
        ("Period", doc["scope"]["label"]),
        ("Filters", where or "none"),
        ("Data as of", str(doc["as_of"])),
        ("Systems", ", ".join(f"{name} to {to}" for name, to in doc["as_of_by_source"].items())),
        ("Data version", str(doc["data_version"])),
    ]


def ranked(page: Page, doc: dict, measure: str, dim: str) -> list[dict]:
    """The members of a dimension with everything a result row says, worst first."""
    from charts.from_reading import ordered

    told = next(found for found in doc["measures"] if found["measure"] == measure)
    return ordered(undated(doc, measure, None, dim), told["better"])


def qualified(spec: ChartSpec, qualifier: str) -> ChartSpec:
    """The spec with the grey words behind its title."""
    return replace(spec, qualifier=qualifier)


def noted(spec: ChartSpec, *notes: str) -> ChartSpec:
    """The spec with sentences under the chart."""
    return replace(spec, notes=notes)
