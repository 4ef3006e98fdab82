"""Measure what "Measure again" costs: memory above idle, and the clicks of another session meanwhile.

Run from the repository root: ``python -m tests.benchmarks.meanwhile``; it needs MNIST in ``LATENTCORE_DATA``.
"""

from __future__ import annotations

import json
import sys
import threading

import numpy as np
from playwright.sync_api import Browser, Page

from tests.benchmarks.latency import click_time
from tests.browser.explore import find_plot, open_map, shown_data
from tests.serving import Server, machine, new_page, opened_chromium, started_server

BAR_MEGABYTES = 250
MAP = "mnist/vae-d2"
SCORES = "compare?dataset=mnist&models=pca-d16&models=vae-d16&view=scores"
N_CLICKS, MOST_CLICKS = 30, 1_000


class Watch(threading.Thread):
    """Keeps the highest resident memory of a server until it is stopped."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server, self.highest, self.stopped = server, 0.0, threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(0.05):
            self.highest = max(self.highest, self.server.megabytes())


def clicks(page: Page, n: int | None = None, until: Page | None = None) -> list[float]:
    """Return the ms of `n` clicks on a map, or of clicks until the other page shows what it measured."""
    plot = find_plot(page, shown_data(MAP, "codes").extent)
    generator, times = np.random.default_rng(0), []
    while len(times) != n and not (until and until.get_by_text("Measured now").count()):
        if len(times) == MOST_CLICKS:
            raise RuntimeError("measuring again did not come to an end")
        x, y = np.array([plot.left, plot.top]) + generator.uniform(0.05, 0.95, 2) * plot.size
        times.append(click_time(page, x, y))
    return times


def measure(browser: Browser) -> dict[str, float]:
    """Return memory above idle in MB, and clicks before and during the job in ms."""
    with started_server() as server:
        visitor, other = new_page(browser), new_page(browser)
        open_map(visitor, server.address, MAP)
        other.goto(f"{server.address}/{SCORES}")
        other.get_by_text("Measure again, on fewer images").click(timeout=60_000)
        before = clicks(visitor, N_CLICKS)
        idle, watch = server.megabytes(), Watch(server)
        watch.start()
        other.locator("[class*=st-key-start_] button").first.click()
        during = clicks(visitor, until=other)
        watch.stopped.set()
        watch.join()
    return {
        "above_idle_mb": round(watch.highest - idle),
        "click_before_median_ms": round(float(np.median(before))),
        "click_during_median_ms": round(float(np.median(during))),
        "click_during_p95_ms": round(float(np.quantile(during, 0.95))),
        "clicks_during": len(during),
    }


def main() -> None:
    """Measure and print one JSON line."""
    with opened_chromium() as browser:
        figures = measure(browser)
    sys.stdout.write(json.dumps({**figures, "bar_mb": BAR_MEGABYTES, "machine": machine()}) + "\n")


if __name__ == "__main__":
    main()
