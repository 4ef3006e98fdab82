"""Pointer, click, keys and touch on the front door's maps, seen in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.data.catalogue import open_bundle
from dashboard.overview.charts.layout import FrontLayout
from dashboard.overview.services import N_CELLS, FrontMaps
from latentcore.geometry import cell_centres
from tests.browser.explore import PANEL_IMAGE, query_of
from tests.browser.front import (
    CANVAS,
    MODELS,
    canvas_pixels,
    layout_of,
    map_places,
    open_front,
    shown_maps,
)

UNIT = (0.0, 1.0, 0.0, 1.0)
TOLERANCE = 6 / 255
SEEN_SCRIPT = """
async ([selector, ms]) => {
  const seen = new Set(), end = performance.now() + ms;
  while (performance.now() < end) {
    seen.add(document.querySelector(selector).toDataURL());
    await new Promise((go) => setTimeout(go, 100));
  }
  return seen.size;
}
"""
"""Returns how many different pictures a canvas shows within some time."""

ENTRIES_SCRIPT = """
window.entries = [];
const push = history.pushState.bind(history);
history.pushState = (state, title, url) => { window.entries.push(String(url)); push(state, title, url); };
"""
"""Collects the addresses that are added to the browser's history in `window.entries`."""


@pytest.fixture
def frames(page: Page) -> list[str]:
    """What the page sends over its websocket."""
    sent: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append("sent")))
    return sent


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A tab of a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


def lonely_cell(maps: FrontMaps, number: int) -> int:
    """Return the cell of a map that is farthest from any shown image."""
    shares = maps.images[[f"x{number}", f"y{number}"]].to_numpy()
    away = np.linalg.norm(cell_centres(UNIT, N_CELLS)[:, None] - shares[None], axis=2).min(axis=1)
    return int(away.argmax())


def pixel(
    page: Page, number: int, share: np.ndarray, layout: FrontLayout | None = None
) -> tuple[float, float]:
    """Return the window position of a position on a map, given as shares from its lower left corner."""
    left, top, side = map_places(page, layout)[number]
    return left + share[0] * side, top + (1 - share[1]) * side


def decode_shown(page: Page, maps: FrontMaps, number: int, layout: FrontLayout | None = None) -> np.ndarray:
    """Return the decode shown for a map, float ``(h, w)`` in [0, 1], read at the centre of each pixel."""
    layout = layout or layout_of()
    left, top = layout.windows[number]
    side = layout.window / maps.tile_shape[1]
    rows, columns = (
        (start + layout.origin[axis] + (np.arange(maps.tile_shape[0]) + 0.5) * side).astype(int)
        for axis, start in ((1, top), (0, left))
    )
    grey: np.ndarray = canvas_pixels(page)[np.ix_(rows, columns)].mean(axis=2) / 255
    return grey


def ring_around(page: Page, number: int, share: np.ndarray, layout: FrontLayout | None = None) -> int:
    """Return the number of black pixels around a position of a map."""
    x, y = pixel(page, number, share, layout)
    box = page.locator(CANVAS).bounding_box()
    column, row = round(x - box["x"]), round(y - box["y"])
    around = canvas_pixels(page)[max(row - 9, 0) : row + 9, max(column - 9, 0) : column + 9]
    return int((around.max(axis=2) < 60).sum())


def ring_count(pixels: np.ndarray) -> int:
    """Return about how many double rings are shown, from the number of their black pixels."""
    layout = layout_of()
    return int((pixels[: layout.height].max(axis=2) < 30).sum() / 40)


@pytest.mark.parametrize(
    ("dataset", "number"), [*(("digits", number) for number in range(len(MODELS))), ("mnist", 1)]
)
def test_a_hover_shows_the_decode_and_the_nearest_image_on_all_maps(page, server, frames, dataset, number):
    open_front(page, server, dataset)
    maps, cell = shown_maps(dataset), lonely_cell(shown_maps(dataset), number)
    share = cell_centres(UNIT, N_CELLS)[cell]
    before = canvas_pixels(page)
    frames.clear()
    x, y = pixel(page, number, share)
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    page.wait_for_timeout(300)
    assert not frames
    assert (before != canvas_pixels(page)).any()
    shares = [maps.images[[f"x{k}", f"y{k}"]].to_numpy(np.float32) for k in range(len(MODELS))]
    nearest = int(np.linalg.norm(shares[number] - share, axis=1).argmin())
    index = maps.images["index"].iloc[nearest]
    for k, name in enumerate(MODELS):
        bundle = open_bundle(f"{dataset}/{name}")
        at_position = cell_centres(maps.extents[number], N_CELLS)[cell]
        code = at_position if k == number else bundle.test.codes[bundle.test.indices == index][0]
        expected = bundle.model.decode(code[None])[0, 0]
        assert np.abs(decode_shown(page, maps, k) - expected).mean() <= TOLERANCE, name
        assert ring_around(page, k, shares[k][nearest]) > 25, f"no ring on the map of {name}"


def test_an_animation_moves_the_pointer_over_a_map_at_first(page, server, frames):
    page.goto(f"{server}/?dataset=digits")
    page.wait_for_selector(CANVAS, timeout=60_000)
    page.wait_for_timeout(600)
    frames.clear()
    assert page.evaluate(SEEN_SCRIPT, [CANVAS, 6000]) > 3
    assert page.evaluate(SEEN_SCRIPT, [CANVAS, 1500]) == 1, "it does not end"
    assert not frames


def test_the_animation_ends_when_the_pointer_moves(page, server):
    page.goto(f"{server}/?dataset=digits")
    page.wait_for_selector(CANVAS, timeout=60_000)
    x, y = pixel(page, 0, np.array([0.5, 0.5]))
    page.mouse.move(x, y)
    page.mouse.move(x + 2, y)
    page.wait_for_timeout(700)
    assert page.evaluate(SEEN_SCRIPT, [CANVAS, 4000]) == 1


def test_with_reduced_motion_there_is_no_animation(page, server):
    open_front(page, server, "digits")
    rest = canvas_pixels(page)
    page.wait_for_timeout(1500)
    assert (rest == canvas_pixels(page)).all()
    assert ring_count(rest) >= len(MODELS)


@pytest.mark.parametrize("number", [0, 3])
def test_a_click_on_an_empty_position_opens_it_in_explore(page, server, number):
    open_front(page, server, "digits")
    maps = shown_maps("digits")
    cell = lonely_cell(maps, number)
    page.mouse.move(*pixel(page, number, np.array([0.4, 0.4])))
    page.mouse.click(*pixel(page, number, cell_centres(UNIT, N_CELLS)[cell]))
    page.wait_for_selector(PANEL_IMAGE, timeout=20_000)
    page.wait_for_function("location.pathname.endsWith('/explore') && location.search.includes('at=')")
    query = query_of(page)
    place = cell_centres(maps.extents[number], N_CELLS)[cell]
    assert np.allclose([float(part) for part in query["at"].split(",")], place, rtol=1e-3, atol=1e-3)
    assert (query["dataset"], query["model"]) == ("digits", MODELS[number])


def test_a_click_on_an_image_opens_it_in_explore_and_back_returns(page, server):
    open_front(page, server, "digits")
    maps, number = shown_maps("digits"), 2
    shares = maps.images[[f"x{number}", f"y{number}"]].to_numpy(np.float32)
    away = np.linalg.norm(shares[:, None] - shares[None], axis=2) + 9 * np.eye(len(shares))
    inside = ((shares > 0.05) & (shares < 0.95)).all(axis=1)
    image = int(np.where(inside, away.min(axis=1), 0).argmax())
    page.mouse.move(*pixel(page, number, np.array([0.4, 0.4])))
    page.mouse.click(*pixel(page, number, shares[image]))
    expect(page.get_by_text(f"Test image {maps.images['index'].iloc[image]}").first).to_be_visible(
        timeout=20_000
    )
    assert query_of(page)["model"] == MODELS[number]
    page.wait_for_timeout(2000)  # time for Explore to write into the address what it should find there
    page.go_back()
    expect(page.get_by_text("Latent Atlas", exact=True).first).to_be_visible(timeout=20_000)
    page.wait_for_timeout(1500)
    assert page.locator(CANVAS).is_visible(), "the former click still counts"


def test_explore_adds_no_history_entry_to_a_click_and_back_undoes_one_choice(page, server):
    page.add_init_script(ENTRIES_SCRIPT)
    open_front(page, server, "digits")
    cell = lonely_cell(shown_maps("digits"), 0)
    page.mouse.move(*pixel(page, 0, np.array([0.4, 0.4])))
    page.mouse.click(*pixel(page, 0, cell_centres(UNIT, N_CELLS)[cell]))
    page.wait_for_selector(PANEL_IMAGE, timeout=20_000)
    page.wait_for_timeout(2000)
    assert len([url for url in page.evaluate("window.entries") if "/explore" in url]) == 1
    colour = page.locator(".st-key-pick_colour").get_by_role("combobox")
    expect(colour).to_have_value("Class")
    colour.click()
    page.get_by_role("option", name="Reconstruction error").click()
    page.wait_for_function("location.search.includes('colour=error')", timeout=20_000)
    page.go_back()
    expect(colour).to_have_value("Class", timeout=20_000)
    page.wait_for_timeout(1000)
    assert query_of(page).get("colour", "class") == "class"


def test_arrow_keys_move_over_the_maps_and_enter_opens_explore(page, server, frames):
    open_front(page, server, "digits")
    maps, holder = shown_maps("digits"), page.locator(".st-key-front_maps").first
    assert re.search("arrow keys", holder.get_attribute("aria-label") or "", re.IGNORECASE)
    page.mouse.move(*pixel(page, 0, np.array([0.99, 0.5])))
    page.mouse.move(*pixel(page, 0, np.array([0.985, 0.5])))
    holder.focus()
    frames.clear()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    middle = N_CELLS // 2 * N_CELLS  # a cell of the left edge of the next map, or the one above it
    codes = cell_centres(maps.extents[1], N_CELLS)[[middle, middle - N_CELLS]]
    candidates = open_bundle(f"digits/{MODELS[1]}").model.decode(codes)[:, 0]
    shown = decode_shown(page, maps, 1)
    assert min(np.abs(shown - one).mean() for one in candidates) <= TOLERANCE, "the step did not lead on"
    assert not frames
    page.keyboard.press("Enter")
    page.wait_for_selector(PANEL_IMAGE, timeout=20_000)
    assert query_of(page)["model"] == MODELS[1]


def test_a_phone_shows_all_maps_a_tap_points_and_a_second_opens(phone, server):
    open_front(phone, server, "digits")
    phone.wait_for_timeout(2500)
    layout, maps, number = layout_of(390), shown_maps("digits"), 1
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    box = phone.locator(CANVAS).bounding_box()
    assert box["x"] + box["width"] <= 390
    phone.locator(CANVAS).evaluate("e => e.scrollIntoView({ block: 'center' })")
    phone.wait_for_timeout(300)
    cell = lonely_cell(maps, number)
    place = pixel(phone, number, cell_centres(UNIT, N_CELLS)[cell], layout)
    phone.touchscreen.tap(*place)
    phone.wait_for_timeout(600)
    code = cell_centres(maps.extents[number], N_CELLS)[cell]
    expected = open_bundle(f"digits/{MODELS[number]}").model.decode(code[None])[0, 0]
    assert np.abs(decode_shown(phone, maps, number, layout) - expected).mean() <= TOLERANCE
    assert "/explore" not in phone.url
    phone.touchscreen.tap(*place)
    phone.wait_for_selector(PANEL_IMAGE, timeout=20_000)
    assert query_of(phone)["model"] == MODELS[number]


@pytest.mark.parametrize("width", [768, 1024, 1280, 1920])
def test_the_maps_fit_other_windows(browser, server, width):
    tab = browser.new_page(viewport={"width": width, "height": 900})
    open_front(tab, server, "digits")
    tab.wait_for_timeout(1000)
    box = tab.locator(CANVAS).bounding_box()
    assert box["x"] + box["width"] <= width
    assert abs(box["width"] - layout_of(width).width) <= 4
    tab.close()
