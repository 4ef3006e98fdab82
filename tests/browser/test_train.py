"""Models are trained on the page Train: points move, a run is paused, found again, stopped and kept."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as StillThere

from latentcore.runs import active_runs, remove_run
from latentcore.store import models_folder
from tests.serving import started_server

pytestmark = pytest.mark.slow
MILLISECONDS = 240_000
"""A minute of training, and its scores, on a busy machine."""


@pytest.fixture
def own_server(tmp_path, monkeypatch):
    """A server with models and data of its own."""
    shutil.copytree(models_folder() / "digits" / "ae-d2", tmp_path / "models" / "digits" / "ae-d2")
    folders = {"LATENTCORE_MODELS": str(tmp_path / "models"), "LATENTCORE_DATA": str(tmp_path / "data")}
    for name, value in folders.items():
        monkeypatch.setenv(name, value)
    with started_server(**folders) as running:
        yield running.address
    for run in active_runs():
        remove_run(run.id)


def picture(page: Page) -> str:
    """Return what the map's canvas shows."""
    shown: str = page.evaluate("document.querySelector('.st-key-train_map canvas').toDataURL()")
    return shown


def wait_for_change(page: Page, before: str) -> None:
    page.wait_for_function(
        "before => document.querySelector('.st-key-train_map canvas')?.toDataURL() !== before",
        arg=before,
        timeout=MILLISECONDS,
    )


def go_on(page: Page) -> None:
    """Let a paused run go on; press again if the page was just redrawn under the pointer."""
    paused = page.get_by_text("Paused.")
    for _ in range(3):
        page.get_by_role("button", name="Go on").click()
        try:
            paused.wait_for(state="hidden", timeout=10_000)
        except StillThere:
            continue
        return
    paused.wait_for(state="hidden", timeout=1)


def test_a_model_is_trained_watched_and_explored(page, own_server):
    page.set_default_timeout(MILLISECONDS)
    page.goto(f"{own_server}/train?dataset=digits")
    page.get_by_text("Autoencoder", exact=True).click()
    page.get_by_text("1 min", exact=True).click()
    page.get_by_text("Learns to compress").wait_for()
    page.get_by_role("button", name="Start training").click()
    page.locator(".st-key-train_map canvas").wait_for()
    assert "run=" in page.url

    page.evaluate("document.querySelector('.st-key-train_map canvas').marked = true")
    for _ in range(3):
        wait_for_change(page, picture(page))  # the points move
    assert page.evaluate(
        "document.querySelector('.st-key-train_map canvas').marked === true"
    )  # not drawn anew

    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused.").wait_for()
    page.reload()
    page.get_by_text("Paused.").wait_for()
    go_on(page)
    page.locator(".st-key-train_map canvas").wait_for()
    wait_for_change(page, picture(page))

    page.get_by_text("is scored, and every page shows it").wait_for()
    expect(page.get_by_role("link", name="Compare with ae-d2")).to_be_visible()
    page.get_by_role("link", name="Explore its map").click()
    page.locator(".st-key-latent_map canvas").wait_for()
    assert "model=ae-d2-trained" in page.url
    assert page.get_by_text("There is no model").count() == 0


def test_two_models_are_trained_side_by_side_stopped_and_kept(page, own_server):
    page.set_default_timeout(MILLISECONDS)
    page.goto(f"{own_server}/train?dataset=digits")
    page.get_by_text("Train two and compare").click()
    page.get_by_text("Second model").wait_for()
    page.get_by_role("button", name="Start training").click()
    for number in (1, 2):
        page.locator(f".st-key-train_map_{number} canvas").wait_for()
        page.locator(f".st-key-run_stop_ask_{number} button").click()
        page.locator(f".st-key-run_keep_{number} button").click()
        page.locator(f".st-key-run_keep_{number}").wait_for(state="hidden")
    assert page.url.count("run=") == 2
    page.get_by_role("link", name="Compare both").wait_for()
    assert page.get_by_text("Stopped after epoch").count() == 2
    page.get_by_role("link", name="Compare both").click()
    page.get_by_text("VAE, 2-D (trained here)").first.wait_for()
    assert "models=vae-d2-trained&models=ae-d2-trained" in page.url
