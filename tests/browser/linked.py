"""What the browser test and the benchmark do on the linked maps."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from dashboard.compare.maps.charts.linked_maps import GAP
from dashboard.compare.maps.section import SIZES
from dashboard.data.aligned_maps import EDGE, linked_data
from tests.dashboard.bundles import opened
from tests.serving import wait_until_still

CANVAS = ".st-key-linked_maps canvas"


def open_maps(page: Page, address: str, dataset: str, models: tuple[str, ...]) -> None:
    """Load the section with a row of maps and wait until it stands."""
    query = "&".join(f"models={name}" for name in models)
    page.goto(f"{address}/compare?dataset={dataset}&view=maps&{query}")
    page.wait_for_selector(CANVAS, timeout=60_000)
    wait_until_still(page, CANVAS)


def corners(page: Page, n_maps: int) -> list[tuple[float, float]]:
    """Return the window position of the upper left corner of each map of a row.

    The first row is found by the frame's own pixels; a frame is one pixel wider than its map on each side.
    """
    size = SIZES[n_maps]
    box = page.locator(CANVAS).bounding_box()
    assert box is not None
    edges = np.abs(np.diff(canvas_pixels(page).astype(int)[:, 20 : size - 20], axis=0)).sum(axis=2) > 5
    top = box["y"] + np.flatnonzero(edges.mean(axis=1) > 0.9)[0] + 2
    return [(box["x"] + 1 + k * (size + 2 + GAP), float(top)) for k in range(n_maps)]


def sample_places(dataset: str, models: tuple[str, ...]) -> np.ndarray:
    """Return where each sample lies on each map, in pixels from its upper left corner, ``(maps, n, 2)``."""
    table = linked_data(opened(f"{dataset}/{name}" for name in models), align=True).table
    shares = np.stack([table[[f"x{k}", f"y{k}"]].to_numpy() for k in range(len(models))]) / EDGE
    return (shares * [1, -1] + 1) / 2 * SIZES[len(models)]


def canvas_pixels(page: Page) -> np.ndarray:
    """Return the canvas, uint8 ``(h, w, 3)``, as it stands on the page."""
    return np.asarray(Image.open(io.BytesIO(page.locator(CANVAS).screenshot())).convert("RGB"))
