"""Serving and the sample company: what is refused, what is handed to the server, what is made only once."""

from pathlib import Path

import pytest

from throughline import sample, server
from throughline.__main__ import root
from warehouse.home import Home

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def served(monkeypatch):
    """The options the app was started with; nothing is served."""
    import app

    started = []
    monkeypatch.setattr(app.app, "run", lambda config: started.append(config))
    return started


def test_the_dashboard_is_served_on_loopback_with_the_home_in_the_environment(call, served, tmp_path, monkeypatch):
    monkeypatch.setenv("THROUGHLINE_HOME", "elsewhere")
    code, out, _ = call("serve --port 9123 --home", tmp_path)
    assert (code, "http://127.0.0.1:9123" in out) == (0, True)
    import os

    assert os.environ["THROUGHLINE_HOME"] == str(tmp_path)
    [config] = served
    assert (config["server.address"], config["server.port"]) == ("127.0.0.1", 9123)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.com"])
def test_an_address_that_others_reach_is_refused_without_sign_in(call, served, tmp_path, host):
    code, out, err = call("serve --host", host, "--home", tmp_path)
    assert (code, out, served) == (2, "", [])
    assert "sign-in" in err


def test_every_option_of_the_config_file_reaches_the_server_under_a_name_it_knows():
    from streamlit import config

    given = server.configured(ROOT)
    assert given["client.disableDataExport"] is True and given["browser.gatherUsageStats"] is False
    assert given["theme.light.primaryColor"] != given["theme.dark.primaryColor"]
    assert set(given) - set(config.get_config_options()) == set()


def test_nested_tables_become_dotted_names():
    given = {"theme": {"base": "light", "sidebar": {"radius": 1}}, "fonts": [{"a": 1}]}
    assert dict(server.flat(given)) == {"theme.base": "light", "theme.sidebar.radius": 1, "fonts": [{"a": 1}]}


def test_the_rooms_are_beside_the_package_in_a_checkout_and_inside_it_when_installed(monkeypatch, tmp_path):
    assert root() == ROOT
    package = tmp_path / "throughline"
    (package / "_rooms").mkdir(parents=True)
    monkeypatch.setattr("throughline.__main__.__file__", str(package / "__main__.py"))
    assert root() == package / "_rooms"


@pytest.fixture
def company(monkeypatch):
    """A sample company of one file, counted each time it is generated."""
    made = []

    def write_company(out, seed, size):
        made.append(seed)
        for system in ("salesforce", "sap"):
            (out / system).mkdir(parents=True)

    monkeypatch.setattr("sample_data.generate.write_company", write_company)
    monkeypatch.setattr(sample, "_load", lambda home, exports: _build(home))
    return made


def _build(home: Home) -> int:
    from warehouse.build import build

    return build(home)


def test_a_second_demo_generates_and_loads_nothing(call, company, tmp_path):
    assert call("demo --no-serve --home", tmp_path)[0] == 0
    code, out, _ = call("demo --no-serve --home", tmp_path)
    assert (code, company) == (0, [sample.SEED])
    assert "version 1" in out


def test_a_generation_that_was_killed_is_done_again(company, tmp_path):
    (tmp_path / "exports.tmp" / "salesforce").mkdir(parents=True)
    assert sample.prepare(Home(tmp_path)) == 1
    assert sorted(path.name for path in (tmp_path / "exports").iterdir()) == ["salesforce", "sap"]


def test_the_sample_is_never_mixed_with_loads_of_your_own(call, company, shop, without_metrics):
    assert call("load", shop("a.csv", "1,Nord,1"), "--home", shop.home, "--exported-at 2026-04-30")[0] == 0
    code, _, err = call("demo --no-serve --home", shop.home)
    assert (code, company) == (2, [])
    assert "other loads" in err
