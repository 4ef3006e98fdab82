"""A running dashboard and a Chromium, shared by the browser tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.serving import CHROMIUM, WINDOW, opened_chromium, started_server


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Address of a dashboard that runs for this session."""
    with started_server() as running:
        yield running.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one, browser tests skip unless LATENT_ATLAS_NEEDS_BROWSER is set."""
    if CHROMIUM is None:
        reason = "no Chromium found; install Debian's chromium to run the browser tests"
        if os.environ.get("LATENT_ATLAS_NEEDS_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with opened_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What tabs share: the browser's cache, from which the app's scripts come in a second less."""
    shared = browser.new_context(viewport=WINDOW)
    yield shared
    shared.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab of 1366 x 768 that nothing is stored for."""
    tab = context.new_page()
    yield tab
    if tab.url.startswith("http"):
        tab.evaluate("localStorage.clear()")
    context.clear_cookies()
    tab.close()
