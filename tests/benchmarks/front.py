"""Measure the front door in Chromium: hover, openings and what is sent, against another checkout.

Run from the repository root: ``python -m tests.benchmarks.front [--before FOLDER]``. With a folder that
holds another version, the openings of both are measured in turn and set against each other. Figures hold
for this machine and this load; compare ratios.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from tests.browser.front import CANVAS, map_places, open_front
from tests.serving import ROOT, Server, count_received, machine, new_page, opened_chromium, started_server

N_HOVERS, N_OPENINGS = 200, 9
DATASET = "mnist"
HOVER_BAR_MS, OPENING_BAR, SENT_BAR_MB = 16.7, 1.2, 10.0

DRAWN_SCRIPT = """
window.lastDrawn = 0;
for (const name of ["drawImage", "fill", "stroke", "fillText"]) {
  const former = CanvasRenderingContext2D.prototype[name];
  CanvasRenderingContext2D.prototype[name] = function (...args) {
    former.apply(this, args);
    window.lastDrawn = performance.now();
  };
}
document.addEventListener("load", (event) => {
  if (event.target.tagName === "IMG") window.lastDrawn = performance.now();
}, true);
"""
STANDS_SCRIPT = """
() => document.querySelectorAll("canvas").length && document.querySelectorAll("img").length >= 9
  && [...document.images].every((image) => image.complete) && performance.now() - window.lastDrawn > 700
  && document.querySelector('[data-testid="stApp"]').dataset.testScriptState === "notRunning"
"""
HOVER_SCRIPT = """
async ([selector, places]) => {
  const canvas = document.querySelector(selector), times = [];
  for (const [x, y] of places) {
    const start = performance.now();
    canvas.dispatchEvent(
      new PointerEvent("pointermove", { clientX: x, clientY: y, bubbles: true, view: window }));
    while (window.lastDrawn < start && performance.now() - start < 500) {
      await new Promise((go) => setTimeout(go, 0));
    }
    times.push((window.lastDrawn < start ? performance.now() : window.lastDrawn) - start);
    await new Promise((go) => setTimeout(go, 30));
  }
  return times;
}
"""


def opened(browser: Browser, server: Server, dataset: str) -> tuple[float, float]:
    """Return the seconds until all pictures of the page stand, and the MB that were sent until then."""
    page = new_page(browser)
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script(DRAWN_SCRIPT)
    received = count_received(page)
    page.goto(f"{server.address}/?dataset={dataset}")
    page.wait_for_function(STANDS_SCRIPT, timeout=120_000)
    seconds = float(page.evaluate("window.lastDrawn")) / 1000
    page.close()
    return seconds, received[0] / 1e6


def hovers(page: Page, server: Server) -> dict[str, float]:
    """Return the ms from a move of the pointer to the last thing drawn, and the frames sent meanwhile."""
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: frames.append("sent")))
    page.add_init_script(DRAWN_SCRIPT)
    open_front(page, server.address, DATASET)
    places = map_places(page)
    generator = np.random.default_rng(0)
    chosen = places[generator.integers(0, len(places), N_HOVERS)]
    points = chosen[:, :2] + generator.uniform(0.03, 0.97, (N_HOVERS, 2)) * chosen[:, 2:]
    frames.clear()
    times = page.evaluate(HOVER_SCRIPT, [CANVAS, points.tolist()])
    return {
        "hover_median_ms": round(float(np.median(times)), 1),
        "hover_p90_ms": round(float(np.quantile(times, 0.9)), 1),
        "frames_on_hover": len(frames),
    }


def openings(browser: Browser, folders: dict[str, Path], n_openings: int) -> dict[str, dict[str, float]]:
    """Return for each checkout the first opening, the median of the next ones, taken in turn, and the MB."""
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(started_server(folder=folder, PYTHONPATH=str(folder)))
            for name, folder in folders.items()
        }
        for server in servers.values():
            opened(browser, server, "digits")  # so that imports are done
        rounds = [
            {name: opened(browser, server, DATASET) for name, server in servers.items()}
            for _ in range(n_openings + 1)
        ]
    return {
        name: {
            "first_s": round(rounds[0][name][0], 2),
            "open_median_s": round(float(np.median([times[name][0] for times in rounds[1:]])), 2),
            "sent_mb": round(rounds[0][name][1], 2),
        }
        for name in folders
    }


def main() -> None:
    """Measure and print one JSON line; end with 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--openings", type=int, default=N_OPENINGS)
    chosen = parser.parse_args()
    folders = {"before": chosen.before.resolve()} if chosen.before else {}
    with opened_chromium() as browser:
        with started_server() as server:
            figures: dict[str, object] = dict(hovers(new_page(browser), server))
        found = openings(browser, {**folders, "now": ROOT}, chosen.openings)
    figures |= found
    missed = []
    if figures["hover_p90_ms"] > HOVER_BAR_MS or figures["frames_on_hover"]:
        missed.append("hover")
    if "before" in found:
        ratio = found["now"]["open_median_s"] / found["before"]["open_median_s"]
        figures["ratio"] = round(ratio, 2)
        missed += ["opening"] if ratio > OPENING_BAR else []
    if found["now"]["sent_mb"] > SENT_BAR_MB:
        missed.append("sent")
    sys.stdout.write(json.dumps({**figures, "machine": machine()}) + "\n")
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
