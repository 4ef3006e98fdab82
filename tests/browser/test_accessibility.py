"""axe finds nothing serious on any page, light or dark, beyond what it finds in an empty Streamlit app."""

from __future__ import annotations

import pytest

from tests.browser.axe import RegistryUnreachable, fetch_axe, grave_violations, wait_until_still
from tests.serving import WINDOW, started_server

COLOURS = ("light", "dark")
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


@pytest.fixture(scope="module")
def tabs(browser):
    """A tab in each of the colours."""
    found = {colours: browser.new_page(viewport=WINDOW, color_scheme=colours) for colours in COLOURS}
    yield found
    for tab in found.values():
        tab.close()


@pytest.fixture(scope="module")
def usual(browser, axe, tmp_path_factory):
    """What axe finds in an empty Streamlit app, in each of the colours."""
    folder, found = tmp_path_factory.mktemp("empty"), {}
    (folder / "app.py").write_text("import streamlit as st\n\nst.title('Empty')\n")
    with started_server(folder / "app.py", folder=folder) as server:
        for colours in COLOURS:
            tab = browser.new_page(viewport=WINDOW, color_scheme=colours)
            tab.goto(server.address)
            wait_until_still(tab)
            found[colours] = grave_violations(tab, axe)
            tab.close()
    return found


@pytest.fixture(
    scope="module", params=[(colours, path) for colours in COLOURS for path in PAGES], ids="-".join
)
def opened(request, tabs, server):
    """The colours and the tab of a page, which is opened once for all tests that look at it."""
    colours, path = request.param
    tabs[colours].goto(f"{server}/{path}{'&' if '?' in path else '?'}dataset=digits")
    wait_until_still(tabs[colours])
    return colours, tabs[colours]


def test_no_serious_violation_beyond_an_empty_app(opened, axe, usual):
    colours, tab = opened
    found = grave_violations(tab, axe)
    ours = {place: found[place] for place in found.keys() - usual[colours].keys()}
    assert not ours, "\n".join(f"{rule} at {place}: {what}" for (rule, place), what in ours.items())


SILENT_SCRIPT = """
() => [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
  .filter((chart) => ![chart, ...chart.querySelectorAll('[aria-label], [alt], .sr-only')]
    .some((part) => (part.getAttribute('aria-label') ?? part.textContent).trim().length > 10))
  .map((chart) => chart.closest('[class*="st-key-"]')?.className ?? chart.outerHTML.slice(0, 200))
"""
"""Returns the charts without words."""


def test_every_figure_has_words(opened):
    _, tab = opened
    for _ in range(20):  # a chart has no words before it is drawn
        silent = tab.evaluate(SILENT_SCRIPT)
        if not silent:
            break
        tab.wait_for_timeout(500)
    assert silent == []
    images = tab.evaluate(
        "() => [...document.images].filter((i) => !i.alt.trim()).map((i) => i.outerHTML.slice(0, 200))"
    )
    assert images == []
