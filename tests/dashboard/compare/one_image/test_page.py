"""One image section, run without a browser."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.data.catalogue import open_bundle
from dashboard.data.reconstructions import InputImage, input_image, reconstruct
from dashboard.ui import drawing
from latentcore.datasets import load_dataset
from latentcore.store import load_bundle
from tests.dashboard import pages
from tests.dashboard.bundles import open_partially

MODELS = ["pca-d8", "ae-d8", "vae-d8", "gan-d8"]


def open_section(**query: object) -> AppTest:
    return pages.open_page("compare", **{"view": "image", **query})


def html_of(app: AppTest) -> str:
    return " ".join(str(element.proto) for element in app.get("html"))


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def seven() -> np.ndarray:
    """Black on white, 200 x 200."""
    pixels = np.full((200, 200), 255, np.uint8)
    pixels[40:60, 50:150] = 0
    for row in range(60, 170):
        pixels[row, 140 - (row - 60) // 2 : 160 - (row - 60) // 2] = 0
    return pixels


def test_every_model_has_a_card_with_its_own_numbers():
    app = open_section(point="5")
    html = html_of(app)
    for title in ("PCA, 8-D", "Autoencoder, 8-D", "VAE, 8-D", "GAN, 8-D"):
        assert f"Reconstruction by {title}" in html
    for name in MODELS:
        assert f"{load_bundle(f'digits/{name}').test.errors[5]:.4f} MSE" in html
    assert html.count("Nearest train images by code<") == 4
    assert "code from the inversion network" in html
    assert app.query_params["point"] == "5"


def test_a_random_image_changes_the_address_and_the_cards():
    app = open_section(point="5")
    before = html_of(app)
    next(button for button in app.button if button.label == "Random image").click().run()
    assert not app.exception
    assert app.query_params["point"] != "5"
    assert app.query_params["view"] == "image"
    assert html_of(app) != before


@pytest.mark.parametrize(
    ("query", "notice"),
    [({"point": "99999"}, "no test image “99999”"), ({"source": "radio"}, "no source “radio”")],
)
def test_bad_input_is_named_and_the_section_works(query, notice):
    app = open_section(**query)
    assert any(notice in warning.value for warning in app.warning)
    assert "Reconstruction by VAE, 8-D" in html_of(app)


def test_an_upload_goes_through_every_model():
    app = open_section(source="upload")
    assert "Reconstruction" not in html_of(app)
    app.file_uploader[0].set_value(("seven.png", png(seven()), "image/png")).run()
    assert not app.exception
    assert app.toggle(key="pick_exchange").value
    assert html_of(app).count("Reconstruction by") == 4
    assert "Input: seven.png" in html_of(app)
    assert "Approximate position" in html_of(app)
    assert any("black and white exchanged" in caption.value for caption in app.caption)
    app.toggle(key="pick_place").set_value(False).run()
    assert any("fitted into 8 by 8" in caption.value for caption in app.caption)
    app.toggle(key="pick_exchange").set_value(False).run()
    assert not app.exception
    assert not any("exchanged" in caption.value for caption in app.caption)


def test_an_upload_outlives_a_change_of_source_until_another_file_is_uploaded():
    app = open_section(source="upload")
    app.file_uploader[0].set_value(("seven.png", png(seven()), "image/png")).run()
    app.segmented_control(key="pick_source").set_value("test").run()
    app.segmented_control(key="pick_source").set_value("upload").run()
    assert "Input: seven.png" in html_of(app)
    app.file_uploader[0].set_value(("half.png", png(seven())[:90], "image/png")).run()
    assert any("damaged or cut off" in warning.value for warning in app.warning)
    assert "Reconstruction" not in html_of(app)


@pytest.mark.parametrize("picture", ["", None])
def test_a_blank_drawing_says_what_to_do(picture, monkeypatch):
    if picture is None:
        blank = base64.b64encode(png(np.zeros((280, 280), np.uint8))).decode()
        picture = f"data:image/png;base64,{blank}"
    monkeypatch.setattr(drawing, "_held", lambda: picture)
    app = open_section(source="draw")
    assert "blank" in app.info[0].value
    assert "Reconstruction" not in html_of(app)
    app.segmented_control(key="pick_source").set_value("test").run()
    assert "Reconstruction" in html_of(app)
    assert app.query_params["source"] == "test"


def test_a_drawing_goes_through_every_model(monkeypatch):
    data = base64.b64encode(png(255 - seven())).decode()
    monkeypatch.setattr(drawing, "_held", lambda: f"data:image/png;base64,{data}")
    app = open_section(source="draw", models=["vae-d2", "lda-d2"])
    assert not app.toggle(key="pick_exchange").value
    assert html_of(app).count("Reconstruction by") == 2
    assert "Position among test images" in html_of(app)
    assert "approximate decoder" in html_of(app)


def test_without_the_dataset_decodes_stand_in_and_are_labelled(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    app = open_section(dataset="mnist", models=["pca-d2", "ae-d2"], point="3")
    html = html_of(app)
    assert "stand-in: decode by Autoencoder, 16-D" in html
    assert "not on this machine" in html
    assert "Residual" not in html
    assert f"{load_bundle('mnist/ae-d2').test.errors[3]:.4f} MSE</b> on the original" in html
    assert "Nearest train images by code (stand-ins: decodes by Autoencoder, 16-D)" in html


def test_an_image_from_elsewhere_is_encoded_and_measured():
    image = load_dataset("digits", "test").images[7]
    bundle_id = "digits/vae-d8"
    stored = reconstruct(open_bundle(bundle_id), input_image(open_bundle(bundle_id), 7))
    fresh = reconstruct(open_bundle(bundle_id), InputImage(image, None, None, "a copy"))
    assert np.allclose(stored.code, fresh.code, atol=1e-3)
    assert fresh.error == pytest.approx(stored.error, rel=0.01)
    assert fresh.percentile == pytest.approx(stored.percentile, abs=1)
    assert stored.is_exact
    assert not fresh.is_exact
    extent = np.ptp(load_bundle(bundle_id).test.plane, axis=0).max()
    assert np.linalg.norm(stored.place - fresh.place) < 0.2 * extent
    assert [n.index for n in stored.neighbours] == [n.index for n in fresh.neighbours]


def test_the_worst_test_image_has_the_highest_percentile():
    errors = load_bundle("digits/pca-d8").test.errors
    for index, expected in ((errors.argmin(), 0), (errors.argmax(), 100 - 100 / len(errors))):
        found = reconstruct(
            open_bundle("digits/pca-d8"), input_image(open_bundle("digits/pca-d8"), int(index))
        )
        assert found.percentile == pytest.approx(expected, abs=0.01)


def test_the_link_is_that_of_the_image_shown():
    app = open_section(point="5")
    next(button for button in app.button if button.label == "Random image").click().run()
    app.session_state["copy_link"] = True
    app.run()
    point = re.search(r"point=(\d+)", app.code[-1].value)
    assert point.group(1) == app.query_params["point"]


def test_a_model_without_a_code_of_the_image_is_named_and_left_out(monkeypatch):
    open_partially(monkeypatch, "digits/vae-d2", np.arange(5))
    app = open_section(models=["ae-d2", "vae-d2"], point="42")
    assert "VAE, 2-D has no code of test image 42 and is left out." in [one.value for one in app.caption]
    assert html_of(app).count("Reconstruction by") == 1
