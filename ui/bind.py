"""Who may reach the dashboard: this machine only, unless people sign in."""

import ipaddress

from starlette.responses import PlainTextResponse

from metrics.registry import UsageError
from ui.signin import configured


def is_loopback(host: str | None) -> bool:
    """Whether an address can be reached from this machine only. Empty means every interface."""
    if not host:
        return False
    if host.strip("[]").lower() == "localhost":
        return True
    try:
        found = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def check_bind(host: str | None, auth_configured: bool | None = None) -> None:
    """Refuse to serve on an address that others can reach while nobody has to sign in. Raises UsageError."""
    signed = configured() if auth_configured is None else auth_configured
    if not is_loopback(host) and not signed:
        raise UsageError(
            f"refused to serve on {host or 'every interface'}: without sign-in the dashboard stays on this machine "
            "(127.0.0.1); configure [auth] in .streamlit/secrets.toml to open it"
        )


class OnlyLoopback:
    """ASGI middleware that refuses what arrives at a reachable address while sign-in is off, however it was started."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        server = scope.get("server") or (None, None)
        if scope["type"] == "http" and server[1] is not None and not is_loopback(server[0]) and not configured():
            answer = PlainTextResponse("Sign-in is not configured; this dashboard answers on 127.0.0.1 only.\n", 403)
            return await answer(scope, receive, send)
        if scope["type"] == "websocket" and server[1] is not None and not is_loopback(server[0]) and not configured():
            return await send({"type": "websocket.close", "code": 1008})
        return await self.app(scope, receive, send)
