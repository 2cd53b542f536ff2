"""The foot of a metric's page: its slices, another convention, the rows behind the number, what to read with care."""

from ui import drill, page, tables, whatif


def draw(
    here: page.Page,
    measures: list[str],
    first: str | None = None,
    behind: list[str] | None = None,
    tried: str | None = None,
) -> None:
    """`first` is the dimension sliced by at first, `behind` the measures whose rows can be seen (those sliced);
    `tried` is the convention that is held beside the standing one at once."""
    tables.slices(here, measures, first)
    whatif.panel(here, tried)
    drill.section(here, behind or measures)
    page.caveats(here)
