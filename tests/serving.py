"""A dashboard in a process of its own, and a Chromium to look at it: for browser tests and benchmarks."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SECONDS_TO_START = 60
WINDOW = {"width": 1366, "height": 768}


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes
    ----------
    address : str
    process : psutil.Process
    """

    address: str
    process: psutil.Process

    def megabytes(self) -> float:
        """Return its resident memory in MB of 10^6 bytes."""
        return float(self.process.memory_info().rss) / 1e6

    def cpu_seconds(self) -> float:
        """Return the CPU time that it has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def wait_until_up(self) -> None:
        """Return once it answers.

        Raises
        ------
        RuntimeError
            If it ends, or does not answer within a minute.
        """
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            if not self.process.is_running() or self.process.status() == psutil.STATUS_ZOMBIE:
                raise RuntimeError("the server ended")
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=1):
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server did not answer within a minute")


@contextmanager
def started_server(
    app: str | Path = "dashboard/app.py", *, folder: Path = ROOT, wait: bool = True, **environment: str
) -> Iterator[Server]:
    """Run an app from a folder on a free port of this machine; by default, wait until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.headless=true"]
    process = subprocess.Popen(
        [*command, f"--server.port={port}", "--server.address=127.0.0.1"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Server(f"http://127.0.0.1:{port}", psutil.Process(process.pid))
    try:
        if wait:
            server.wait_until_up()
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def opened_chromium() -> Iterator[Browser]:
    """Run a headless Chromium; leaves the program where there is none."""
    if CHROMIUM is None:
        sys.exit("No Chromium found; install Debian's chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


def new_page(browser: Browser) -> Page:
    """Return a fresh tab of 1366 x 768."""
    return browser.new_page(viewport=WINDOW)


def count_received(page: Page) -> list[float]:
    """Return a list of one number, the bytes that the page has received so far, which grows from now on."""
    received = [0.0]
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")

    def count(event: dict[str, float]) -> None:
        received[0] += event["encodedDataLength"]

    def count_frame(event: dict[str, dict[str, str]]) -> None:
        received[0] += len(event["response"]["payloadData"]) * 3 / 4  # base64 of a binary frame

    devtools.on("Network.loadingFinished", count)
    devtools.on("Network.webSocketFrameReceived", count_frame)
    return received


def machine() -> str:
    """Return in words where figures were measured, with the load average of the last minute."""
    memory = psutil.virtual_memory().total / 1e9
    return (
        f"{psutil.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, "
        f"load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    )


STILL = """
([selector, milliseconds]) => {
  const app = document.querySelector("[data-testid=stApp]"), canvas = document.querySelector(selector);
  const rests = app?.dataset.testScriptState === "notRunning" && canvas;
  const shown = rests ? canvas.toDataURL() : null, now = performance.now();
  if (shown === null || shown !== window.lastShown) [window.lastShown, window.since] = [shown, now];
  return shown !== null && now - window.since >= milliseconds;
}
"""


def wait_until_still(page: Page, selector: str, milliseconds: int = 400) -> None:
    """Wait until no script runs and a canvas has not changed for some time."""
    page.wait_for_function(STILL, arg=[selector, milliseconds], polling=100, timeout=60_000)
