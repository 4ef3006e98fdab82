"""Hover and click on the map of a space of items, seen in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.explore import MAP_CANVAS, canvas_pixels, query_of
from tests.dashboard.spaces import add_texts
from tests.serving import started_server

PREVIEW = 220
"""Pixels at the right edge of the canvas that show the item under the pointer."""


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
    page.wait_for_timeout(1500)
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
