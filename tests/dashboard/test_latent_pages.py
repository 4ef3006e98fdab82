"""Interpolate, Sample and Edit, run without a browser."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.data.images.gallery import gallery_wall
from dashboard.data.images.grids import morph_gif, morph_webp, sheet_png
from dashboard.data.interpolation import End, corner_images, end_code, make_strip
from dashboard.data.places import image_number
from dashboard.data.sampling import Draw, draw_samples, resembling, samples_npz, variations
from latentcore.datasets import DATASETS, load_dataset
from latentcore.exceptions import DatasetMissing
from latentcore.store import load_bundle
from tests.dashboard.pages import SCRIPTS

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
DRAW = Draw(n=16, seed=3, temperature=1.0, truncation=None, density="gaussian")


def open_page(name: str, **query: object) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    for key, value in {"dataset": "digits", **query}.items():
        app.query_params[key] = value
    app.switch_page(SCRIPTS[name]).run()
    assert not app.exception
    return app


def text_of(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.caption])


@pytest.mark.parametrize("name", ["interpolate", "sample", "edit"])
def test_a_page_opens_with_one_model_of_each_family(name):
    app = open_page(name)
    assert app.query_params["models"] == ["pca-d8", "ae-d8", "vae-d8", "gan-d8"]
    for title in ("PCA, 8-D", "Autoencoder, 8-D", "VAE, 8-D", "GAN, 8-D"):
        assert title in text_of(app)


@pytest.mark.parametrize("name", ["interpolate", "sample", "edit"])
def test_chosen_models_are_in_the_address(name):
    app = open_page(name, models=["lda-d2", "vae-d2"])
    app.multiselect(key="pick_models").set_value(["vae-d2", "gan-d2"]).run()
    assert not app.exception
    assert app.query_params["models"] == ["vae-d2", "gan-d2"]


@pytest.mark.parametrize(
    ("name", "query", "notice"),
    [
        ("interpolate", {"models": ["vae-d77"]}, "no model “vae-d77”"),
        ("interpolate", {"start": "99999"}, "no test image “99999”"),
        ("interpolate", {"end": "class:eleven"}, "no class “eleven”"),
        ("interpolate", {"steps": "1000"}, "number of steps goes from 5 to 25, not “1000”"),
        ("interpolate", {"steps": "-3"}, "goes from 5 to 25"),
        ("interpolate", {"path": "crooked"}, "no path “crooked”"),
        ("sample", {"temperature": "-1"}, "goes from 0 to 2, not “-1”"),
        ("sample", {"seed": "banana"}, "is no whole number"),
        ("sample", {"seed": "nan"}, "is no whole number"),
        ("interpolate", {"steps": "--5"}, "number of steps “--5” is no whole number"),
        ("interpolate", {"steps": "²"}, "number of steps “²” is no whole number"),
        ("interpolate", {"start": "9" * 5000}, "no test image “9999"),
        ("interpolate", {"dataset": "cats", "models": ["vae-d16"]}, "no dataset “cats”"),
        ("interpolate", {"models": ["vae-d16"]}, "no model “vae-d16” of Handwritten digits"),
        (
            "edit",
            {"models": ["vae-d8", "pca-d2", "pca-d8", "lda-d2", "lda-d9", "ae-d2", "ae-d8"]},
            "at most 6",
        ),
        ("sample", {"temperature": "inf"}, "goes from 0 to 2, not “inf”"),
        ("sample", {"truncation": "0"}, "goes from 0.5 to 4, not “0”"),
        ("sample", {"seed": "1.7"}, "“1.7” is no whole number"),
        ("sample", {"seed": "inf"}, "goes from 0 to 999999"),
        ("sample", {"density": "wide"}, "no density “wide”"),
        ("sample", {"sample": "vae-d8:99"}, "no sample “vae-d8:99”"),
        ("sample", {"sample": "vae-d8:" + "9" * 5000}, "no sample “vae-d8:9999"),
        ("sample", {"sample": "vae-d77:1"}, "no sample “vae-d77:1”"),
        ("sample", {"n": "100000"}, "no number of samples “100000”"),
        ("edit", {"point": "99999"}, "no test image “99999”"),
    ],
)
def test_bad_input_is_named_and_the_page_works(name, query, notice):
    app = open_page(name, **query)
    assert any(notice in warning.value.replace("\\", "") for warning in app.warning)
    assert re.search(r"VAE, (8|16)-D", text_of(app))


def test_the_controls_of_a_path_change_the_strips():
    app = open_page("interpolate", models=["vae-d2"], start="3", end="class:two")
    assert "spherical path" in text_of(app)
    assert "Mean code of two" in text_of(app)
    app.slider(key="pick_steps").set_value(7).run()
    app.segmented_control(key="pick_path").set_value("straight").run()
    assert not app.exception
    assert "straight path" in text_of(app)
    assert app.query_params["steps"] == "7"
    next(button for button in app.button if button.label == "Random pair").click().run()
    assert app.query_params["start"] != "3"


def test_lda_draws_nothing_and_says_why():
    app = open_page("sample", models=["lda-d2", "pca-d2"])
    assert "LDA, 2-D models no density" in text_of(app)


def test_the_source_of_samples_is_named():
    app = open_page("sample", models=["pca-d2", "vae-d2"])
    assert "a Gaussian fitted to the training codes" in text_of(app)
    assert "its prior, N(0, I)" in text_of(app)
    app.segmented_control(key="pick_density").set_value("mixture").run()
    assert not app.exception
    assert "a mixture of 10 Gaussians" in text_of(app)


def test_an_opened_sample_shows_its_code_and_neighbours():
    app = open_page("sample", models=["vae-d2"], sample="vae-d2:5")
    assert "Sample 5 of VAE, 2-D" in text_of(app)
    code = draw_samples("digits/vae-d2", Draw(36, 0, 1.0, None, "gaussian")).codes[5]
    assert f"{code[0]:.3f}" in app.code[0].value


def test_a_slider_edits_the_code_and_undoing_brings_it_back():
    app = open_page("edit", models=["vae-d2"], point="4")
    slider = app.slider(key="edit-digits/vae-d2-4-0")
    start = slider.value
    slider.set_value(start + 0.5).run()
    assert not app.exception
    app.button(key="undo_edit").click().run()
    assert app.slider(key="edit-digits/vae-d2-4-0").value == pytest.approx(start)


def test_dead_dimensions_are_folded_away():
    app = open_page("edit", models=["vae-d8"])
    assert any("does not use" in expander.label for expander in app.expander)


def test_directions_of_each_kind_are_drawn():
    app = open_page("edit", models=["vae-d2", "pca-d8"])
    assert "Cohen's d" in text_of(app)
    app.segmented_control(key="direction_kind").set_value("principal").run()
    app.selectbox(key="direction_number").set_value(4).run()
    assert not app.exception
    assert "has 2 principal directions only" in text_of(app) or "2 principal directions only" in text_of(app)


def test_factor_directions_of_shapes_say_how_sure_they_are():
    app = open_page("edit", dataset="shapes", models=["vae-d2", "pca-d16"])
    app.segmented_control(key="direction_kind").set_value("factor").run()
    said = {}
    for factor in ("size", "angle", "x", "y"):
        app.selectbox(key="direction_factor").set_value(factor).run()
        assert not app.exception
        said[factor] = [c.value for c in app.caption if "bootstrap cosine" in c.value]
        assert len(said[factor]) == 2
        assert all("Cohen's d" in text for text in said[factor])
    assert "unsure" in said["angle"][0]
    assert not any("unsure" in text for factor in ("x", "y") for text in said[factor])


@pytest.mark.parametrize("name", ["interpolate", "sample", "edit"])
def test_without_the_dataset_a_page_works_and_says_what_stands_in(no_data, name):
    models = ["pca-d16", "ae-d16", "vae-d16", "gan-d16"]
    app = open_page(name, dataset="mnist", models=models, sample="vae-d16:5")
    assert any("shown as stand-ins: decodes by Autoencoder, 16-D" in one.value for one in app.caption)
    assert app.button(key="fetch_dataset").label == "Fetch MNIST"
    html = " ".join(element.proto.body for element in app.get("html"))
    said = {
        "interpolate": "(train images, estimated)",
        "sample": "0 would be a copy. They are shown as stand-ins: decodes by Autoencoder, 16-D.",
        "edit": "(stand-in: decode by Autoencoder, 16-D)",
    }
    assert said[name] in text_of(app) + html
    assert not app.warning
    assert not app.error


@pytest.fixture
def absent_digits(monkeypatch):
    """The digits as though they had never been fetched; call it to make them appear."""
    spec = DATASETS["digits"]

    def read(split: str, _rows: object) -> None:
        raise DatasetMissing(f"The {split} images are not here.")

    monkeypatch.setitem(DATASETS, "digits", replace(spec, read=read))
    return lambda: monkeypatch.setitem(DATASETS, "digits", spec)


def test_a_strip_and_samples_notice_that_originals_appeared(absent_digits):
    path = ("digits/vae-d8", End(index=3), End(index=9), 7, "straight")
    before, drawn = make_strip(*path), draw_samples("digits/vae-d8", DRAW)
    assert before.estimated
    assert resembling("digits/vae-d8", drawn.images[0])[0].made_by == "digits/ae-d8"
    absent_digits()
    after, drawn = make_strip(*path), draw_samples("digits/vae-d8", DRAW)
    assert not after.estimated
    assert np.abs(after.image_distance - before.image_distance).max() > 1e-5
    assert drawn.judge == "the nearest train image"
    assert resembling("digits/vae-d8", drawn.images[0])[0].made_by is None


def test_a_strip_begins_and_ends_with_its_images():
    strip = make_strip("digits/ae-d8", End(index=3), End(index=9), 9, "straight")
    bundle = load_bundle("digits/ae-d8")
    assert np.allclose(strip.codes[[0, -1]], bundle.test.codes[[3, 9]])
    assert np.allclose(strip.images[0], bundle.model.decode(bundle.test.codes[3:4])[0], atol=1e-6)
    assert strip.length >= strip.chord > 0
    assert strip.confidence is None


def test_a_class_mean_is_the_mean_of_its_train_codes():
    bundle = load_bundle("digits/pca-d2")
    mean = bundle.train.codes[bundle.train.labels == 4].mean(axis=0)
    assert np.allclose(end_code("digits/pca-d2", End(label=4)), mean, atol=1e-5)


def test_the_corners_of_a_grid_are_its_images():
    images = corner_images("digits/vae-d8", (1, 2, 3, 4), 5).reshape(5, 5, 1, 8, 8)
    bundle = load_bundle("digits/vae-d8")
    expected = bundle.model.decode(bundle.test.codes[[1, 2, 3, 4]])
    assert np.allclose(images[[0, 0, -1, -1], [0, -1, 0, -1]], expected, atol=1e-5)


@pytest.mark.parametrize("label", [-1, 3])
@pytest.mark.parametrize("seed", [0, 7])
def test_a_wall_gives_the_number_of_the_image_it_shows(label, seed):
    wall = gallery_wall("digits/pca-d2", label, seed, 20)
    test = load_dataset("digits", "test")
    assert len(set(wall.indices)) == 20
    for uri, index in zip(wall.uris, wall.indices, strict=True):
        import base64  # noqa: PLC0415

        pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))), float) / 255
        assert np.abs(pixels - test.images[index, 0]).max() <= 1 / 255
        assert label < 0 or test.labels[index] == label


def test_the_same_seed_gives_the_same_samples_and_the_file_holds_them():
    samples = draw_samples("digits/vae-d8", DRAW)
    st.cache_data.clear()
    assert np.array_equal(samples.codes, draw_samples("digits/vae-d8", DRAW).codes)
    with np.load(io.BytesIO(samples_npz(samples, DRAW)), allow_pickle=False) as archive:
        assert np.array_equal(archive["codes"], samples.codes)
        assert int(archive["seed"]) == 3
        decoded = load_bundle("digits/vae-d8").model.decode(archive["codes"])
        assert np.allclose(decoded, archive["images"], atol=1e-4)


def test_a_training_image_resembles_itself():
    train = load_dataset("digits", "train")
    found = resembling("digits/pca-d2", train.images[17])
    assert found[0].index == 17
    assert found[0].distance == pytest.approx(0, abs=1e-4)


def test_variations_begin_with_the_reconstruction_and_stay_there_at_radius_zero():
    images = variations("digits/vae-d2", 5, 0.0, 6, 0)
    bundle = load_bundle("digits/vae-d2")
    assert np.allclose(images, bundle.model.decode(bundle.test.codes[5:6]), atol=1e-6)
    assert np.ptp(variations("digits/vae-d2", 5, 0.5, 6, 0), axis=0).max() > 0.1


def test_pictures_and_animations_hold_their_images():
    images = load_dataset("digits", "test").images[:6]
    assert Image.open(io.BytesIO(sheet_png(images, 3, factor=2))).size == (48, 32)
    for make in (morph_gif, morph_webp):
        moving = Image.open(io.BytesIO(make(images, factor=4)))
        assert moving.size == (32, 32)
        assert moving.n_frames > 6


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("539", 539), ("540", None), ("-1", None), ("1.5", None), ("", None), ("9" * 5000, None)],
)
def test_a_number_from_outside_is_that_of_a_test_image_or_none(text, number):
    assert image_number("digits/vae-d2", text) == number
