"""What browser tests and benchmarks share about the Explore page."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from dashboard.data.catalogue import open_bundle
from dashboard.data.maps import MapData, map_data
from dashboard.explore.charts.preview import SPACING
from dashboard.explore.latent_map import WIDE_PREVIEW, WIDE_SIZE
from tests.serving import wait_until_still

N_CELLS = 48
N_SHOWN = 5000
MAP_CANVAS = ".st-key-latent_map canvas"
PANEL_IMAGE = ".st-key-decode_panel img"


@dataclass(frozen=True)
class Plot:
    """Position of the map's plot in the window, in pixels, and its extent."""

    left: float
    top: float
    size: float
    extent: tuple[float, float, float, float]

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Return the window position of a position of the plane."""
        x_min, x_max, y_min, y_max = self.extent
        return (
            self.left + (x - x_min) / (x_max - x_min) * self.size,
            self.top + (y_max - y) / (y_max - y_min) * self.size,
        )


def open_map(page: Page, address: str, bundle_id: str, query: str = "") -> None:
    """Load the Explore page and wait for map and panel."""
    dataset, _, model = bundle_id.partition("/")
    page.goto(f"{address}/explore?dataset={dataset}&model={model}{query}")
    page.wait_for_selector(MAP_CANVAS, timeout=60_000)
    page.wait_for_selector(PANEL_IMAGE, timeout=60_000)
    wait_until_still(page, MAP_CANVAS)


def shown_data(bundle_id: str, plane: str) -> MapData:
    """Return what the map of a model shows at first, as the server made it."""
    return map_data(open_bundle(bundle_id), plane, N_SHOWN, 6 / WIDE_SIZE)


def find_plot(page: Page, extent: tuple[float, float, float, float]) -> Plot:
    """Return the plot, found by the frame's own pixels: its right edge and its lower edge."""
    page.locator(MAP_CANVAS).scroll_into_view_if_needed()
    box = page.locator(MAP_CANVAS).bounding_box()
    assert box is not None
    left = box["x"] + box["width"] - WIDE_PREVIEW - SPACING - WIDE_SIZE
    top = box["y"] + _first_frame_row(page, left - box["x"])
    return Plot(left, top, WIDE_SIZE, extent)


def _first_frame_row(page: Page, left: float) -> int:
    """Return the row of the canvas in which the frame's upper edge lies."""
    pixels = canvas_pixels(page).astype(int)
    columns = slice(int(left) + 20, int(left) + WIDE_SIZE - 20)
    differs = np.abs(pixels[1:, columns] - pixels[:-1, columns]).sum(axis=2) > 5
    rows = np.flatnonzero(differs.mean(axis=1) > 0.9)
    assert len(rows), "the frame of the map was not found"
    return int(rows[0]) + 1


def canvas_pixels(page: Page, selector: str = MAP_CANVAS) -> np.ndarray:
    """Return the map's canvas, or another one, uint8 ``(h, w, 3)``, as it stands on the page."""
    return np.asarray(Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("RGB"))


def preview_image(page: Page, shape: tuple[int, int], top: float) -> np.ndarray:
    """Return the decode under the pointer, float ``(h, w)`` in [0, 1], read at the middle of each pixel."""
    pixels = canvas_pixels(page)
    box = page.locator(MAP_CANVAS).bounding_box()
    assert box is not None
    first = pixels.shape[1] - WIDE_PREVIEW
    side = WIDE_PREVIEW / shape[1]
    rows = (top - box["y"] + (np.arange(shape[0]) + 0.5) * side).astype(int)
    columns = (first + (np.arange(shape[1]) + 0.5) * side).astype(int)
    grey: np.ndarray = pixels[np.ix_(rows, columns)].mean(axis=2) / 255
    return grey


def panel_image(page: Page) -> np.ndarray:
    """Return the large image of the decode panel, float ``(h, w)`` in [0, 1], from its own source."""
    source = page.locator(PANEL_IMAGE).first.get_attribute("src") or ""
    data = base64.b64decode(re.sub("^data:image/png;base64,", "", source))
    return np.asarray(Image.open(io.BytesIO(data)), float) / 255


def query_of(page: Page) -> dict[str, str]:
    """Return the names in the page's address."""
    query = parse_qs(urlsplit(str(page.evaluate("location.href"))).query)
    return {name: values[-1] for name, values in query.items()}


def wait_for_panel(page: Page, former: str) -> None:
    """Wait until the panel's large image is another than `former`."""
    page.wait_for_function(
        "([selector, former]) => document.querySelector(selector)?.getAttribute('src') !== former",
        arg=[PANEL_IMAGE, former],
        timeout=10_000,
    )
