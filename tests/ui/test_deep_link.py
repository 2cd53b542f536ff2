"""The first request to a fresh server may be a link to any page: the shell runs first, and so does sign-in."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).resolve().parents[2]
SECRETS = """
[auth]
redirect_uri = "http://localhost/oauth2callback"
cookie_secret = "only-for-a-test-only-for-a-test-00"
client_id = "dashboard"
client_secret = "none"
server_metadata_url = "http://localhost/.well-known/openid-configuration"
"""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Fresh:
    """A server process that nobody has asked for a page yet."""

    def __init__(self, folder: Path, secrets: str = ""):
        (folder / "secrets.toml").write_text(secrets, "utf-8")
        self.port = free_port()
        options = [f"--server.port={self.port}", "--server.headless=true", f"--secrets.files={folder / 'secrets.toml'}"]
        environment = os.environ | {"THROUGHLINE_HOME": str(folder / "home"), "HOME": str(folder)}
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *options]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.wait()

    def wait(self) -> None:
        for _ in range(300):
            try:
                urlopen(f"http://127.0.0.1:{self.port}/api/ready", timeout=5).read()
                return
            except (URLError, OSError):
                assert self.process.poll() is None, self.process.stdout.read().decode()
                time.sleep(0.1)
        raise AssertionError("the server did not come up")

    def first_page(self, name: str) -> list[ForwardMsg]:
        return asyncio.run(asyncio.wait_for(self._first_page(name), 60))

    async def _first_page(self, name: str) -> list[ForwardMsg]:
        """Every message of the script run that a browser on /<name> starts."""
        origin = f"http://127.0.0.1:{self.port}"
        found = []
        url = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        async with websockets.connect(url, origin=origin, subprotocols=["streamlit"], max_size=None) as line:
            asked = BackMsg()
            asked.rerun_script.page_name = name
            await line.send(asked.SerializeToString())
            async for raw in line:
                found.append(ForwardMsg.FromString(raw))
                if found[-1].WhichOneof("type") == "script_finished":
                    return found
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=20)


@pytest.fixture(scope="module", params=[""], ids=["open"])
def fresh(tmp_path_factory, request):
    server = Fresh(tmp_path_factory.mktemp("fresh"), request.param)
    yield server
    server.stop()


def texts(found: list[ForwardMsg]) -> str:
    return " ".join(str(message.delta) for message in found if message.WhichOneof("type") == "delta")


def test_a_deep_link_to_a_fresh_server_runs_the_shell_and_then_the_page(fresh):
    found = fresh.first_page("upload")
    menus = [message.navigation for message in found if message.WhichOneof("type") == "navigation"]
    assert [page.page_name for page in menus[-1].app_pages][:2] == ["Overview", "Leads to orders"]
    assert all("_shell" not in page.page_name for menu in menus for page in menu.app_pages)
    assert "Exports as they come out of the system" in texts(found)


@pytest.mark.parametrize("fresh", [SECRETS], indirect=True, ids=["signed"])
def test_a_deep_link_to_a_fresh_server_shows_nothing_but_the_sign_in(fresh):
    for name in ("upload", "catalogue", "overview", "_shell", ""):
        shown = texts(fresh.first_page(name))
        assert "Sign in to see them" in shown
        assert not re.search("Upload|Catalogue|Overview|file_uploader", shown)


def test_nobody_frames_the_page_and_readiness_tells_no_more_than_a_number(fresh):
    answer = urlopen(f"http://127.0.0.1:{fresh.port}/api/ready", timeout=5)
    assert answer.read() == b'{"ready":true,"version":null}'
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert (
        "default-src 'self'" in urlopen(f"http://127.0.0.1:{fresh.port}/", timeout=5).headers["Content-Security-Policy"]
    )
