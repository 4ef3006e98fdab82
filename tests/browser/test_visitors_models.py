"""A model that a visitor brings back is downloaded again by this visitor, and seen by no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from latentcore.store import load_bundle, models_folder, pack_bundle, packed_id
from tests.browser.axe import wait_until_still
from tests.serving import WINDOW, started_server

MILLISECONDS = 60_000


@pytest.fixture
def models(tmp_path) -> Path:
    shutil.copytree(models_folder() / "digits" / "vae-d2", tmp_path / "models" / "digits" / "vae-d2")
    return tmp_path / "models"


@pytest.fixture
def hosted(tmp_path, models) -> Iterator[str]:
    """Address of a dashboard that has visitors."""
    folders = {"LATENTCORE_DATA": str(tmp_path / "data"), "LATENTCORE_MODELS": str(models)}
    with started_server(LATENTCORE_UPLOADS="50", **folders) as running:
        yield running.address
    assert [path.name for path in (models / "digits").iterdir()] == ["vae-d2"]  # it goes with the server


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport=WINDOW).new_page()
    page.set_default_timeout(MILLISECONDS)
    page.goto(address)
    return page


def test_no_other_session_sees_a_model_that_a_visitor_brings_back(browser, hosted, models, tmp_path):
    path = tmp_path / "model.zip"
    path.write_bytes(pack_bundle(load_bundle("digits/vae-d2", models).spec))
    one = opened(browser, f"{hosted}/train?dataset=digits")
    one.get_by_text("Bring a model back").click()
    one.locator("input[type=file]").set_input_files(path)
    expect(one.get_by_text("was added; every page shows it")).to_be_visible(timeout=MILLISECONDS)
    one.get_by_role("link", name="Explore its map").click()
    one.locator(".st-key-latent_map canvas").wait_for()
    expect(one.get_by_role("combobox", name="Variant")).to_have_value("VAE, 2-D (imported: 2)")
    assert "session" not in one.inner_text("body")

    wait_until_still(one)
    one.get_by_role("button", name="Download").first.click()
    with one.expect_download() as download:
        one.get_by_text("ZIP", exact=True).click()
    assert download.value.suggested_filename == "digits-vae-d2-2.zip"
    assert packed_id(Path(download.value.path())) == "digits/vae-d2-2"

    (name,) = parse_qs(urlsplit(one.url).query)["model"]
    two = opened(browser, f"{hosted}/explore?dataset=digits&model={name}")
    two.locator(".st-key-latent_map canvas").wait_for()
    expect(two.get_by_text(f"There is no model “{name[:20]}")).to_be_visible()
    assert two.get_by_text("Variant").count() == 0
    two.goto(f"{hosted}/compare?dataset=digits&view=scores&models=vae-d2,{name}")
    expect(two.get_by_text(f"There is no model “{name[:20]}")).to_be_visible(timeout=MILLISECONDS)
    assert two.get_by_text("imported").count() == 0
    for page in (one, two):
        page.context.close()
