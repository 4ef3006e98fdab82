"""Hover and click on the map of a space of items, seen in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, WebSocket, expect

from dashboard.explore.charts.preview import SPACING
from dashboard.explore.items.item_map import WIDE_SIZE
from dashboard.ui.charts.scatter import AXIS_SPACE
from latentcore import load_space
from tests.browser.explore import MAP_CANVAS, canvas_pixels, query_of
from tests.dashboard.spaces import add_texts
from tests.serving import started_server, wait_until_still

PREVIEW = 220
"""Pixels at the right edge of the canvas that show the item under the pointer."""
BELOW = AXIS_SPACE + 24
"""Pixels at the lower edge of the canvas that hold the axis, with some of the plot."""


@pytest.fixture
def server(tmp_path, monkeypatch) -> Iterator[str]:
    """Address of a dashboard with a small collection of texts."""
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    add_texts()
    with started_server(LATENTCORE_DATA=str(tmp_path)) as running:
        yield running.address


def sent_frames(page: Page) -> list[int]:
    """Return a list that grows with every frame that the page sends to the server."""
    sent: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(len(frame)))

    page.on("websocket", listen)
    return sent


def test_hover_shows_the_item_without_the_server_and_a_click_pins_it(page, server):
    sent = sent_frames(page)
    page.goto(f"{server}/explore?dataset=notes&model=first")
    page.wait_for_selector(MAP_CANVAS, timeout=60_000)
    page.wait_for_selector(".st-key-near_second_9", timeout=60_000)
    wait_until_still(page, MAP_CANVAS)
    box = page.locator(MAP_CANVAS).bounding_box()
    assert box is not None
    before, n_sent = canvas_pixels(page), len(sent)
    shown = []
    for x, y in ((120, 120), (420, 330)):  # opposite corners of the plot: two different items
        page.mouse.move(box["x"] + x, box["y"] + y)
        page.mouse.move(box["x"] + x + 4, box["y"] + y + 4)
        page.wait_for_timeout(300)
        shown.append(canvas_pixels(page)[:, -PREVIEW:])
    assert not np.array_equal(shown[0], shown[1])
    assert not np.array_equal(shown[1], before[:, -PREVIEW:])
    assert len(sent) == n_sent, "a hover sent something to the server"

    former = query_of(page)["point"]
    page.mouse.click(box["x"] + 424, box["y"] + 334)
    page.wait_for_function("former => !location.href.includes(`point=${former}`)", arg=former)
    pinned = query_of(page)["point"]
    expect(page.locator(".st-key-decode_panel h4")).to_contain_text(pinned)
    page.wait_for_timeout(800)
    after = canvas_pixels(page)[:, -PREVIEW:]
    assert np.array_equal(after, shown[1]), "the chart was rebuilt, or shows another item"


def test_a_near_item_is_pinned_by_its_button(page, server):
    page.goto(f"{server}/explore?dataset=notes&model=first&point=n05")
    page.wait_for_selector(".st-key-near_first_0 button", timeout=60_000)
    page.wait_for_timeout(1000)
    page.locator(".st-key-near_first_0 button").first.click()
    page.wait_for_function("() => !location.href.includes('point=n05')")
    expect(page.locator(".st-key-decode_panel h4")).to_contain_text(query_of(page)["point"])


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the mouse with the shift key held."""
    page.keyboard.down("Shift")
    page.mouse.move(*start)
    page.mouse.down()
    for share in (0.3, 0.6, 1.0):
        page.mouse.move(*(a + share * (b - a) for a, b in zip(start, end, strict=True)))
    page.mouse.up()
    page.keyboard.up("Shift")


def corner_of_plot(page: Page) -> np.ndarray:
    """Return some pixels of the plot's lower left corner, where no item lies."""
    pixels = canvas_pixels(page)
    left = pixels.shape[1] - PREVIEW - SPACING - WIDE_SIZE
    bottom = pixels.shape[0] - BELOW
    return pixels[bottom - 12 : bottom - 6, left + 6 : left + 12].astype(int)


def test_a_box_selects_the_items_in_it_and_leaves_hover_and_click(page, server):
    page.goto(f"{server}/explore?dataset=notes&model=first&point=n05")
    page.wait_for_selector(MAP_CANVAS, timeout=60_000)
    page.wait_for_selector(".st-key-near_second_9", timeout=60_000)
    wait_until_still(page, MAP_CANVAS)
    empty = corner_of_plot(page)  # scrolls the page
    canvas = page.locator(MAP_CANVAS).bounding_box()
    assert canvas is not None
    left = canvas["x"] + canvas["width"] - PREVIEW - SPACING - WIDE_SIZE
    bottom = canvas["y"] + canvas["height"] - BELOW
    drag(page, (left + 3, bottom - 3), (left + 220, bottom - WIDE_SIZE + 20))
    page.wait_for_function("() => location.href.includes('box=')")
    drawn = query_of(page)["box"]
    x_min, x_max, y_min, y_max = map(float, drawn.split(","))
    places = np.asarray(load_space("notes/first").train.plane)
    within = (places >= [x_min, y_min]).all(axis=1) & (places <= [x_max, y_max]).all(axis=1)
    assert 0 < within.sum() < len(places)
    expect(page.get_by_text(f"{within.sum()} of 60 items lie in the box.")).to_be_visible()
    assert query_of(page)["point"] == "n05", "the drag pinned an item"
    page.wait_for_timeout(800)
    assert np.abs(corner_of_plot(page) - empty).max() > 3, "the box is not drawn"

    shown = []
    for x, y in ((40, 60), (180, 330)):
        page.mouse.move(left + x, bottom - y)
        page.mouse.move(left + x + 3, bottom - y - 3)
        page.wait_for_timeout(300)
        shown.append(canvas_pixels(page)[:, -PREVIEW:])
    assert not np.array_equal(*shown), "the box hides the items from the pointer"
    page.mouse.click(left + 183, bottom - 333)
    page.wait_for_function("() => !location.href.includes('point=n05')")
    assert query_of(page)["box"] == drawn

    page.locator(".st-key-clear_selection button").first.click()
    page.wait_for_function("() => !location.href.includes('box=')")
    page.wait_for_timeout(1500)
    assert np.abs(corner_of_plot(page) - empty).max() <= 3, "the box is still drawn"


def test_a_box_of_the_address_is_drawn_and_removed_by_a_click_with_the_shift_key(page, server):
    page.goto(f"{server}/explore?dataset=notes&model=first&box=-100,100,-100,100")
    page.wait_for_selector(MAP_CANVAS, timeout=60_000)
    expect(page.get_by_text("60 of 60 items lie in the box.")).to_be_visible(timeout=60_000)
    wait_until_still(page, MAP_CANVAS)
    canvas = page.locator(MAP_CANVAS).bounding_box()
    assert canvas is not None
    with_box = corner_of_plot(page)
    page.keyboard.down("Shift")
    page.mouse.click(canvas["x"] + 200, canvas["y"] + 200)
    page.keyboard.up("Shift")
    page.wait_for_function("() => !location.href.includes('box=')")
    page.wait_for_timeout(800)
    assert np.abs(corner_of_plot(page) - with_box).max() > 3, "the box is still drawn"
