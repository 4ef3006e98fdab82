"""axe finds nothing serious on any page, light or dark, beyond what it finds in an empty Streamlit app."""

from __future__ import annotations

import pytest

from tests.browser.axe import RegistryUnreachable, fetch_axe, grave_violations, wait_until_still
from tests.serving import WINDOW, started_server

VIEWS = ("scores", "image", "maps", "neighbours", "spaces", "inside", "geometry")
PAGES = (
    *("", "explore", "interpolate", "sample", "edit", "data", "train"),
    *("compression", "anomaly", "denoise", "synthesis", "transfer"),
    *(f"compare?view={view}" for view in VIEWS),
)


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    try:
        return fetch_axe(tmp_path_factory.mktemp("axe"))
    except RegistryUnreachable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=["light", "dark"])
def colours(request):
    return request.param


@pytest.fixture(scope="module")
def tab(browser, colours):
    tab = browser.new_page(viewport=WINDOW, color_scheme=colours)
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def usual(browser, axe, colours, tmp_path_factory):
    """What axe finds in an empty Streamlit app."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "app.py").write_text("import streamlit as st\n\nst.title('Empty')\n")
    page = browser.new_page(viewport=WINDOW, color_scheme=colours)
    with started_server(folder / "app.py", folder=folder) as server:
        page.goto(server.address)
        wait_until_still(page)
        found = grave_violations(page, axe)
        page.close()
    return found


@pytest.fixture(scope="module", params=PAGES)
def opened(tab, server, request):
    """A page of the dashboard, opened once for all tests that look at it."""
    tab.goto(f"{server}/{request.param}{'&' if '?' in request.param else '?'}dataset=digits")
    wait_until_still(tab)
    return tab


def test_no_serious_violation_beyond_an_empty_app(opened, axe, usual):
    found = grave_violations(opened, axe)
    ours = {place: found[place] for place in found.keys() - usual.keys()}
    assert not ours, "\n".join(f"{rule} at {place}: {what}" for (rule, place), what in ours.items())


SILENT_SCRIPT = """
() => [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
  .filter((chart) => ![chart, ...chart.querySelectorAll('[aria-label], [alt], .sr-only')]
    .some((part) => (part.getAttribute('aria-label') ?? part.textContent).trim().length > 10))
  .map((chart) => chart.closest('[class*="st-key-"]')?.className ?? chart.outerHTML.slice(0, 200))
"""
"""Returns the charts without words."""


def test_every_figure_has_words(opened):
    for _ in range(20):  # a chart has no words before it is drawn
        silent = opened.evaluate(SILENT_SCRIPT)
        if not silent:
            break
        opened.wait_for_timeout(500)
    assert silent == []
    images = opened.evaluate(
        "() => [...document.images].filter((i) => !i.alt.trim()).map((i) => i.outerHTML.slice(0, 200))"
    )
    assert images == []
