"""The Sample page, run without a browser."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dashboard.data.catalogue import open_bundle
from dashboard.data.sampling import SamplingSettings, sample_images
from tests.dashboard.bundles import open_partially
from tests.dashboard.pages import notices_of, open_page, text_of


def variations_of(app) -> list[str]:
    """Return the alt texts of the rows of variations."""
    html = " ".join(element.proto.body for element in app.get("html"))
    return re.findall(r'alt="(\d+ variations of [^"]*)"', html)


def test_it_opens_with_one_model_of_each_family():
    app = open_page("sample")
    assert app.query_params["models"] == ["pca-d8", "ae-d8", "vae-d8", "gan-d8"]
    for title in ("PCA, 8-D", "Autoencoder, 8-D", "VAE, 8-D", "GAN, 8-D"):
        assert title in text_of(app)


def test_chosen_models_are_in_the_url():
    app = open_page("sample", models=["lda-d2", "vae-d2"])
    app.multiselect(key="pick_models").set_value(["vae-d2", "gan-d2"]).run()
    assert not app.exception
    assert app.query_params["models"] == ["vae-d2", "gan-d2"]


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"temperature": "-1"}, "goes from 0 to 2, not “-1”"),
        ({"seed": "banana"}, "is no whole number"),
        ({"seed": "nan"}, "is no whole number"),
        ({"temperature": "inf"}, "goes from 0 to 2, not “inf”"),
        ({"truncation": "0"}, "goes from 0.5 to 4, not “0”"),
        ({"seed": "1.7"}, "“1.7” is no whole number"),
        ({"seed": "inf"}, "goes from 0 to 999999"),
        ({"density": "wide"}, "no density “wide”"),
        ({"sample": "vae-d8:99"}, "no sample “vae-d8:99”"),
        ({"sample": "vae-d8:" + "9" * 5000}, "no sample “vae-d8:9999"),
        ({"sample": "vae-d77:1"}, "no sample “vae-d77:1”"),
        ({"n": "100000"}, "no number of samples “100000”"),
    ],
)
def test_an_invalid_value_in_the_url_gives_a_notice_and_the_page_works(query, notice):
    app = open_page("sample", **query)
    assert any(notice in text for text in notices_of(app))
    assert re.search(r"VAE, (8|16)-D", text_of(app))


def test_lda_has_no_sampler_and_the_page_says_so():
    app = open_page("sample", models=["lda-d2", "pca-d2"])
    assert "LDA, 2-D: not applicable, LDA has no sampler." in text_of(app)


def test_the_distribution_of_the_codes_is_named():
    app = open_page("sample", models=["pca-d2", "vae-d2"])
    assert "a Gaussian fitted to the training codes" in text_of(app)
    assert "its prior, N(0, I)" in text_of(app)
    app.segmented_control(key="pick_density").set_value("mixture").run()
    assert not app.exception
    assert "a mixture of 10 Gaussians" in text_of(app)


def test_an_opened_sample_shows_its_code_and_neighbours():
    app = open_page("sample", models=["vae-d2"], sample="vae-d2:5")
    assert "Sample 5 of VAE, 2-D" in text_of(app)
    code = sample_images(open_bundle("digits/vae-d2"), SamplingSettings(36, 0, 1.0, None, "gaussian")).codes[
        5
    ]
    assert f"{code[0]:.3f}" in app.code[0].value


def test_without_the_dataset_stand_ins_are_shown(no_data):
    models = ["pca-d16", "ae-d16", "vae-d16", "gan-d16"]
    app = open_page("sample", dataset="mnist", models=models, sample="vae-d16:5")
    assert any("shown as stand-ins: decodes by Autoencoder, 16-D" in one.value for one in app.caption)
    assert app.button(key="fetch_dataset").label == "Download MNIST"
    assert "0 would be a copy. They are shown as stand-ins: decodes by Autoencoder, 16-D." in text_of(app)
    assert not app.warning
    assert not app.error


def test_variations_are_of_images_that_the_first_model_has_codes_of(monkeypatch):
    open_partially(monkeypatch, "digits/vae-d8", np.arange(0, 540, 3))
    app = open_page("sample", models=["vae-d8", "ae-d8"])
    app.session_state["variations"] = True
    app.run()
    assert not app.exception
    app.number_input(key="varied").set_value(4).run()
    assert not app.exception
    assert app.number_input(key="varied").value == 6
    assert [alt.partition(" by ")[2] for alt in variations_of(app)] == ["VAE, 8-D", "Autoencoder, 8-D"]
    assert all("test image 6" in alt for alt in variations_of(app))


def test_variations_of_a_model_without_the_images_code_are_left_out(monkeypatch):
    open_partially(monkeypatch, "digits/vae-d8", np.arange(0, 540, 3))
    app = open_page("sample", models=["ae-d8", "vae-d8"])
    app.session_state["variations"] = True
    app.run()
    app.number_input(key="varied").set_value(4).run()
    assert not app.exception
    assert "VAE, 8-D has no code of test image 4 and is left out." in text_of(app)
    assert [alt.partition(" by ")[2] for alt in variations_of(app)] == ["Autoencoder, 8-D"]
