"""`settings`: what holds for the whole company."""

from dataclasses import asdict
from typing import Annotated

import typer

from throughline import say
from throughline.options import HomeOption, JsonOption, home_of, pairs

SET_HELP = (
    "tz=Europe/Oslo, reporting_currency=EUR, fiscal_start=04-01, fiscal_calendar=calendar or 4-4-5, 4-5-4, 5-4-4, "
    "week_start=1 (Monday); none only shows them."
)
Given = Annotated[list[str] | None, typer.Argument(metavar="[NAME=VALUE...]", help=SET_HELP)]


def settings(given: Given = None, home: HomeOption = None, json: JsonOption = False) -> None:
    """Show or set time zone, reporting currency, fiscal calendar and start of the week; a change builds anew."""
    from throughline.loading import build_version
    from warehouse.state import get_settings, set_settings
    from warehouse.versions import current

    place = home_of(home)
    before = get_settings(place)
    wanted = {name: int(value) if value.isdigit() else value for name, value in pairs("settings", given or [])}
    after = set_settings(place, **wanted) if wanted else before
    if after != before and current(place) is not None:
        build_version(place)
    if json:
        say.document({**asdict(after), "version": current(place)})
        return
    for name, value in asdict(after).items():
        say.line(f"{name} = {'(the one in the data)' if value is None else value}")
