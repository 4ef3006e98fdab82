"""Your data in browsers: uploads of a visitor and of the machine's owner, folders, cancelling."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import wait_until_still
from tests.serving import WINDOW, started_server

N_IMAGES = 200
SECONDS = 60_000


def jpeg(k: int) -> bytes:
    """A disc of a colour of its own on a light ground, 60 x 48."""
    generator = np.random.default_rng(k)
    y, x = np.mgrid[:48, :60]
    pixels = np.full((48, 60, 3), generator.integers(200, 256, 3), np.uint8)
    disc = (x - generator.integers(15, 45)) ** 2 + (y - 24) ** 2 < 100
    pixels[disc] = ((200, 40, 40), (40, 150, 60), (60, 70, 190), (90, 50, 90))[k % 4]
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    """Coloured pictures in one folder per class, by path."""
    return {f"fruit/{('apple', 'pear', 'plum', 'fig')[k % 4]}/{k}.jpg": jpeg(k) for k in range(N_IMAGES)}


@pytest.fixture(scope="module")
def archive(pictures, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("upload") / "fruit.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, data in pictures.items():
            file.writestr(name, data)
    return path


@pytest.fixture(scope="module")
def hosted(tmp_path_factory) -> Iterator[str]:
    """Address of a dashboard that has visitors."""
    data = tmp_path_factory.mktemp("hosted")
    with started_server(LATENTCORE_DATA=str(data), LATENTCORE_UPLOADS="50") as running:
        yield running.address
    assert list((data / "own").iterdir()) == []  # what visitors uploaded goes with the server


def opened(browser: Browser, address: str) -> Page:
    """Open the page in a browser of its own."""
    page = browser.new_context(viewport=WINDOW).new_page()
    page.goto(f"{address}/data")
    expect(page.locator("input[type=file]")).to_be_attached(timeout=90_000)
    wait_until_still(page)
    return page


def add(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Add dataset").click(timeout=SECONDS)


def expect_added(page: Page, facts: str) -> None:
    expect(page.get_by_text(f"was added: {facts}")).to_be_visible(timeout=SECONDS)


def test_no_other_session_sees_what_a_visitor_uploads(browser, hosted, archive):
    one, two = opened(browser, hosted), opened(browser, hosted)
    add(one, archive)
    expect_added(one, "160 train and 40 test images, 32x32, colour, 4 classes")
    grid = one.locator("img[alt*='as the models see them']").first
    assert grid.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [16 * 32, 8 * 32]
    one.get_by_role("button", name="Add another dataset").click()
    card = one.locator("[class*='st-key-dataset_fruit-']").first
    expect(card).to_be_visible(timeout=SECONDS)
    name = (card.get_attribute("class") or "").partition("st-key-dataset_")[2].split()[0]
    two.reload()
    wait_until_still(two)
    expect(two.get_by_text("You have added no dataset yet.")).to_be_visible(timeout=SECONDS)
    assert "Fruit" not in two.inner_text("body")
    two.goto(f"{hosted}/explore?dataset={name}")
    expect(two.get_by_text(f"There is no dataset “{name}” here")).to_be_visible(timeout=SECONDS)
    expect(card).to_be_visible()
    for page in (one, two):
        page.context.close()


def test_a_folder_keeps_its_classes(browser, hosted, pictures, tmp_path):
    for name, data in list(pictures.items())[:60]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    page = opened(browser, hosted)
    page.get_by_text("Folder", exact=True).click()
    wait_until_still(page)
    add(page, tmp_path / "fruit")
    expect_added(page, "48 train and 12 test images, 32x32, colour, 4 classes")
    page.context.close()


def test_a_job_can_be_cancelled_and_the_file_is_still_there(browser, hosted, tmp_path):
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as file:
        for k in range(6000):
            file.writestr(f"{k}.jpg", jpeg(k % 90))
    page = opened(browser, hosted)
    add(page, tmp_path / "many.zip")
    page.get_by_role("button", name="Cancel").click(timeout=SECONDS)
    expect(page.get_by_text("Job cancelled.")).to_be_visible(timeout=SECONDS)
    expect(page.get_by_role("button", name="Add dataset")).to_be_enabled()
    expect(page.get_by_text("You have added no dataset yet.")).to_be_visible()
    page.context.close()


def test_on_ones_own_machine_a_dataset_stays_until_it_is_removed(browser, archive, tmp_path):
    with started_server(LATENTCORE_DATA=str(tmp_path)) as running:
        page = opened(browser, running.address)
        add(page, archive)
        expect(page.get_by_text("latentcore train fruit vae --latent-dim 16")).to_be_visible(timeout=SECONDS)
        page.context.close()
        page = opened(browser, running.address)
        expect(page.get_by_text("160 train and 40 test images")).to_be_visible(timeout=SECONDS)
        assert (tmp_path / "own" / "fruit").is_dir()
        page.get_by_text("Remove", exact=True).click()
        page.get_by_role("button", name="Delete").click()
        expect(page.get_by_text("You have added no dataset yet.")).to_be_visible(timeout=SECONDS)
        assert not (tmp_path / "own" / "fruit").exists()
        page.context.close()
