"""Measure hover and brush over four linked maps of 2,000 samples in Chromium and print medians.

Run from the repository root: ``python -m tests.benchmarks.linked``. A time counts from the pointer
event to the last call that draws what it changed. Figures hold for this machine and this load.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from playwright.sync_api import Page

from dashboard.compare.maps.section import SIZES
from tests.benchmarks.latency import HOVER_SCRIPT
from tests.browser.linked import CANVAS, corners, open_maps
from tests.serving import new_page, opened_chromium, started_server

MODELS = ("pca-d2", "ae-d2", "vae-d16", "gan-d16")
N_HOVERS, N_STEPS, N_OPENINGS = 200, 120, 5

BRUSH_SCRIPT = """
async ([selector, places]) => {
  const canvas = document.querySelector(selector), times = [];
  const context = canvas.getContext("2d"), fill = context.fill.bind(context);
  let drawn = null;
  context.fill = (...args) => { fill(...args); drawn = performance.now(); };
  const send = (type, [x, y]) => canvas.dispatchEvent(new PointerEvent(type,
    { clientX: x, clientY: y, bubbles: true, view: window, buttons: 1, isPrimary: true }));
  send("pointermove", places[0]);
  send("pointerdown", places[0]);
  await new Promise((go) => setTimeout(go, 100));
  for (const place of places.slice(1)) {
    const start = performance.now();
    let former = null;
    drawn = null;
    send("pointermove", place);
    while ((drawn === null || drawn !== former) && performance.now() - start < 500) {
      former = drawn;
      await new Promise((go) => setTimeout(go, 0));
    }
    times.push((drawn ?? performance.now()) - start);
    await new Promise((go) => setTimeout(go, 30));
  }
  send("pointerup", places.at(-1));
  delete context.fill;
  return times;
}
"""


def summary(name: str, times: list[float]) -> dict[str, float]:
    """Return median and 95th percentile in ms."""
    return {
        f"{name}_median_ms": round(float(np.median(times)), 1),
        f"{name}_p95_ms": round(float(np.quantile(times, 0.95)), 1),
    }


def measure(page: Page, address: str) -> dict[str, float]:
    """Return hover and brush times in ms, frames sent meanwhile, and seconds until the maps show."""
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: frames.append("sent")))
    openings = []
    query = "&".join(f"models={name}" for name in MODELS)
    for _ in range(N_OPENINGS + 1):
        started = time.monotonic()
        page.goto(f"{address}/compare?dataset=mnist&view=maps&{query}")
        page.wait_for_selector(CANVAS, timeout=60_000)
        openings.append(time.monotonic() - started)
    open_maps(page, address, "mnist", MODELS)
    size, maps = SIZES[len(MODELS)], np.array(corners(page, len(MODELS)))
    page.reload()  # a screenshot holds up the frames that follow it
    page.wait_for_selector(CANVAS)
    page.wait_for_timeout(2000)
    generator = np.random.default_rng(0)
    pointed = generator.integers(0, len(MODELS), N_HOVERS)
    places = maps[pointed] + generator.uniform(0.05, 0.95, (N_HOVERS, 2)) * size
    frames.clear()
    hovers = page.evaluate(HOVER_SCRIPT, [CANVAS, places.tolist()])
    path = maps[1] + size * np.linspace([0.05, 0.05], [0.95, 0.95], N_STEPS + 1)
    brushed = page.evaluate(BRUSH_SCRIPT, [CANVAS, path.tolist()])
    return {
        **summary("hover", hovers),
        **summary("brush", brushed),
        "frames_sent": len(frames),
        "open_median_s": round(float(np.median(openings[1:])), 2),
    }


def main() -> None:
    """Measure and print one JSON line."""
    with started_server() as server, opened_chromium() as browser:
        sys.stdout.write(json.dumps(measure(new_page(browser), server.address)) + "\n")


if __name__ == "__main__":
    main()
