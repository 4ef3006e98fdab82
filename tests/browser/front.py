"""What browser tests and benchmarks share about the front door's maps."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from dashboard.overview.charts.layout import FrontLayout, front_layout, rounded_down
from dashboard.overview.maps import GAP
from dashboard.overview.services import FrontMaps, front_maps_data
from tests.dashboard.bundles import opened
from tests.serving import WINDOW, wait_until_still

CANVAS = ".st-key-front_maps canvas"
MODELS = ("pca-d2", "ae-d2", "vae-d2", "gan-d2")


def open_front(page: Page, address: str, dataset: str) -> None:
    """Open the page without the pointer's animation, and wait for the maps."""
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{address}/?dataset={dataset}")
    page.wait_for_selector(CANVAS, timeout=60_000)
    wait_until_still(page, CANVAS)


def layout_of(width: int = WINDOW["width"]) -> FrontLayout:
    """Return the layout of four maps in a window."""
    return front_layout(rounded_down(width), len(MODELS), GAP)


def shown_maps(dataset: str) -> FrontMaps:
    """Return what the maps show, as the server made it."""
    return front_maps_data(opened(f"{dataset}/{name}" for name in MODELS))


def map_places(page: Page, layout: FrontLayout | None = None) -> np.ndarray:
    """Return left, top and side of each map in the window, float ``(maps, 3)``."""
    layout = layout or layout_of()
    box = page.locator(CANVAS).bounding_box()
    assert box is not None
    left, top = box["x"] + layout.origin[0], box["y"] + layout.origin[1]
    return np.array([(left + x, top + y, layout.size) for x, y in layout.corners])


def canvas_pixels(page: Page) -> np.ndarray:
    """Return the canvas, uint8 ``(h, w, 3)``, as it stands on the page."""
    return np.asarray(Image.open(io.BytesIO(page.locator(CANVAS).screenshot())).convert("RGB"))
