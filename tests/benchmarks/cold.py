"""Measure a cold start: from the start of a server to a map that can be used, and what was sent until then.

Run from the repository root: ``python -m tests.benchmarks.cold``. A start is cold for the server and
for the browser, whose cache is empty; the operating system's file cache is warm.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from playwright.sync_api import Browser

from tests.browser.explore import MAP_CANVAS
from tests.serving import count_received, machine, new_page, opened_chromium, started_server

N_STARTS = 5
BAR_SECONDS, BAR_MEGABYTES = 5.0, 10.0


def first_map(browser: Browser, dataset: str, model: str) -> tuple[float, float]:
    """Return the seconds from the start of a server to a visible map, and the MB that were sent."""
    started = time.monotonic()
    with started_server() as server:
        page = new_page(browser)
        received = count_received(page)
        page.goto(f"{server.address}/explore?dataset={dataset}&model={model}")
        page.wait_for_selector(MAP_CANVAS, timeout=120_000)
        seconds = time.monotonic() - started
        megabytes = received[0] / 1e6
        page.context.close()
    return seconds, megabytes


def measure(browser: Browser, n_starts: int = N_STARTS) -> dict[str, float]:
    """Return medians over cold starts."""
    found = np.array([first_map(browser, "mnist", "vae-d2") for _ in range(n_starts)])
    seconds, megabytes = np.median(found, axis=0)
    return {
        "first_map_s": round(float(seconds), 2),
        "sent_mb": round(float(megabytes), 2),
        "starts": n_starts,
    }


def main() -> None:
    """Measure and print one JSON line."""
    with opened_chromium() as browser:
        figures = measure(browser, int(sys.argv[1]) if len(sys.argv) > 1 else N_STARTS)
    sys.stdout.write(json.dumps({**figures, "machine": machine()}) + "\n")


if __name__ == "__main__":
    main()
