"""What only a browser can show of Transfer and Synthetic data."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

CHART = "[data-testid=stVegaLiteChart] :is(canvas, svg)"


@pytest.mark.parametrize("width", [1366, 390])
def test_the_curves_fit_their_column(page, server, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{server}/transfer?dataset=digits&models=ae-d8&models=lda-d9")
    page.wait_for_selector(CHART, timeout=60_000)
    page.wait_for_timeout(1500)
    box = page.locator(CHART).first.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert min(width * 0.5, 600) < box["width"] <= width - box["x"]


def test_measuring_again_shows_its_progress_and_can_be_cancelled(page, server):
    page.goto(f"{server}/synthesis?dataset=digits")
    page.get_by_text("Measure again").click(timeout=60_000)
    page.get_by_role("button", name="100", exact=True).first.click()
    page.get_by_role("button", name="Measure 4 models").click()
    page.get_by_role("button", name="Cancel").click(timeout=20_000)
    expect(page.get_by_text("Job cancelled.")).to_be_visible(timeout=30_000)
    expect(page.locator(".class-samples img").first).to_be_visible()
