"""`match`: which records of several systems are one customer, product or supplier."""

from typing import Annotated

import typer

from throughline import say
from throughline.options import HomeOption, JsonOption, home_of

app = typer.Typer(help="Which records of several systems are one customer, product or supplier.", no_args_is_help=True)
