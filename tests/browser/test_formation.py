"""The player of how a space formed, seen in a browser."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.explore import canvas_pixels, query_of

PLAYER = "/explore?dataset=digits&model=vae-d2&formed=on"
MAP = ".st-key-formation .player canvas.map"
SECONDS = 9
FRAMES = 20
"""Per second, at least, on a machine that does other things meanwhile; a quiet one shows 60."""


def open_player(page: Page, server: str) -> None:
    page.goto(f"{server}{PLAYER}")
    page.wait_for_selector(MAP, timeout=60_000)


def set_moment(page: Page, value: float) -> None:
    page.get_by_role("slider").fill(str(value))


def test_it_plays_once_and_then_the_slider_moves_it(page, server):
    page.emulate_media(reduced_motion="no-preference")
    open_player(page, server)
    expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=10_000)
    early = canvas_pixels(page, MAP)
    expect(page.get_by_text("Again")).to_be_visible(timeout=4000 * SECONDS)
    expect(page.locator(".player output")).to_have_text("epoch 300 of 300")
    late = canvas_pixels(page, MAP)
    assert np.abs(early.astype(int) - late).mean() > 1
    assert page.locator(".player").evaluate("player => player.frames") > FRAMES * SECONDS
    set_moment(page, 0)
    expect(page.locator(".player output")).to_have_text("before the first step")
    assert np.abs(canvas_pixels(page, MAP).astype(int) - late).mean() > 1


def test_the_server_has_no_part_in_it(page, server):
    sent: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))  # noqa: PLW0108 - no builtin
    page.emulate_media(reduced_motion="reduce")
    open_player(page, server)
    page.wait_for_timeout(3000)
    before = len(sent)
    set_moment(page, 3)
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(1500)
    assert len(sent) == before


def test_who_wants_less_motion_sees_the_last_moment_at_rest(page, server):
    page.emulate_media(reduced_motion="reduce")
    open_player(page, server)
    expect(page.locator(".player output")).to_have_text("epoch 300 of 300", timeout=10_000)
    assert page.locator(".player").evaluate("player => player.frames || 0") == 0


def test_button_and_address_lead_to_the_player_and_back(page, server):
    page.goto(f"{server}/explore?dataset=digits&model=vae-d2")
    page.get_by_role("button", name="How it formed").click(timeout=60_000)
    page.wait_for_selector(MAP, timeout=20_000)
    assert query_of(page)["formed"] == "on"
    page.get_by_role("button", name="Back to the map").click()
    page.wait_for_selector(".st-key-latent_map canvas", timeout=20_000)
    assert "formed" not in query_of(page)


def test_a_phone_shows_the_player_without_scrolling_sideways(browser, server):
    tab = browser.new_page(viewport={"width": 390, "height": 844})
    open_player(tab, server)
    tab.wait_for_timeout(1000)
    box = tab.locator(MAP).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    tab.close()
