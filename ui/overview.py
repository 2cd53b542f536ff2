"""The parts of the overview: every metric that has a page, as a tile, and what stands out among them."""

import streamlit as st

from metrics.registry import Metric, UsageError, catalogue
from ui import data, scope, standouts, states, tile_face, tiles
from ui.formats import day
from warehouse.versions import Version

PAGES = {
    "commitment_to_delivery": "commitment.py",
    "otif": "delivery.py",
    "satisfaction_vs_delivery": "satisfaction.py",
    "pipeline_forecast_accuracy": "forecast.py",
    "days_of_inventory_by_segment": "inventory.py",
    "lead_to_order_rate": "leads.py",
}

Reading = tuple[Metric, tiles.Told | UsageError]


def shown() -> list[Metric]:
    """The metrics of the overview, in the order of the way from word to customer."""
    return [catalogue()[name] for name in PAGES if name in catalogue()]


def scoped(of: Version) -> scope.Scope:
    """The scope bar over all tiles; own dates start from the oldest day that all of them know."""
    days = [found for found in (data.as_of(of, metric) for metric in shown()) if found]
    chosen = scope.bar(of, min(days, default=None))
    if days:
        ends = list(dict.fromkeys((day(min(days)), day(max(days)))))
        st.caption(f"Each number stops where the oldest system it reads stops: {' to '.join(ends)}.")
    return chosen


def read(chosen: scope.Scope) -> list[Reading]:
    """Every tile's content; when the filters leave nothing anywhere, say so and stop."""
    told = [(metric, tiles.tell(metric, chosen)) for metric in shown()]
    if (chosen.where or chosen.period != "usual") and not any(has_rows(one) for _, one in told):
        states.nothing_in_scope()
        st.stop()
    return told


def has_rows(one: tiles.Told | UsageError) -> bool:
    return not isinstance(one, UsageError) and bool(one.now["n"])


def standing_out(told: list[Reading]) -> None:
    standouts.draw(standouts.of([one for _, one in told]), [metric for metric, _ in told])


def tiles_of(told: list[Reading]) -> None:
    """Equal tiles that reflow, each with the way to its page."""
    cells = st.columns(3, gap="small") + st.columns(3, gap="small")
    for cell, (metric, one) in zip(cells, told, strict=False):
        with cell.container(border=True, height="stretch", key=f"tile-{metric.id}"):
            tile_face.draw(one, metric)
            st.page_link(PAGES[metric.id], label="Look closer", icon=":material/arrow_forward:")
