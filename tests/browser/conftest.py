"""A running dashboard and a Chromium, shared by the browser tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.serving import CHROMIUM, new_page, opened_chromium, started_server


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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab of 1366 x 768."""
    tab = new_page(browser)
    yield tab
    tab.close()
