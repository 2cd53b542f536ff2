"""`serve` and `demo`: the dashboard, on your data or on the sample company."""

from typing import Annotated

import typer

from throughline import say
from throughline.options import HomeOption, home_of

PORT = 8501
PortOption = Annotated[int, typer.Option("--port", metavar="N", min=1, max=65535, help="Port of the dashboard.")]


def serve(
    port: PortOption = PORT,
    host: Annotated[str, typer.Option("--host", metavar="H", help="Any but loopback needs sign-in.")] = "127.0.0.1",
    home: HomeOption = None,
) -> None:
    """Serve the dashboard until stopped."""
    from throughline.server import run

    run(home_of(home), host, port)


def demo(
    home: HomeOption = None,
    port: PortOption = PORT,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the build.")] = False,
) -> None:
    """Generate the sample company, load and build it, then serve its dashboard."""
    from throughline.sample import prepare
    from throughline.server import run

    place = home_of(home)
    version = prepare(place)
    say.line(f"Sample company: version {version} in {place.path}")
    say.line(f"Ask it: throughline metric otif --by segment --home {place.path}")
    if not no_serve:
        run(place, "127.0.0.1", port)
