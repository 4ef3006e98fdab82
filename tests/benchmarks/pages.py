"""Measure in Chromium how soon Interpolate, Sample and Edit stand, and how soon they answer.

Run from the repository root: ``python -m tests.benchmarks.pages``. Each page is opened with four
models of MNIST after it has been seen once; an answer counts from the key that moves a slider to the
last changed picture. Figures hold for this machine and this load.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page

from tests.serving import new_page, opened_chromium, started_server

N_OPENINGS, N_CHANGES = 7, 12
MODELS = "&".join(f"models={name}" for name in ("pca-d16", "vae-d2", "vae-d16", "gan-d16"))

SETTLED_SCRIPT = """
([selector, wanted, quiet]) => new Promise((done) => {
  const start = performance.now();
  let last = start, former = "";
  const look = () => {
    const images = [...document.querySelectorAll(selector)];
    const now = images.map((i) => (i.tagName === "IMG" ? i.src.slice(-80) + i.src.length : i.toDataURL()))
      .join("|");
    if (now !== former) { former = now; last = performance.now(); }
    const enough = images.length >= wanted && images.every((i) => i.tagName !== "IMG" || i.complete);
    if ((enough && performance.now() - last > quiet) || performance.now() - start > 30000) done(last - start);
    else setTimeout(look, 10);
  };
  look();
})
"""


def opening_seconds(page: Page, address: str, selector: str, wanted: int) -> float:
    """Return the seconds from asking for a page to the last change of its pictures."""
    started = time.monotonic()
    page.goto(address)
    before = time.monotonic() - started
    return before + float(page.evaluate(SETTLED_SCRIPT, [selector, wanted, 600])) / 1000


def answer_ms(page: Page, selector: str, wanted: int, change: Callable[[], None]) -> float:
    """Return the ms from a change to the last picture that changed after it."""
    source = "(selector) => [...document.querySelectorAll(selector)].map((i) => i.src).join('|')"
    former = page.evaluate(source, selector)
    started = time.monotonic()
    change()
    page.wait_for_function(
        "([selector, former, wanted]) => {"
        " const now = [...document.querySelectorAll(selector)];"
        " const old = former.split('|');"
        " return now.length >= wanted && now.every((image, k) => image.src !== old[k]); }",
        arg=[selector, former, wanted],
        polling=5,
        timeout=10_000,
    )
    return (time.monotonic() - started) * 1000


def measure(page: Page, address: str) -> dict[str, float]:
    """Return medians of openings in s and of answers in ms."""
    figures: dict[str, float] = {}
    for name, selector, wanted in (
        ("interpolate", ".st-key-interpolation img", 6),
        ("sample", ".st-key-samples canvas", 4),
        ("edit", "img", 6),
    ):
        url = f"{address}/{name}?dataset=mnist&{MODELS}"
        times = [opening_seconds(page, url, selector, wanted) for _ in range(N_OPENINGS + 1)]
        figures[f"{name}_open_s"] = float(np.median(times[1:]))
    page.goto(f"{address}/interpolate?dataset=mnist&{MODELS}")
    page.wait_for_timeout(4000)
    slider = page.get_by_role("slider").first
    slider.focus()
    strips = ".st-key-interpolation img[alt*='decodes along']"
    steps = [
        answer_ms(page, strips, 4, lambda k=k: slider.press("ArrowRight" if k % 2 == 0 else "ArrowLeft"))
        for k in range(N_CHANGES)
    ]
    figures["interpolate_slider_ms"] = float(np.median(steps))
    page.goto(f"{address}/edit?dataset=mnist&{MODELS}")
    page.wait_for_timeout(4000)
    edited = "img[alt^='Edited decode']"
    edits = []
    for k in range(N_CHANGES):
        box = page.get_by_role("slider").first.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + (30 if k % 2 == 0 else -30), y, steps=5)
        edits.append(answer_ms(page, edited, 1, page.mouse.up))
        page.wait_for_timeout(300)
    figures["edit_slider_ms"] = float(np.median(edits))
    return figures


def main() -> None:
    """Measure and print one JSON line."""
    with started_server() as server, opened_chromium() as browser:
        sys.stdout.write(json.dumps(measure(new_page(browser), server.address)) + "\n")


if __name__ == "__main__":
    main()
