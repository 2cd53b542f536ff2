"""`make screenshots`: every page of the dashboard on the sample company, light and dark, into docs/pictures/."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT, TALLEST = 1440, 1120, 4000
DRAWN = '[data-testid="stApp"][data-test-script-state="notRunning"]'
TALL = "() => document.querySelector('[data-testid=stMain]').scrollHeight"
HEADED = "() => document.querySelector('h1, h4') && !document.querySelector('[data-testid=stSkeleton]')"


def main() -> None:
    home = sys.argv[1] if len(sys.argv) > 1 else "demo"
    tool = [sys.executable, "-m", "throughline"]
    subprocess.run([*tool, "demo", "--no-serve", "--home", home], cwd=ROOT, check=True)
    port = free_port()
    server = subprocess.Popen([*tool, "serve", "--home", home, "--port", str(port)], cwd=ROOT)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api/ready")
        with sync_playwright() as driver:
            path = next(filter(None, map(shutil.which, BROWSERS)), None)
            browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
            for scheme in ("light", "dark"):
                take(browser, address, scheme)
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def wait_for(address: str, seconds: int = 60) -> None:
    for _ in range(seconds * 2):
        try:
            urllib.request.urlopen(address).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit(f"{address} does not answer")


def take(browser: Browser, address: str, scheme: str) -> None:
    """One picture a page, as tall as the page; the overview as high as a screen, for the README."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for script in sorted((ROOT / "pages").glob("[!_]*.py")):
        name = script.stem
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=scheme)
        page.goto(f"{address}/{'' if name == 'overview' else name}")
        page.wait_for_selector(DRAWN, timeout=60_000)
        page.wait_for_function(HEADED)
        page.wait_for_timeout(3_000)
        if name != "overview":
            tall = min(max(page.evaluate(TALL), HEIGHT), TALLEST)
            page.set_viewport_size({"width": WIDTH, "height": tall})
            page.wait_for_timeout(1_500)
        page.screenshot(path=PICTURES / f"{name}-{scheme}.png")
        page.close()


if __name__ == "__main__":
    main()
