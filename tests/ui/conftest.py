from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

SHELL = Path(__file__).resolve().parents[2] / "pages" / "_shell.py"


@pytest.fixture
def visit(monkeypatch):
    """Opens a page of the dashboard on a home as a visitor would, by its address."""

    def opened(home, page: str = "overview", **query) -> AppTest:
        monkeypatch.setenv("THROUGHLINE_HOME", str(home.path))
        app = AppTest.from_file(str(SHELL), default_timeout=120)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        if page != "overview":
            app.switch_page(f"{page}.py")
            # a browser sends the address along with the page; AppTest gives it to the widgets one run later
            app.run().run()
        assert not app.exception, [error.message for error in app.exception]
        return app

    return opened
