"""The Edit page, run without a browser."""

from __future__ import annotations

import re

import numpy as np
import pytest

from latentcore.datasets import DATASETS
from tests.dashboard.bundles import open_partially
from tests.dashboard.pages import notices_of, open_page, text_of


def test_it_opens_with_one_model_of_each_family():
    app = open_page("edit")
    assert app.query_params["models"] == ["pca-d8", "ae-d8", "vae-d8", "gan-d8"]
    for title in ("PCA, 8-D", "Autoencoder, 8-D", "VAE, 8-D", "GAN, 8-D"):
        assert title in text_of(app)


def test_chosen_models_are_in_the_url():
    app = open_page("edit", models=["lda-d2", "vae-d2"])
    app.multiselect(key="pick_models").set_value(["vae-d2", "gan-d2"]).run()
    assert not app.exception
    assert app.query_params["models"] == ["vae-d2", "gan-d2"]


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"models": ["vae-d8", "pca-d2", "pca-d8", "lda-d2", "lda-d9", "ae-d2", "ae-d8"]}, "at most 6"),
        ({"point": "99999"}, "no test image “99999”"),
    ],
)
def test_an_invalid_value_in_the_url_gives_a_notice_and_the_page_works(query, notice):
    app = open_page("edit", **query)
    assert any(notice in text for text in notices_of(app))
    assert re.search(r"VAE, (8|16)-D", text_of(app))


def test_a_slider_edits_the_code_and_the_reset_restores_it():
    app = open_page("edit", models=["vae-d2"], point="4")
    slider = app.slider(key="edit-digits/vae-d2-4-0")
    start = slider.value
    slider.set_value(start + 0.5).run()
    assert not app.exception
    app.button(key="undo_edit").click().run()
    assert app.slider(key="edit-digits/vae-d2-4-0").value == pytest.approx(start)


def test_unused_dimensions_are_in_an_expander():
    app = open_page("edit", models=["vae-d8"])
    assert any("Unused dimensions" in expander.label for expander in app.expander)


def test_directions_of_each_kind_are_shown():
    app = open_page("edit", models=["vae-d2", "pca-d8"])
    assert "Cohen's d" in text_of(app)
    app.segmented_control(key="direction_kind").set_value("principal").run()
    app.selectbox(key="direction_number").set_value(4).run()
    assert not app.exception
    assert "only 2 principal directions" in text_of(app)


def test_factor_directions_of_shapes_show_their_stability():
    app = open_page("edit", dataset="shapes", models=["vae-d2", "pca-d16"])
    app.segmented_control(key="direction_kind").set_value("factor").run()
    captions = {}
    for factor in ("size", "angle", "x", "y"):
        app.selectbox(key="direction_factor").set_value(factor).run()
        assert not app.exception
        captions[factor] = [c.value for c in app.caption if "bootstrap cosine" in c.value]
        assert len(captions[factor]) == 2
        assert all("Cohen's d" in text for text in captions[factor])
    assert "unstable" in captions["angle"][0]
    assert not any("unstable" in text for factor in ("x", "y") for text in captions[factor])


def test_every_factor_of_rooms_is_a_direction():
    app = open_page("edit", dataset="rooms", models=["pca-d16"])
    app.segmented_control(key="direction_kind").set_value("factor").run()
    assert app.selectbox(key="direction_factor").options == list(DATASETS["rooms"].factor_names)
    for factor in ("floor hue", "orientation"):
        app.selectbox(key="direction_factor").set_value(factor).run()
        assert not app.exception
        (caption,) = [c.value for c in app.caption if "bootstrap cosine" in c.value]
        assert "unstable" not in caption


def test_without_the_dataset_stand_ins_are_shown(no_data):
    app = open_page("edit", dataset="mnist", models=["pca-d16", "ae-d16", "vae-d16", "gan-d16"])
    assert any("shown as stand-ins: decodes by Autoencoder, 16-D" in one.value for one in app.caption)
    assert app.button(key="fetch_dataset").label == "Download MNIST"
    assert "(stand-in: decode by Autoencoder, 16-D)" in text_of(app)
    assert not app.warning
    assert not app.error


def test_a_model_without_the_images_code_is_left_out(monkeypatch):
    open_partially(monkeypatch, "digits/vae-d8", np.arange(0, 540, 3))
    app = open_page("edit", models=["ae-d8", "vae-d8"], point="4")
    assert "VAE, 8-D has no code of test image 4 and is left out." in text_of(app)
    assert [tab.label for tab in app.tabs] == ["Autoencoder, 8-D"]
    app = open_page("edit", models=["ae-d8", "vae-d8"], point="3")
    assert [tab.label for tab in app.tabs] == ["Autoencoder, 8-D", "VAE, 8-D"]
