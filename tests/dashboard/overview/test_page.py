"""The Overview page, run without a browser."""

from __future__ import annotations

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from latentcore.store import models_folder
from tests.dashboard.pages import APP, text_of


def overview(tmp_path, monkeypatch, names: tuple[str, ...]) -> AppTest:
    for name in names:
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "digits" / name)
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    return AppTest.from_file(str(APP), default_timeout=60)


@pytest.mark.parametrize(
    ("names", "titles"),
    [
        (("vae-d2",), ("VAE",)),
        (("gan-d2", "pca-d2", "ae-d8"), ("PCA", "GAN")),
        (("pca-d2", "ae-d2", "vae-d2"), ("PCA", "Autoencoder", "VAE")),
    ],
)
def test_a_map_for_each_model_that_there_is(tmp_path, monkeypatch, names, titles):
    app = overview(tmp_path, monkeypatch, names).run()
    assert not app.exception
    assert [e.value for e in app.markdown if e.value.startswith("#### ")] == [f"#### {t}" for t in titles]
    assert len(app.get("vega_lite_chart")) == 1
    assert sum("Test MSE" in caption.value for caption in app.caption) == len(titles)


def test_four_models_are_shown_at_first_and_others_can_be_chosen(tmp_path, monkeypatch):
    app = overview(tmp_path, monkeypatch, ("pca-d2", "ae-d2", "vae-d2", "gan-d2", "flow-d2")).run()
    picker = app.multiselect(key="pick_front")
    assert picker.value == ["pca-d2", "ae-d2", "vae-d2", "gan-d2"]
    assert "front" not in app.query_params
    picker.set_value(["flow-d2", "pca-d2"]).run()
    assert not app.exception
    assert [e.value for e in app.markdown if e.value.startswith("#### ")] == ["#### PCA", "#### Latent flow"]
    assert app.query_params["front"] in ("pca-d2,flow-d2", ["pca-d2,flow-d2"])
    app.multiselect(key="pick_front").set_value([]).run()
    assert sum(e.value.startswith("#### ") for e in app.markdown) == 4


@pytest.mark.parametrize("front", ["nothing", "ae-d2,ae-d2,vae-d8", "pca-d2,ae-d2,vae-d2,gan-d2,flow-d2"])
def test_an_address_with_other_models_shows_those_that_there_are(tmp_path, monkeypatch, front):
    app = overview(tmp_path, monkeypatch, ("pca-d2", "ae-d2", "vae-d8"))
    app.query_params["front"] = front
    app.run()
    assert not app.exception
    assert 1 <= sum(e.value.startswith("#### ") for e in app.markdown) <= 2


def test_without_a_model_of_two_dimensions_there_is_no_map(tmp_path, monkeypatch):
    app = overview(tmp_path, monkeypatch, ("lda-d9",)).run()
    assert not app.exception
    assert not app.get("vega_lite_chart")
    assert "Shown" not in text_of(app)


def test_a_damaged_model_is_named_and_the_other_maps_are_shown(tmp_path, monkeypatch):
    app = overview(tmp_path, monkeypatch, ("pca-d2", "ae-d2"))
    (tmp_path / "digits" / "ae-d2" / "codes.npz").write_bytes(b"PK")
    app.run()
    assert not app.exception
    assert "codes.npz" in app.error[0].value
    assert len(app.get("vega_lite_chart")) == 1
    assert "#### PCA" in text_of(app)
    assert "#### Autoencoder" not in text_of(app)


def test_the_front_door_opens():
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["dataset"] = "digits"
    app.run()
    assert not app.exception
    assert app.title[0].value == "Latent Atlas"
    assert all(name in text_of(app) for name in ("PCA", "Autoencoder", "VAE", "GAN"))


def test_the_front_door_shows_images_reconstructions_and_samples():
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["dataset"] = "digits"
    app.run()
    assert not app.exception
    html = " ".join(str(element.proto) for element in app.get("html"))
    assert "Eight test images" in html
    assert html.count("Reconstructions of the eight images") == 4
    assert html.count("Eight samples") >= 4
