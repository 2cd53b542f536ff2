"""The server: warm before the first visitor, safe headers on every answer, and the shell of the pages behind it."""

import gc
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from ui.bind import OnlyLoopback  # noqa: E402
from ui.headers import SafeHeaders  # noqa: E402


@asynccontextmanager
async def lifespan(app):
    """Import what the first page needs, open the current version, then take it all out of the collector's sight.

    Streamlit collects garbage after every run; frozen, the imported modules are not walked each time. The overview is
    read meanwhile, so that the server answers at once.
    """
    from ui import data, overview

    data.warm()
    gc.collect()
    gc.freeze()
    Thread(target=overview.warm, name="warm", daemon=True).start()
    yield {"warm": True}


async def ready(request):
    """200 once the server answers, with the number of the version that pages get (null before the first load)."""
    from ui.data import current_number

    return JSONResponse({"ready": True, "version": current_number()})


app = st.App(
    ROOT / "pages" / "_shell.py",
    lifespan=lifespan,
    routes=[Route("/api/ready", ready)],
    middleware=[Middleware(OnlyLoopback), Middleware(SafeHeaders)],
)

if __name__ == "__main__":
    app.run()
