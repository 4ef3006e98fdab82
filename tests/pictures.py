"""Make the pictures in ``.github/`` anew: ``python -m tests.pictures``, from the repository root.

They show MNIST without its images, which are not ours to give away: decodes by the models only.
"""

from __future__ import annotations

import io
import tempfile

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from dashboard.data.catalogue import open_bundle
from dashboard.data.maps import map_data
from tests.browser.explore import MAP_CANVAS, N_SHOWN, find_plot
from tests.browser.front import CANVAS, map_places, open_front
from tests.serving import ROOT, new_page, opened_chromium, started_server

FOLDER = ROOT / ".github"
DATASET, OPENED = "mnist", 2
"""The third map is opened: that of the VAE."""
FRAME_MS, HOLD_MS = 90, 900
WIDTH, QUALITY = 1100, 72

HIDE_SCRIPT = """
() => {
  for (const part of document.querySelectorAll('[data-testid="stCaptionContainer"]')) {
    if (part.innerText.includes("not on this machine")) part.style.visibility = "hidden";
  }
  const button = document.querySelector(".st-key-fetch_dataset");
  if (button) button.style.visibility = "hidden";
}
"""
"""Hides what only concerns a machine without the datasets."""
TITLE_SCRIPT = """
(icon) => {
  document.querySelector("h1").style.padding = "0 0 6px";
  const aside = document.querySelectorAll('[data-testid="stColumn"]')[1];
  aside.style.cssText = "text-align: right; padding-right: 30px";
  aside.innerHTML = icon.replace("<svg", '<svg width="112"');
}
"""
POINTER = """
() => {
  const arrow = document.createElement("div");
  arrow.id = "drawn-pointer";
  arrow.style.cssText = "position:fixed;z-index:99999999;pointer-events:none;left:-40px;top:-40px";
  arrow.innerHTML = '<svg width="22" height="30" viewBox="0 0 22 30"><path d="M1.5 1.5V24.5L7 19.3L10.7 28'
    + 'L14.6 26.3L11 18H18.6Z" fill="#111" stroke="#fff" stroke-width="1.8"/></svg>';
  document.body.appendChild(arrow);
  document.addEventListener("pointermove", (event) => {
    arrow.style.left = event.clientX - 1 + "px";
    arrow.style.top = event.clientY - 1 + "px";
  }, true);
}
"""
Frame = tuple[Image.Image, int]


def picture(page: Page, **options: object) -> Image.Image:
    """Return the window, or a part of it, as it stands."""
    return Image.open(io.BytesIO(page.screenshot(**options))).convert("RGB")  # type: ignore[arg-type]


def led(page: Page, path: np.ndarray, hold_ms: int = 0) -> list[Frame]:
    """Return a frame for each place of a path ``(n, 2)`` in the window; the last is held."""
    frames = []
    for x, y in path.tolist():
        page.mouse.move(x, y)
        page.wait_for_timeout(60)
        frames.append((picture(page), FRAME_MS))
    return [*frames[:-1], (frames[-1][0], FRAME_MS + hold_ms)]


def curve(points: list[tuple[float, float]], n: int) -> np.ndarray:
    """Return `n` places on a smooth line through some, slower at its ends."""
    knots = np.array(points)
    shares = np.linspace(0, 1, n)
    eased = (shares**2 * (3 - 2 * shares)) * (len(knots) - 1)
    fit = np.polynomial.polynomial.polyfit(np.arange(len(knots)), knots, min(3, len(knots) - 1))
    return np.stack([np.polynomial.polynomial.polyval(eased, column) for column in fit.T], axis=1)


def story(page: Page, address: str) -> list[Frame]:
    """Return the frames: the pointer over the front door's maps, a click, and over the map in Explore."""
    open_front(page, address, DATASET)
    page.evaluate(POINTER)
    page.evaluate(HIDE_SCRIPT)
    maps = map_places(page)

    def on(number: int, *shares: tuple[float, float]) -> list[tuple[float, float]]:
        left, top, side = maps[number]
        return [(left + x * side, top + y * side) for x, y in shares]

    over = on(OPENED, (0.2, 0.7), (0.35, 0.25), (0.62, 0.3), (0.75, 0.5))
    frames = led(page, curve([(600.0, 250.0), *over[:1]], 8))
    frames += led(page, curve(over, 26), HOLD_MS)
    frames += led(page, curve([over[-1], *on(0, (0.7, 0.5), (0.15, 0.4))], 16), HOLD_MS)
    frames += led(page, curve([*on(0, (0.15, 0.4)), *on(OPENED, (0.52, 0.6))], 8), HOLD_MS)
    page.mouse.click(*on(OPENED, (0.52, 0.6))[0])
    page.wait_for_selector(MAP_CANVAS, timeout=60_000)
    page.wait_for_timeout(3000)
    page.evaluate(HIDE_SCRIPT)
    frames.append((picture(page), HOLD_MS))
    plot = find_plot(page, map_data(open_bundle(f"{DATASET}/vae-d2"), "codes", N_SHOWN, 0.02).extent)
    around = [(0.52, 0.6), (0.3, 0.75), (0.2, 0.4), (0.5, 0.2), (0.8, 0.35)]
    path = curve([(plot.left + x * plot.size, plot.top + y * plot.size) for x, y in around], 30)
    return frames + led(page, path, HOLD_MS)


def write_story(frames: list[Frame]) -> None:
    """Write the moving picture."""
    images = [image.resize((WIDTH, WIDTH * image.height // image.width)) for image, _ in frames]
    images[0].save(
        FOLDER / "front.webp",
        save_all=True,
        append_images=images[1:],
        duration=[ms for _, ms in frames],
        loop=0,
        quality=QUALITY,
        method=6,
    )


def write_social(page: Page, address: str) -> None:
    """Write what a link to the repository shows: title, maps and decodes, 1280 x 640."""
    open_front(page, address, DATASET)
    page.evaluate(TITLE_SCRIPT, (ROOT / "dashboard" / "icon.svg").read_text())
    page.wait_for_timeout(500)
    left, top, side = map_places(page)[OPENED]
    page.mouse.move(left + 0.6 * side, top + 0.5 * side)
    page.wait_for_timeout(500)
    title, maps = (page.locator(part).first.bounding_box() for part in ("h1", CANVAS))
    assert title is not None
    assert maps is not None
    middle = (title["y"] + maps["y"] + maps["height"]) / 2
    clip = {"x": maps["x"] - 12, "y": middle - 320, "width": 1280, "height": 640}
    picture(page, clip=clip).save(FOLDER / "social.png", optimize=True)


def main() -> None:
    """Write both pictures."""
    with (
        tempfile.TemporaryDirectory() as empty,
        started_server(LATENTCORE_DATA=empty) as server,
        opened_chromium() as browser,
    ):
        write_social(new_page(browser), server.address)
        write_story(story(new_page(browser), server.address))


if __name__ == "__main__":
    main()
