"""Hover, brush and legend of the linked maps, seen in a browser."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from dashboard.compare.maps.section import PREVIEW, SIZES
from dashboard.data.aligned_maps import linked_data
from latentcore.datasets import load_dataset
from tests.browser.linked import CANVAS, canvas_pixels, corners, open_maps, sample_places
from tests.dashboard.bundles import opened

MODELS = ("pca-d2", "vae-d2", "gan-d2", "ae-d8")
SIZE = SIZES[len(MODELS)]


@pytest.fixture
def frames(page: Page) -> list[str]:
    """What the page sends over its websocket."""
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append("sent")))
    return sent


def part(page: Page, corner: tuple[float, float], width: int, height: int) -> np.ndarray:
    """Return a part of the canvas, whose upper left corner is given in the window."""
    box = page.locator(CANVAS).bounding_box()
    left, top = round(corner[0] - box["x"]), round(corner[1] - box["y"])
    return canvas_pixels(page)[top : top + height, left : left + width]


def coloured(pixels: np.ndarray) -> int:
    """Return how many pixels are of a class's colour rather than grey."""
    return int((np.ptp(pixels.astype(int), axis=2) > 40).sum())


def lonely(places: np.ndarray) -> int:
    """Return the sample that is farthest from any other on a map ``(n, 2)``, yet not at its edge."""
    away = np.linalg.norm(places[:, None] - places[None], axis=2) + 1e9 * np.eye(len(places))
    inside = ((places > 15) & (places < SIZE - 15)).all(axis=1)
    return int(np.where(inside, away.min(axis=1), 0).argmax())


@pytest.mark.parametrize("pointed", range(len(MODELS)))
def test_a_hover_rings_the_sample_on_every_map_and_shows_it(page, server, frames, pointed):
    open_maps(page, server, "digits", MODELS)
    maps, places = corners(page, len(MODELS)), sample_places("digits", MODELS)
    row = lonely(places[pointed])
    frames.clear()
    x, y = np.array(maps[pointed]) + places[pointed, row]
    page.mouse.move(x - 30, y)
    page.mouse.move(x, y)
    page.wait_for_timeout(400)
    assert not frames
    for corner, place in zip(maps, places[:, row], strict=True):
        around = np.array(corner) + place - 9
        ring = part(page, (around[0], around[1]), 18, 18)
        assert (ring.max(axis=2) < 60).sum() > 25, "no black ring around the sample"
    index = int(linked_data(opened(f"digits/{m}" for m in MODELS), align=True).table["index"][row])
    original = load_dataset("digits", "test").images[index, 0]
    tile = PREVIEW / original.shape[0]
    box = page.locator(CANVAS).bounding_box()
    window = part(page, (box["x"] + box["width"] - PREVIEW, maps[0][1]), PREVIEW, PREVIEW)
    middles = ((np.arange(original.shape[0]) + 0.5) * tile).astype(int)
    assert np.abs(window[np.ix_(middles, middles)].mean(axis=2) / 255 - original).mean() < 0.06


def test_a_rectangle_keeps_the_same_samples_on_every_map_and_a_double_click_brings_all_back(
    page, server, frames
):
    open_maps(page, server, "digits", MODELS)
    maps, places = corners(page, len(MODELS)), sample_places("digits", MODELS)
    page.mouse.move(maps[0][0] + 4, maps[0][1] + 4)
    page.wait_for_timeout(300)
    before = [part(page, corner, SIZE, SIZE) for corner in maps]
    frames.clear()
    page.mouse.move(maps[1][0] + 2, maps[1][1] + 2)
    page.mouse.down()
    page.mouse.move(maps[1][0] + SIZE / 3, maps[1][1] + SIZE / 2, steps=4)
    page.mouse.move(maps[1][0] + SIZE / 2, maps[1][1] + SIZE - 2, steps=4)
    page.mouse.up()
    page.wait_for_timeout(400)
    assert not frames
    inside = places[1, :, 0] < SIZE / 2
    for k, corner in enumerate(maps):
        now = part(page, corner, SIZE, SIZE)
        assert 0.2 < coloured(now) / coloured(before[k]) < 0.9
        left = [tuple(place.astype(int)) for place in places[k][~inside]]
        kept = [tuple(place.astype(int)) for place in places[k][inside]]
        shown = np.array(
            [
                [np.ptp(now[y, x].astype(int)) > 40 for x, y in group].count(True) / len(group)
                for group in (left, kept)
            ]
        )
        assert shown[1] > shown[0] + 0.2
    page.mouse.dblclick(maps[1][0] + SIZE - 3, maps[1][1] + 3)
    page.mouse.move(maps[0][0] + 4, maps[0][1] + 4)
    page.wait_for_timeout(400)
    after = [coloured(part(page, corner, SIZE, SIZE)) for corner in maps]
    assert after == pytest.approx([coloured(pixels) for pixels in before], rel=0.05)


def test_a_click_on_the_legend_filters_every_map(page, server, frames):
    open_maps(page, server, "digits", MODELS)
    maps = corners(page, len(MODELS))
    box = page.locator(CANVAS).bounding_box()
    before = [coloured(part(page, corner, SIZE, SIZE)) for corner in maps]
    frames.clear()
    page.mouse.click(maps[0][0] + 16, box["y"] + 15)
    page.wait_for_timeout(500)
    assert not frames
    after = [coloured(part(page, corner, SIZE, SIZE)) for corner in maps]
    assert all(0.02 < now / former < 0.35 for now, former in zip(after, before, strict=True))


def test_four_maps_fit_a_laptop_and_a_phone_scrolls_them(browser, server):
    for width in (1366, 390):
        tab = browser.new_page(viewport={"width": width, "height": 768})
        open_maps(tab, server, "digits", MODELS)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        box = tab.locator(CANVAS).bounding_box()
        assert (box["x"] + box["width"] <= width) == (width == 1366)
        tab.close()


def test_the_morph_plays_and_answers_its_slider_without_the_server(page, server, frames):
    open_maps(page, server, "digits", MODELS)
    picture = page.locator(".st-key-morph canvas")
    slider, play = (page.locator(f".st-key-morph input[type={kind}]") for kind in ("range", "checkbox"))
    picture.scroll_into_view_if_needed()
    start = picture.screenshot()
    frames.clear()
    slider.fill("1")
    page.wait_for_timeout(300)
    assert picture.screenshot() != start
    slider.fill("0")
    page.wait_for_timeout(300)
    play.check()
    page.wait_for_timeout(900)
    play.uncheck()
    moved = float(slider.input_value())
    assert 0 < moved < 1
    page.wait_for_timeout(300)
    assert float(slider.input_value()) == pytest.approx(moved, abs=0.05)
    assert not frames
