"""Serving the dashboard: bind check, theme and server options, then the ASGI app until it is stopped."""

import gc
import os
import tomllib
from pathlib import Path

from throughline import say
from throughline.__main__ import root


def run(home, host: str, port: int) -> None:
    """Serve `home` on host and port until stopped. A non-loopback host without sign-in is refused."""
    from streamlit.web.bootstrap import load_config_options

    options = {**configured(root()), "server.address": host, "server.port": port, "server.headless": True}
    # before anything reads an option: Streamlit warns of those that change afterwards
    load_config_options(options)
    from ui.bind import check_bind

    check_bind(host)
    os.environ["THROUGHLINE_HOME"] = str(home.path)
    from app import app

    place = f"[{host}]" if ":" in host else host
    say.line(f"Dashboard: http://{place}:{port}  (stop with Ctrl-C)")
    try:
        app.run(config=options)
    finally:
        # the app froze what it imported; DuckDB calls it leaked unless it can be collected at the end
        gc.unfreeze()


def configured(place: Path) -> dict[str, object]:
    """The options of .streamlit/config.toml as Streamlit's dotted names, so that they hold from any working folder."""
    path = place / ".streamlit" / "config.toml"
    return dict(flat(tomllib.loads(path.read_text("utf-8")))) if path.exists() else {}


def flat(given: dict, prefix: str = ""):
    """Nested tables as pairs of dotted name and value."""
    for name, value in given.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
