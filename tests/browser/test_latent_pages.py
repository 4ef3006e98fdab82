"""Interpolate, Sample and the guided story in a browser."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.explore import query_of

STRIPS = ".st-key-interpolation img[alt*='decodes along']"


def test_an_endpoint_is_chosen_by_a_click_on_the_gallery(page, server):
    page.goto(f"{server}/interpolate?dataset=digits&models=vae-d2&models=ae-d2")
    page.wait_for_selector(STRIPS, timeout=60_000)
    former = page.locator(STRIPS).first.get_attribute("src")
    page.get_by_role("button", name="Choose").first.click()
    wall = page.locator(".st-key-gallery_start canvas")
    wall.wait_for(timeout=20_000)
    page.wait_for_timeout(800)
    box = wall.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 70)
    page.mouse.click(box["x"] + 122, box["y"] + 70)
    changed = "([strips, former]) => document.querySelector(strips).src !== former"
    page.wait_for_function(changed, arg=[STRIPS, former])
    assert query_of(page)["start"] != "0"
    assert page.locator(STRIPS).count() == 2


def test_a_click_on_a_sample_opens_it(page, server):
    page.goto(f"{server}/sample?dataset=digits&models=vae-d2")
    grid = page.locator("[class*='st-key-samples_'] canvas").first
    grid.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    box = grid.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 50, box["y"] + 60)
    page.mouse.click(box["x"] + 60, box["y"] + 60)
    expect(page.get_by_text(re.compile("Sample 7 of VAE, 2-D"))).to_be_visible(timeout=20_000)
    assert query_of(page)["sample"] == "vae-d2:7"


def test_the_url_of_a_step_opens_its_page_and_a_link_ends_the_story(page, server):
    page.goto(f"{server}/?dataset=digits&present=1")
    expect(page.get_by_text("PCA: a linear map")).to_be_visible(timeout=60_000)
    page.wait_for_selector(".st-key-latent_map canvas", timeout=20_000)
    assert urlsplit(page.url).path == "/explore"
    assert query_of(page)["model"] == "pca-d2"
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("What is a latent space?")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="Explore the VAE map").click()
    expect(page.get_by_role("link", name="Overview")).to_be_visible(timeout=20_000)
    page.wait_for_selector(".st-key-latent_map canvas", timeout=20_000)
    page.wait_for_timeout(1000)
    assert query_of(page)["model"] == "vae-d2"
    assert "present" not in query_of(page)


def test_back_turns_the_pages_of_the_story_with_their_texts(page, server):
    page.goto(f"{server}/?dataset=digits&present=0")
    expect(page.get_by_text("What is a latent space?")).to_be_visible(timeout=60_000)
    page.wait_for_timeout(1000)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("PCA: a linear map")).to_be_visible(timeout=20_000)
    page.wait_for_selector(".st-key-latent_map canvas", timeout=20_000)
    for _ in range(6):  # Streamlit adds an entry to the history for the page and one for its query
        page.wait_for_timeout(1000)
        if urlsplit(page.url).path == "/":
            break
        page.go_back()
    expect(page.get_by_text("What is a latent space?")).to_be_visible(timeout=20_000)
    page.wait_for_selector(".st-key-front_maps canvas", timeout=20_000)
    assert query_of(page)["present"] == "0"


def test_arrow_keys_turn_the_pages_of_the_story(page, server):
    page.goto(f"{server}/?dataset=digits&present=0")
    expect(page.get_by_text("What is a latent space?")).to_be_visible(timeout=60_000)
    page.wait_for_timeout(1000)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("PCA: a linear map")).to_be_visible(timeout=20_000)
    page.wait_for_selector(".st-key-latent_map canvas", timeout=20_000)
    assert query_of(page)["present"] == "1"
    assert not page.locator(".stAppHeader").is_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("compressed to two numbers")).to_be_visible(timeout=20_000)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("PCA: a linear map")).to_be_visible(timeout=20_000)
    page.wait_for_selector(".st-key-latent_map canvas", timeout=20_000)
    page.wait_for_timeout(1500)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Overview")).to_be_visible(timeout=20_000)
