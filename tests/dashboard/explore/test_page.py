"""The Explore page, run without a browser."""

from __future__ import annotations

import re
import shutil
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data.images import fetching
from latentcore.datasets.torchvision_sets import MNIST_SOURCE
from latentcore.store import list_bundles, models_folder
from tests.dashboard.bundles import open_partially
from tests.dashboard.pages import notices_of, open_page


def explore(**query: str) -> AppTest:
    return open_page("explore", **query)


def headings(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


@pytest.mark.parametrize("bundle_id", [spec.id for spec in list_bundles()])
def test_every_model_can_be_explored(bundle_id):
    dataset, _, name = bundle_id.partition("/")
    app = explore(dataset=dataset, model=name, point="5")
    assert "Test image 5" in headings(app)
    assert not app.error
    assert not app.warning


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"model": "vae-d77"}, "no model “vae-d77”"),
        ({"dataset": "cats"}, "no dataset “cats”"),
        ({"plane": "moon"}, "no plane “moon”"),
        ({"colour": "smell"}, "no colour “smell”"),
        ({"point": "99999"}, "no test image “99999”"),
        ({"point": "-1"}, "no test image “-1”"),
        ({"at": "1;2"}, "not two numbers"),
        ({"at": "nan,1"}, "not two numbers"),
    ],
)
def test_an_unknown_value_falls_back_with_a_notice(query, notice):
    app = explore(**query)
    assert any(notice in text for text in notices_of(app))
    assert "Test image 0" in headings(app)


def test_a_position_in_the_url_is_restored():
    assert "Position (0.5, -1)" in headings(explore(dataset="digits", model="vae-d2", at="0.5,-1"))


def test_going_to_an_image_and_back_over_another_page():
    app = explore(dataset="digits", model="ae-d2")
    app.number_input(key="go_to").set_value(42).run()
    assert "Test image 42" in headings(app)
    app.switch_page("overview/page.py").run()
    app.switch_page("explore/page.py").run()
    assert "Test image 42" in headings(app)


def test_the_controls_change_the_map():
    app = explore(dataset="digits", model="ae-d8")
    app.selectbox(key="pick_plane").set_value("dims").run()
    app.selectbox(key="pick_first").set_value(3).run()
    app.selectbox(key="pick_colour").set_value("error").run()
    app.toggle(key="pick_shade").set_value(True).run()
    assert not app.exception
    assert app.query_params["plane"] == "dims-3-2"
    assert app.query_params["colour"] == "error"
    assert app.query_params["shade"] == "on"


def test_reset_restores_the_defaults():
    app = explore(dataset="digits", model="gan-d8", point="9")
    next(button for button in app.button if button.label == "Reset").click().run()
    assert app.query_params["model"] == "vae-d2"
    assert app.query_params["dataset"] == "mnist"
    assert "Test image 0" in headings(app)


def test_a_damaged_bundle_is_named_and_the_others_stay(tmp_path, monkeypatch):
    for name in ("pca-d2", "vae-d2", "lda-d2"):
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "digits" / name)
    (tmp_path / "digits" / "vae-d2" / "codes.npz").write_bytes(b"PK")
    (tmp_path / "digits" / "lda-d2" / "config.json").write_text("{")
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    app = explore(dataset="digits", model="vae-d2")
    assert "codes.npz" in app.error[0].value
    assert any("lda-d2" in warning.value for warning in app.warning)
    assert not explore(dataset="digits", model="pca-d2").error


def test_no_models_at_all_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    assert "latentcore train" in explore().error[0].value


def test_without_the_dataset_stand_ins_are_shown_and_a_button_fetches_it(no_data):
    app = explore(dataset="mnist", model="pca-d2", point="3")
    assert any("shown as stand-ins: decodes by Autoencoder, 16-D" in one.value for one in app.caption)
    assert "**Nearest train images** in code space (stand-ins: decodes by Autoencoder, 16-D)" in headings(app)
    app.button(key="fetch_dataset").click().run()
    deadline = time.monotonic() + 20
    while not fetching.fetching_of("mnist").finished and time.monotonic() < deadline:
        time.sleep(0.05)
    app.run()
    assert any("Check the network" in warning.value for warning in app.warning)
    assert "Test image 3" in headings(app)
    assert not list(no_data.glob("*/raw/*"))


def test_a_damaged_dataset_is_named_and_the_page_works(no_data):
    folder = no_data / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for name in MNIST_SOURCE.sha256:
        (folder / name).write_bytes(b"half")
    app = explore(dataset="mnist", model="pca-d2")
    assert any("wrong checksum" in warning.value for warning in app.warning)
    assert "Test image 0" in headings(app)


def test_a_code_of_a_gan_can_be_refined():
    app = explore(dataset="digits", model="gan-d8", point="4")
    app.button(key="refine_code").click().run()
    assert not app.exception
    text = next(element.value for element in app.markdown if "after refining" in element.value)
    before, after = (float(number) for number in re.findall(r"0\.\d+", text))
    assert after < before
    app.number_input(key="go_to").set_value(5).run()
    assert "after refining" not in headings(app)
    assert not any(b.key == "refine_code" for b in explore(dataset="digits", model="vae-d8").button)


def test_only_images_that_the_model_has_codes_of_can_be_chosen(monkeypatch):
    open_partially(monkeypatch, "digits/vae-d8", np.arange(300, 540, 3))
    app = explore(model="vae-d8", point="4")
    assert any("no test image “4”; showing image 300" in text for text in notices_of(app))
    for wanted, shown in ((304, 306), (305, 303), (536, 537)):
        app.number_input(key="go_to").set_value(wanted).run()
        assert not app.exception
        assert f"Test image {shown}" in headings(app)
        assert app.number_input(key="go_to").value == shown
