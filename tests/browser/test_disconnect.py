"""A browser that goes in the middle of a run: the server's log stays clean and the next session works."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, expect

from tests.serving import ROOT, Server

ADDRESSES = (
    "explore?dataset=digits&model=vae-d8",
    "compare?dataset=digits&view=image",
    "sample?dataset=digits&models=vae-d8&models=gan-d8&n=400",
    "",
)
DELAYS = (0, 100, 400, 1200)
"""Milliseconds after the page has connected: before, at the beginning of, and in the middle of a run."""


@pytest.fixture(scope="module")
def logged(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """Address of a dashboard of this module's own, and the file that its log goes to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = tmp_path_factory.mktemp("log") / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.headless=true"]
    with path.open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--server.port={port}", "--server.address=127.0.0.1"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
        try:
            Server(f"http://127.0.0.1:{port}", psutil.Process(process.pid)).wait_until_up()
            yield f"http://127.0.0.1:{port}", path
        finally:
            process.terminate()
            process.wait(timeout=20)


def test_a_browser_that_goes_in_the_middle_of_a_run(browser: Browser, logged):
    address, log = logged
    for place, delay in zip(ADDRESSES, DELAYS, strict=True):
        page = browser.new_page()
        with page.expect_websocket(timeout=90_000):
            page.goto(f"{address}/{place}", wait_until="commit")
        page.wait_for_timeout(delay)
        page.close()
    page = browser.new_page()
    page.goto(f"{address}/compare?dataset=digits")
    page.get_by_text("Measure again").click(timeout=90_000)
    page.get_by_role("button", name="Measure").last.click()
    expect(page.get_by_role("button", name="Cancel")).to_be_visible(timeout=20_000)
    page.close()
    page = browser.new_page()
    page.goto(f"{address}/explore?dataset=digits&model=vae-d2")
    expect(page.locator(".st-key-latent_map canvas").first).to_be_visible(timeout=90_000)
    expect(page.get_by_text("Test image 0").first).to_be_visible(timeout=90_000)
    page.goto(f"{address}/compare?dataset=digits")
    page.get_by_text("Measure again").click(timeout=90_000)
    expect(page.get_by_role("button", name="Measure").last).to_be_visible(timeout=20_000)
    page.close()
    said = log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in said, said
    assert "Error" not in said, said
