"""Hover, click, keys and state of the latent map, seen in a browser."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from dashboard.data.catalogue import open_bundle
from dashboard.data.maps import MapData, atlas_of
from latentcore.geometry import cell_indices
from tests.browser.explore import (
    MAP_CANVAS,
    N_CELLS,
    PANEL_IMAGE,
    Plot,
    canvas_pixels,
    find_plot,
    open_map,
    panel_image,
    preview_image,
    query_of,
    shown_data,
    wait_for_panel,
)

TOLERANCE = 6 / 255
MODELS = [
    ("digits/vae-d2", "codes"),
    ("digits/ae-d8", "umap"),
    ("mnist/vae-d2", "codes"),
    ("mnist/vae-d16", "umap"),
]

MIDDLE_SCRIPT = """
(selector) => {
  const canvas = document.querySelector(selector);
  canvas.scrollIntoView({ block: "center" });
  const box = canvas.getBoundingClientRect(), side = 260;
  return [box.left + 54 + side / 2, box.top + 66 + side / 2, side];
}
"""
"""Returns a position inside the map, and a length that fits into it, wide or narrow."""
COUNT_SCRIPT = """
() => {
  window.drawn = { arc: 0, drawImage: 0 };
  for (const name of Object.keys(window.drawn)) {
    const former = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...args) {
      window.drawn[name] += 1;
      return former.apply(this, args);
    };
  }
}
"""


def centres(data: MapData) -> np.ndarray:
    """Return the centres of all cells ``(n, 2)``."""
    return data.cells[["x", "y"]].to_numpy()[: N_CELLS**2].astype(np.float32)


def nearest_point_distance(data: MapData) -> np.ndarray:
    """Return how far each cell's centre is from the nearest drawn point."""
    points = data.points[["x", "y"]].to_numpy()
    return np.sqrt(((centres(data)[:, None] - points[None]) ** 2).sum(axis=2)).min(axis=1)


def dense_position(data: MapData) -> tuple[float, float]:
    """Return the cell centre with the most drawn points around it."""
    points = data.points[["x", "y"]].to_numpy()
    reach = 0.04 * (data.extent[1] - data.extent[0])
    near = (((centres(data)[:, None] - points[None]) ** 2).sum(axis=2) < reach**2).sum(axis=1)
    x, y = centres(data)[int(near.argmax())]
    return float(x), float(y)


def empty_position(data: MapData) -> tuple[float, float]:
    """Return the cell centre that is farthest from any drawn point."""
    x, y = centres(data)[int(nearest_point_distance(data).argmax())]
    return float(x), float(y)


def hover(page: Page, plot: Plot, place: tuple[float, float]) -> None:
    """Move the pointer to a position, with a step before it."""
    x, y = plot.pixel(*place)
    page.mouse.move(x - 40, y)
    page.mouse.move(x, y)
    page.wait_for_timeout(150)


@pytest.mark.parametrize(("model", "plane"), MODELS)
@pytest.mark.parametrize("where", [dense_position, empty_position])
def test_hover_shows_the_decode_of_the_position_without_the_server(page, server, model, plane, where):
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: frames.append("sent")))
    open_map(page, server, model)
    data = shown_data(model, plane)
    plot = find_plot(page, data.extent)
    place = where(data)
    before = canvas_pixels(page)
    frames.clear()
    hover(page, plot, place)
    assert not frames
    assert (before != canvas_pixels(page)).any()
    shape = data.tile_shape
    bundle = open_bundle(model)
    column, row = cell_indices(np.array([place], np.float32), data.extent, N_CELLS)
    near = (data.cells["x"] - place[0]) ** 2 + (data.cells["y"] - place[1]) ** 2
    hit = data.cells.iloc[int(near.argmin())]
    assert (int(hit["i"]), int(hit["j"])) == (int(column[0]), int(row[0]))
    code = atlas_of(open_bundle(model), plane).codes[int(row[0]) * N_CELLS + int(column[0])]
    expected = bundle.model.decode(code[None])[0, 0]
    assert np.abs(preview_image(page, shape, plot.top) - expected).mean() <= TOLERANCE


@pytest.mark.parametrize("width", [1366, 390])
def test_hover_repaints_the_preview_and_no_point(page, server, width):
    page.set_viewport_size({"width": width, "height": 768})
    open_map(page, server, "digits/vae-d2")
    data = shown_data("digits/vae-d2", "codes")
    page.wait_for_timeout(1000)
    x, y, side = page.evaluate(MIDDLE_SCRIPT, MAP_CANVAS)
    page.mouse.move(x, y)
    page.wait_for_timeout(300)
    page.evaluate(COUNT_SCRIPT)
    page.mouse.move(x - side / 4, y - side / 8)
    page.wait_for_timeout(300)
    drawn = page.evaluate("window.drawn")
    assert drawn["drawImage"] >= 1
    assert drawn["arc"] <= len(data.classes) < data.n_shown


@pytest.mark.parametrize(("model", "plane"), MODELS)
def test_click_on_an_empty_position_decodes_its_code(page, server, model, plane):
    open_map(page, server, model)
    data = shown_data(model, plane)
    place = empty_position(data)
    former = page.locator(PANEL_IMAGE).first.get_attribute("src")
    page.mouse.click(*find_plot(page, data.extent).pixel(*place))
    wait_for_panel(page, former or "")
    page.wait_for_function("location.search.includes('at=')")
    x, y = (float(part) for part in query_of(page)["at"].split(","))
    half = (data.extent[1] - data.extent[0]) / N_CELLS / 2
    assert abs(x - place[0]) <= half
    assert abs(y - place[1]) <= half
    index = int((nearest_point_distance(data)).argmax())
    code = atlas_of(open_bundle(model), plane).codes[index]
    expected = open_bundle(model).model.decode(code[None])[0, 0]
    assert np.abs(panel_image(page) - expected).mean() <= TOLERANCE


@pytest.mark.parametrize(("model", "plane"), MODELS)
def test_click_on_drawn_points_selects_those_images(page, server, model, plane):
    open_map(page, server, model)
    data = shown_data(model, plane)
    plot = find_plot(page, data.extent)
    bundle = open_bundle(model)
    framed = np.flatnonzero(data.cells["i"].to_numpy()[N_CELLS**2 :] >= 0)
    for k in np.random.default_rng(1).choice(framed, 5, replace=False):
        point = data.points.iloc[int(k)]
        former = page.locator(PANEL_IMAGE).first.get_attribute("src")
        page.mouse.click(*plot.pixel(float(point["x"]), float(point["y"])))
        wait_for_panel(page, former or "")
        page.wait_for_timeout(300)
        chosen = int(query_of(page)["point"])
        clicked = bundle.test.indices[int(point["row"])]
        mine, hit = (
            data.points.loc[
                data.points["row"] == bundle.test.indices.tolist().index(index), ["x", "y"]
            ].to_numpy()
            for index in (clicked, chosen)
        )
        pixels = np.linalg.norm(mine - hit) / (data.extent[1] - data.extent[0]) * plot.size
        assert pixels <= 2
        expected = bundle.model.decode(bundle.test.codes[bundle.test.indices == chosen])[0, 0]
        assert np.abs(panel_image(page) - expected).max() <= 1 / 255


def test_zoom_filter_and_hover_survive_a_click(page, server):
    open_map(page, server, "digits/vae-d2")
    data = shown_data("digits/vae-d2", "codes")
    plot = find_plot(page, data.extent)
    box = page.locator(MAP_CANVAS).bounding_box()
    page.mouse.move(*plot.pixel(*dense_position(data)))
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(400)
    page.mouse.click(plot.left + 15, box["y"] + 10)
    page.wait_for_timeout(400)
    before = canvas_pixels(page)
    former = page.locator(PANEL_IMAGE).first.get_attribute("src")
    page.mouse.click(plot.left + 60, plot.top + 60)
    wait_for_panel(page, former or "")
    page.wait_for_timeout(800)
    changed = (before != canvas_pixels(page)).any(axis=2)
    left, top = int(plot.left - box["x"]), int(plot.top - box["y"])
    changed[top + 30 : top + 90, left + 30 : left + 90] = False
    changed[:, changed.shape[1] - 220 :] = False
    assert changed.mean() < 0.002


def test_arrow_keys_move_the_pointer_and_enter_selects(page, server):
    open_map(page, server, "digits/vae-d2")
    page.locator(".st-key-latent_map").first.focus()
    before = canvas_pixels(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(200)
    assert (before != canvas_pixels(page)).any()
    former = page.locator(PANEL_IMAGE).first.get_attribute("src")
    page.keyboard.press("Enter")
    wait_for_panel(page, former or "")


def test_a_tap_on_a_touch_screen_hovers_and_selects(browser, server):
    context = browser.new_context(viewport={"width": 1366, "height": 768}, has_touch=True)
    page = context.new_page()
    open_map(page, server, "digits/vae-d2")
    data = shown_data("digits/vae-d2", "codes")
    plot = find_plot(page, data.extent)
    former = page.locator(PANEL_IMAGE).first.get_attribute("src")
    place = empty_position(data)
    page.touchscreen.tap(*plot.pixel(*place))
    wait_for_panel(page, former or "")
    page.wait_for_timeout(300)
    assert np.abs(preview_image(page, data.tile_shape, plot.top) - panel_image(page)).mean() <= TOLERANCE
    context.close()


def test_the_selection_survives_pages_and_the_address_restores_it(page, server):
    open_map(page, server, "digits/ae-d8", "&point=17")
    assert page.get_by_text("Test image 17").is_visible()
    page.get_by_role("link", name="Overview").click()
    page.wait_for_selector("text=Point at a map")
    page.get_by_role("link", name="Explore", exact=True).click()
    page.wait_for_selector("text=Test image 17", timeout=20_000)
    assert query_of(page)["model"] == "ae-d8"


def test_a_phone_sees_map_and_decode_without_scrolling_sideways(browser, server):
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    open_map(tab, server, "digits/vae-d2")
    tab.wait_for_timeout(2000)
    box = tab.locator(MAP_CANVAS).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    tab.close()


def test_every_family_is_in_sight(server, page):
    open_map(page, server, "shapes/gan-d16")
    hidden = (
        "e => Math.max(...[e, ...e.querySelectorAll('*')].map(part => part.scrollWidth - part.clientWidth))"
    )
    picker = page.locator(".st-key-pick_family [role=radiogroup]")
    assert picker.get_by_role("radio").count() == 10
    assert picker.evaluate(hidden) <= 1
