"""Measure hover, click, switch of model and first map in Chromium and print medians.

Run from the repository root: ``python -m tests.benchmarks.latency``. Figures hold for this machine
and this load; compare ratios, not single runs.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import Page

from tests.browser.explore import MAP_CANVAS, PANEL_IMAGE, find_plot, open_map, shown_data
from tests.serving import new_page, opened_chromium, started_server

N_HOVERS, N_CLICKS, N_SWITCHES = 200, 30, 10
MAPS = (
    ("digits/vae-d2", "codes", 540),
    ("digits/ae-d8", "umap", 540),
    ("mnist/vae-d2", "codes", 5000),
    ("mnist/vae-d16", "umap", 5000),
    ("mnist/vae-d2", "codes", 10_000),
)
"""Bundle, plane and number of points drawn."""
FRAME_MS = 1000 / 60

HOVER_SCRIPT = """
async ([selector, places]) => {
  const canvas = document.querySelector(selector), times = [];
  const context = canvas.getContext("2d");
  const draw = context.drawImage.bind(context);
  let drawn = null;
  context.drawImage = (...args) => { draw(...args); drawn = performance.now(); };
  for (const [x, y] of places) {
    drawn = null;
    const start = performance.now();
    const where = { clientX: x, clientY: y, bubbles: true, view: window };
    canvas.dispatchEvent(new PointerEvent("pointermove", where));
    while (drawn === null && performance.now() - start < 500) await new Promise((go) => setTimeout(go, 0));
    times.push((drawn ?? performance.now()) - start);
    await new Promise((go) => setTimeout(go, 30));
  }
  delete context.drawImage;
  return times;
}
"""

CLICK_SCRIPT = """
([canvasSelector, imageSelector, x, y]) => new Promise((done) => {
  const canvas = document.querySelector(canvasSelector), start = performance.now();
  const former = document.querySelector(imageSelector).getAttribute("src");
  const send = (Kind, type) => canvas.dispatchEvent(
    new Kind(type, { clientX: x, clientY: y, bubbles: true, view: window }));
  const look = () => {
    const image = document.querySelector(imageSelector);
    const changed = image && image.getAttribute("src") !== former;
    if (changed || performance.now() - start > 5000) done(performance.now() - start);
    else setTimeout(look, 1);
  };
  send(PointerEvent, "pointermove"); send(PointerEvent, "pointerdown");
  send(PointerEvent, "pointerup"); send(MouseEvent, "click");
  look();
})
"""


SWITCH_SCRIPT = """
([canvasSelector, label]) => new Promise((done) => {
  const former = document.querySelector(canvasSelector), start = performance.now();
  const button = [...document.querySelectorAll("button")].find((b) => b.innerText.trim() === label);
  const look = () => {
    const canvas = document.querySelector(canvasSelector);
    if ((canvas && canvas !== former) || performance.now() - start > 20000) done(performance.now() - start);
    else setTimeout(look, 2);
  };
  button.click();
  look();
})
"""


@dataclass(frozen=True)
class Felt:
    """What one map's hover and click take.

    Attributes
    ----------
    hovers, clicks : list of float
        Milliseconds.
    n_frames : int
        Websocket frames that were sent while hovering.
    """

    hovers: list[float]
    clicks: list[float]
    n_frames: int

    def summary(self) -> dict[str, float]:
        """Return medians and 90th percentiles."""
        return {
            "hover_median_ms": float(np.median(self.hovers)),
            "hover_p90_ms": float(np.quantile(self.hovers, 0.9)),
            "frames_on_hover": self.n_frames,
            "click_median_ms": float(np.median(self.clicks)),
            "click_p90_ms": float(np.quantile(self.clicks, 0.9)),
        }


def switch_times(page: Page, address: str, dataset: str, n_switches: int) -> list[float]:
    """Return the ms from a click on another family to its map, each map having been seen before."""
    open_map(page, address, f"{dataset}/vae-d2")
    times = []
    for k in range(n_switches + 2):
        label = ("PCA", "VAE")[k % 2]
        times.append(float(page.evaluate(SWITCH_SCRIPT, [MAP_CANVAS, label])))
        page.wait_for_timeout(1500)
    return times[2:]


def click_time(page: Page, x: float, y: float) -> float:
    """Return the ms from a click at a place of the window to the panel's new picture; then pause."""
    milliseconds = float(page.evaluate(CLICK_SCRIPT, [MAP_CANVAS, PANEL_IMAGE, x, y]))
    page.wait_for_timeout(300)
    return milliseconds


def measure(
    page: Page,
    address: str,
    model: str,
    plane: str,
    n_points: int,
    *,
    n_hovers: int = N_HOVERS,
    n_clicks: int = N_CLICKS,
) -> Felt:
    """Return hover and click times of one model's map."""
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: frames.append("sent")))
    open_map(page, address, model, f"&points={n_points}")
    plot = find_plot(page, shown_data(model, plane).extent)
    generator = np.random.default_rng(0)

    def places(n: int) -> list[list[float]]:
        return (np.array([plot.left, plot.top]) + generator.uniform(0.03, 0.97, (n, 2)) * plot.size).tolist()

    frames.clear()
    hovers = page.evaluate(HOVER_SCRIPT, [MAP_CANVAS, places(n_hovers)])
    n_frames = len(frames)
    clicks = [click_time(page, x, y) for x, y in places(n_clicks)]
    return Felt(hovers, clicks, n_frames)


def main() -> None:
    """Measure and print JSON lines."""
    with started_server() as server, opened_chromium() as browser:
        for model, plane, n_points in MAPS:
            felt = measure(new_page(browser), server.address, model, plane, n_points)
            sys.stdout.write(json.dumps({"model": model, "points": n_points, **felt.summary()}) + "\n")
        switches = switch_times(new_page(browser), server.address, "mnist", N_SWITCHES)
        summary = {"switch_median_ms": np.median(switches), "switch_p90_ms": np.quantile(switches, 0.9)}
        sys.stdout.write(json.dumps(summary) + "\n")


if __name__ == "__main__":
    main()
