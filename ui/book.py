"""The catalogue: a metric's definition, measures, conventions, SQL, caveats and the exports that feed it."""

from collections.abc import Mapping

import streamlit as st

from charts.numbers import counted
from metrics import book
from metrics.registry import Metric
from metrics.relations import relation_text
from ui import data
from ui.escape import md_escape
from warehouse.versions import Version


def loaded(of: Version | None, profiles: Mapping) -> set[str]:
    """Exports of which a version has a load, by the names that feeds go by. Takes the loaders' profiles."""
    found = () if of is None else data.loads(of)
    titles = {name: profile.title for name, profile in profiles.items()}
    return {f"{titles.get(load['profile'], load['system'])} {load['object']}" for load in found}


def filled(of: Version | None) -> dict[str, int] | None:
    """Rows of every canonical table in a version, None before the first."""
    return None if of is None else data.filled(of)


def state(metric: Metric, rows: dict[str, int] | None) -> tuple[int, int]:
    """(needed tables with rows, needed tables)."""
    needed = book.read_tables(metric)
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


def entry(metric: Metric, feeds: dict[str, list[str]], rows: dict[str, int] | None, here: set[str]) -> None:
    """One metric, folded: the page stays short and the text is a click away. `here` names the loaded exports."""
    have, need = state(metric, rows)
    with st.expander(f"**{md_escape(metric.title)}** — {have} of {need} inputs loaded", key=f"book-{metric.id}"):
        named = f"`{metric.id}` · room {metric.room} · definition {metric.definition_version}"
        st.markdown(f"*{md_escape(metric.question)}*  \n{named}")
        meaning, measures, conventions, inputs, sql = st.tabs(
            ["Definition", "Measures", "Slices and conventions", "Inputs", "SQL"]
        )
        with meaning:
            definition(metric)
        with measures:
            listed("What it measures", book.measures(metric))
            listed("The parts of the index", book.components(metric))
        with conventions:
            listed("Ways to slice", book.dims(metric))
            listed("Conventions that a question may change", book.params(metric))
            listed("Rows that are left out and counted", book.exclusions(metric))
        with inputs:
            fed(metric, feeds, rows, here)
        with sql:
            for name, relation in metric.relations.items():
                st.markdown(f"**{name}**: {md_escape(relation.grain)}")
                st.code(relation_text(metric, name).strip() or "a step of the build", language="sql")


def definition(metric: Metric) -> None:
    st.code(metric.definition, language=None, wrap_lines=True)
    if metric.example:
        st.markdown("**Worked example**")
        st.code(metric.example.strip("\n"), language=None)
    told = (
        ("Read with care", metric.caveats),
        ("Sources", metric.sources),
        ("History of the definition", book.history(metric)),
    )
    for title, lines in told:
        if lines:
            st.markdown(f"**{title}**\n\n" + "\n".join(f"- {md_escape(line)}" for line in lines))


def listed(title: str, rows: list[dict]) -> None:
    """Rows under a title; nothing where there are none."""
    if rows:
        st.markdown(f"**{title}**")
        st.dataframe(rows, hide_index=True)


def fed(metric: Metric, feeds: dict[str, list[str]], rows: dict[str, int] | None, here: set[str]) -> None:
    """The canonical tables a metric reads, which exports fill them and which of those are loaded, how many rows."""
    made = [
        {
            **row,
            "Of these loaded": ", ".join(name for name in feeds.get(row["Table"], ()) if name in here) or "none",
            "Rows loaded": counted((rows or {}).get(row["Table"], 0)),
            "Loaded": bool((rows or {}).get(row["Table"])),
        }
        for row in book.inputs(metric, feeds)
    ]
    st.dataframe(made, hide_index=True)
    listed("Columns without which a measure is not available", book.needs(metric))
