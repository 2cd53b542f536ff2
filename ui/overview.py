"""The parts of the overview: every metric that has a page, as a tile, and what stands out among them."""

import streamlit as st

from charts.dates import day
from charts.standing import DIMS
from metrics.registry import Metric, UsageError, catalogue
from ui import data, indices, scope, standouts, states, tile_face, tiles
from ui.places import PAGE_OF, TILES
from warehouse.versions import Version


def shown() -> list[Metric]:
    """The metrics of the overview that have a tile."""
    return [catalogue()[name] for name in TILES if name in catalogue()]


def warm() -> None:
    """Read the overview of the current version before the first visitor asks for it."""
    of = data.version()
    if of is not None:
        usual = scope.Scope(of)
        wanted = [one for metric in shown() for one in tiles.wanted(metric, usual)]
        data.readings(of, [*wanted, *indices.wanted(usual)])
        for dim in DIMS:
            scope.members(of, dim)


def scoped(of: Version) -> scope.Scope:
    """The scope bar over all tiles; own dates start from the oldest day that all of them know."""
    days = [found for found in (data.as_of(of, metric) for metric in shown()) if found]
    chosen = scope.bar(of, min(days, default=None))
    if days:
        ends = list(dict.fromkeys((day(min(days)), day(max(days)))))
        said = f"Each number stops where the oldest system it reads stops: {' to '.join(ends)}."
        st.caption(f"**As of {day(chosen.as_of)}**, as it was known then." if chosen.as_of else said)
    return chosen


def draw(chosen: scope.Scope) -> None:
    """The indices and what stands out, then a tile for every metric: first the values, then what they are compared
    with."""
    metrics = shown()
    above, top = st.container(), st.empty()
    cells = places(metrics)
    if not all(data.is_made(chosen.version, tile_key(metric, chosen)) for metric in metrics):
        first = tiles.early(metrics, chosen)
        stop_if_nothing(chosen, first)
        for cell, metric, one in zip(cells, metrics, first, strict=True):
            face(cell, metric, one)
    told = []
    for cell, metric in zip(cells, metrics, strict=True):
        told.append(full(metric, chosen))
        face(cell, metric, told[-1])
    stop_if_nothing(chosen, told)
    with above:
        indices.draw(chosen)
    with top:
        standouts.draw(standouts.of(told), metrics)


def tile_key(metric: Metric, chosen: scope.Scope) -> tuple:
    return "tile", metric.id, chosen.key


def full(metric: Metric, chosen: scope.Scope) -> tiles.Told | UsageError:
    """Everything a tile says, put together once for all who look at this scope."""
    return data.made(chosen.version, tile_key(metric, chosen), lambda: tiles.tell(metric, chosen))


def stop_if_nothing(chosen: scope.Scope, told: list) -> None:
    """When the filters leave no row anywhere, say so and stop."""
    if chosen.is_narrowed and not any(not isinstance(one, UsageError) and one.now["n"] for one in told):
        states.nothing_in_scope()
        st.stop()


def places(metrics: list[Metric]) -> list:
    """The places of the tiles, three in a row."""
    rows = [st.columns(3, gap="small") for _ in metrics[::3]]
    return [place_of(metric, rows[at // 3][at % 3]) for at, metric in enumerate(metrics)]


def place_of(metric: Metric, cell):
    """The place of a tile: as tall as its neighbours, with the way to its page under it."""
    with cell.container(border=True, height="stretch", key=f"tile-{metric.id}"):
        place = st.empty()
        st.page_link(PAGE_OF[metric.id], label="Look closer", icon=":material/arrow_forward:")
    return place


def face(cell, metric: Metric, one: tiles.Told | UsageError) -> None:
    with cell:
        tile_face.draw(one, metric)
