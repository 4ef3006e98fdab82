"""No page asks anything of another server, and every page is whole without one."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.axe import wait_until_still
from tests.browser.explore import open_map
from tests.browser.test_accessibility import PAGES
from tests.serving import WINDOW


@pytest.fixture
def asked() -> list[str]:
    """The requests to other servers."""
    return []


@pytest.fixture
def alone(browser: Browser, server: str, asked: list[str]) -> Iterator[Page]:
    """A tab, its cache empty, for which no other server exists."""
    context = browser.new_context(viewport=WINDOW)
    own = urlsplit(server).netloc

    def answer(route: Route) -> None:
        if urlsplit(route.request.url).netloc == own:
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort("internetdisconnected")

    context.route("**/*", answer)
    page = context.new_page()
    page.on("websocket", lambda socket: asked.append(socket.url) if own not in socket.url else None)
    yield page
    context.close()


def test_a_request_to_another_server_is_noticed(alone, server, asked):
    alone.goto(server)
    wait_until_still(alone)
    alone.evaluate("new Image().src = 'http://127.0.0.1:9/icon.svg'")
    alone.wait_for_timeout(300)
    assert asked == ["http://127.0.0.1:9/icon.svg"]


@pytest.mark.parametrize("path", PAGES)
def test_no_request_leaves_the_servers_address(alone, server, asked, path):
    alone.goto(f"{server}/{path}{'&' if '?' in path else '?'}dataset=digits")
    wait_until_still(alone)
    assert asked == []


def test_fonts_and_icon_come_from_the_server(alone, server, asked):
    open_map(alone, server, "digits/vae-d2")
    loaded = alone.evaluate(
        "() => [...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)"
    )
    assert any("Material Symbols" in name for name in loaded)
    assert any("Source Sans" in name for name in loaded)
    icon = alone.locator("link[rel*=icon]").first.get_attribute("href") or ""
    assert icon.startswith("data:image/svg+xml")
    width = alone.evaluate(
        "(source) => new Promise((done) => { const image = new Image(); image.src = source;"
        " image.onload = () => done(image.width); image.onerror = () => done(0); })",
        icon,
    )
    assert width > 0
    assert asked == []
