"""Pictures of every page: light and dark, wide and narrow, into docs/pictures. `make screenshots` runs it.

    python benchmarks/screenshots.py [--home demo] [--out docs/pictures] [--only overview,forecast]

Makes the sample company where the home is empty, serves it on a free port and drives the Chromium of $CHROMIUM
(/usr/bin/chromium) through playwright. Exits 1 when a page asks for anything outside this machine, breaks its content
policy or shows an error.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TOOL = (sys.executable, "-m", "throughline")
PAGES = ("overview", "forecast", "inventory", "commitment", "satisfaction", "delivery", "leads", "upload", "catalogue")
WIDTHS = {"wide": 1440, "narrow": 420}
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")
DONE = """() => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stSkeletonElement"]')"""
TALL = """() => document.querySelector('[data-testid="stMain"]').scrollHeight"""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def serve(home: Path, port: int) -> subprocess.Popen:
    """A server of the home, up and answering."""
    command = [*TOOL, "serve", "--home", str(home), "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        try:
            urlopen(f"http://127.0.0.1:{port}/api/ready", timeout=2).read()
            return server
        except (URLError, OSError):
            time.sleep(0.1)
    server.terminate()
    raise SystemExit("the server did not come up")


def watch(page: Page, faults: list[str]) -> None:
    """Note what a page must not do."""

    def asked(request) -> None:
        if "127.0.0.1" not in request.url and not request.url.startswith(("data:", "blob:")):
            faults.append(f"asked for {request.url}")

    def said(message) -> None:
        if message.type == "error" and "404" not in message.text:
            faults.append(message.text)

    page.on("request", asked)
    page.on("console", said)


def picture(page: Page, url: str, file: Path, width: int, faults: list[str]) -> None:
    """One page, whole: the window is made as tall as the page before it is taken."""
    page.set_viewport_size({"width": width, "height": 1000})
    page.goto(url)
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_timeout(400)
    page.wait_for_function(DONE, timeout=90_000)
    page.set_viewport_size({"width": width, "height": max(900, min(page.evaluate(TALL), 7000))})
    page.wait_for_timeout(1200)
    page.screenshot(path=file)
    if page.locator('[data-testid="stException"]').count():
        faults.append(f"{url} shows an error")


def take(port: int, out: Path, names: list[str]) -> list[str]:
    """Every picture; what went wrong on the way, in words."""
    faults: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS)
        for theme in ("light", "dark"):
            for kind, width in WIDTHS.items():
                page = browser.new_page(color_scheme=theme, viewport={"width": width, "height": 1000})
                watch(page, faults)
                for name in names:
                    path = "" if name == "overview" else name
                    picture(page, f"http://127.0.0.1:{port}/{path}", out / f"{name}-{theme}-{kind}.png", width, faults)
                page.close()
        browser.close()
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=ROOT / "demo")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument("--only", default=",".join(PAGES))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if not (given.home / "CURRENT").exists():
        subprocess.run([*TOOL, "demo", "--no-serve", "--home", str(given.home)], cwd=ROOT, check=True)
    port = free_port()
    server = serve(given.home, port)
    try:
        faults = take(port, given.out, given.only.split(","))
    finally:
        server.terminate()
        server.wait(timeout=20)
    print("\n".join(sorted(set(faults))) or f"pictures in {given.out}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
