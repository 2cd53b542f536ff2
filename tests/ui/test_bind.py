"""Only this machine reaches the dashboard while nobody has to sign in, however the server was started."""

import asyncio

import pytest

from metrics.registry import UsageError
from ui import bind
from ui.headers import HEADERS, SafeHeaders


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.0.3", "localhost", "LOCALHOST", "::1", "[::1]", "::ffff:127.0.0.1"]
)
def test_an_address_of_this_machine_needs_no_sign_in(host):
    bind.check_bind(host, auth_configured=False)


OPEN = ("0.0.0.0", "", None, "::", "192.168.1.5", "dash.example.com", "127.0.0.1.example.com", "::ffff:10.0.0.1")


@pytest.mark.parametrize("host", OPEN)
def test_an_address_that_others_reach_is_refused_without_sign_in(host):
    with pytest.raises(UsageError, match="without sign-in"):
        bind.check_bind(host, auth_configured=False)
    bind.check_bind(host, auth_configured=True)


def answer(app, scope: dict) -> list[dict]:
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, None, send))
    return sent


async def page(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("10.1.2.3", 403)])
def test_a_request_that_came_in_at_a_reachable_address_is_refused(monkeypatch, host, status):
    monkeypatch.setattr(bind, "configured", lambda: False)
    sent = answer(bind.OnlyLoopback(page), {"type": "http", "server": (host, 8501), "headers": []})
    assert sent[0]["status"] == status


def test_a_websocket_at_a_reachable_address_is_closed_unless_people_sign_in(monkeypatch):
    scope = {"type": "websocket", "server": ("10.1.2.3", 8501)}
    monkeypatch.setattr(bind, "configured", lambda: False)
    assert answer(bind.OnlyLoopback(page), scope) == [{"type": "websocket.close", "code": 1008}]
    monkeypatch.setattr(bind, "configured", lambda: True)
    assert answer(bind.OnlyLoopback(page), scope)[0]["type"] == "http.response.start"


def test_every_answer_carries_the_headers_that_keep_other_sites_out():
    sent = answer(SafeHeaders(page), {"type": "http"})
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert found == {name.lower(): value for name, value in HEADERS.items()}
    assert "frame-ancestors 'none'" in HEADERS["Content-Security-Policy"]
