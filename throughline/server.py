"""Serving the dashboard: bind check, theme and server options, then the ASGI app until it is stopped."""

import os
import tomllib
from collections.abc import Container
from pathlib import Path

from throughline import say
from throughline.__main__ import root


def run(home, host: str, port: int) -> None:
    """Serve `home` on host and port until stopped. A non-loopback host without sign-in is refused."""
    from ui.bind import check_bind

    check_bind(host)
    os.environ["THROUGHLINE_HOME"] = str(home.path)
    place = f"[{host}]" if ":" in host else host
    say.line(f"Dashboard: http://{place}:{port}  (stop with Ctrl-C)")
    from app import app

    app.run(config={**configured(root()), "server.address": host, "server.port": port, "server.headless": True})


def configured(place: Path) -> dict[str, object]:
    """The options of .streamlit/config.toml as Streamlit's dotted names, so that they hold from any working folder."""
    from streamlit import config

    path = place / ".streamlit" / "config.toml"
    if not path.exists():
        return {}
    return dict(flat(tomllib.loads(path.read_text("utf-8")), config.get_config_options()))


def flat(given: dict, known: Container[str], prefix: str = ""):
    """Nested tables as pairs of dotted name and value; a name that is itself an option is not taken apart."""
    for name, value in given.items():
        dotted = f"{prefix}{name}"
        if isinstance(value, dict) and dotted not in known:
            yield from flat(value, known, f"{dotted}.")
        else:
            yield dotted, value
