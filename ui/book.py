"""The catalogue: a metric's definition, measures, dimensions, SQL, caveats and the exports that feed it."""

from collections.abc import Mapping

import streamlit as st

from charts.numbers import counted
from metrics.known import needed_tables
from metrics.registry import Metric, resolve
from metrics.relations import relation_text
from ui import data
from ui.escape import md_escape
from warehouse.schema import tables
from warehouse.versions import Version

BETTER = {"up": "higher is better", "down": "lower is better", "band": "a band is right", None: "no side is better"}


def exports(profiles: Mapping) -> dict[str, list[str]]:
    """Which exports fill each canonical table: table -> names such as "SAP VBAP". Takes the loaders' profiles."""
    found: dict[str, list[str]] = {}
    for profile in profiles.values():
        for item in profile.objects.values():
            for one in item.tables:
                names = found.setdefault(one.table.name, [])
                name = f"{profile.title} {item.name}"
                names += [] if name in names else [name]
    return found


def filled(of: Version | None) -> dict[str, int] | None:
    """Rows of every canonical table in a version, None before the first."""
    return None if of is None else data.filled(of)


def state(metric: Metric, rows: dict[str, int] | None) -> tuple[int, int]:
    """(needed tables with rows, needed tables)."""
    needed = needed_tables(metric)
    return sum(bool((rows or {}).get(table)) for table in needed), len(needed)


def summary(metrics: list[Metric], rows: dict[str, int] | None) -> None:
    """One line per metric: its headline and how much of what it reads is loaded."""
    made = []
    for metric in metrics:
        have, need = state(metric, rows)
        made.append(
            {
                "Metric": metric.title,
                "Inputs loaded": 100 * have / need if need else 0.0,
                "Headline": metric.headline.title,
                "Question": metric.question,
                "Measures": len(metric.measures),
            }
        )
    loaded = st.column_config.ProgressColumn(
        format="%.0f\u202f%%", min_value=0, max_value=100, help="Tables it reads that have rows"
    )
    st.dataframe(
        made,
        hide_index=True,
        column_config={"Inputs loaded": loaded, "Question": st.column_config.Column(width="large")},
    )


def entry(metric: Metric, feeds: dict[str, list[str]], rows: dict[str, int] | None) -> None:
    """One metric, folded: the page stays short and the text is a click away."""
    have, need = state(metric, rows)
    with st.expander(f"**{md_escape(metric.title)}** — {have} of {need} inputs loaded", key=f"book-{metric.id}"):
        named = f"`{metric.id}` · room {metric.room} · definition {metric.definition_version}"
        st.markdown(f"*{md_escape(metric.question)}*  \n{named}")
        meaning, measures, inputs, sql = st.tabs(["Definition", "Measures", "Inputs", "SQL"])
        with meaning:
            definition(metric)
        with measures:
            measured(metric)
        with inputs:
            fed(metric, feeds, rows)
        with sql:
            for name, relation in metric.relations.items():
                st.markdown(f"**{name}**: {md_escape(relation.grain)}")
                st.code(relation_text(metric, name).strip() or "a step of the build", language="sql")


def definition(metric: Metric) -> None:
    st.code(metric.definition, language=None, wrap_lines=True)
    if metric.example:
        st.markdown("**Worked example**")
        st.code(metric.example.strip("\n"), language=None)
    for title, lines in (("Read with care", metric.caveats), ("Sources", metric.sources)):
        if lines:
            st.markdown(f"**{title}**\n\n" + "\n".join(f"- {md_escape(line)}" for line in lines))


def measured(metric: Metric) -> None:
    """Measures, ways to slice, and the conventions a question may change."""
    params = {name: param.default for name, param in metric.params.items()}
    made = [
        {
            "Measure": measure.name + (" (headline)" if measure.headline else ""),
            "Title": measure.title,
            "Unit": measure.unit,
            "Direction": BETTER.get(measure.better, measure.better),
            "Few below": measure.minimum[1],
            "Reads": ", ".join(resolve(measure.requires, params)),
            "Note": measure.meaning,
        }
        for measure in metric.measures
    ]
    st.dataframe(made, hide_index=True)
    st.markdown("**Slices**: " + ", ".join(f"{md_escape(dim.title)} (`{name}`)" for name, dim in metric.dims.items()))
    for name, param in metric.params.items():
        allowed = " · ".join(map(str, param.allowed)) if param.allowed else "any number"
        st.markdown(f"`{name}` = `{param.default}` ({md_escape(allowed)}): {md_escape(param.meaning)}")


def fed(metric: Metric, feeds: dict[str, list[str]], rows: dict[str, int] | None) -> None:
    """The canonical tables a metric reads, which exports fill them, how many rows are loaded."""
    known = tables()
    made = [
        {
            "Table": name,
            "What it holds": known[name].about if name in known else "",
            "Exports that fill it": ", ".join(feeds.get(name, ())) or "generic template",
            "Rows loaded": counted((rows or {}).get(name, 0)),
            "Loaded": bool((rows or {}).get(name)),
        }
        for name in sorted(needed_tables(metric))
    ]
    st.dataframe(made, hide_index=True)
