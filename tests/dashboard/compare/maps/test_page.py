"""The sections of Compare that draw spaces, run without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[4] / "dashboard" / "app.py"


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def compare(view: str, *models: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    for key, value in {"dataset": "digits", "view": view, "models": list(models), **query}.items():
        app.query_params[key] = value
    app.switch_page("compare/page.py").run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.info])


@pytest.mark.parametrize("view", ["maps", "neighbours"])
def test_one_model_is_told_to_find_company(view):
    app = compare(view, "vae-d2")
    assert "Choose a second model" in words(app)


def test_alignment_is_in_the_address():
    app = compare("maps", "vae-d2", "pca-d2", "ae-d8")
    assert "540 of 540 test images" in words(app)
    assert "align" not in app.query_params
    app.toggle(key="pick_align").set_value(False).run()
    assert not app.exception
    assert app.query_params["align"] == "off"
    assert app.query_params["models"] == ["vae-d2", "pca-d2", "ae-d8"]


def test_an_unknown_alignment_is_named():
    app = compare("maps", "vae-d2", "pca-d2", align="sideways")
    assert any("no align “sideways”" in note.value for note in app.warning)
    assert app.toggle(key="pick_align").value


@pytest.mark.parametrize("view", ["maps", "neighbours"])
def test_a_pair_is_two_of_the_chosen_models(view):
    app = compare(view, "vae-d2", "pca-d2", "ae-d8")
    assert app.selectbox(key="pick_first").value == "vae-d2"
    assert app.selectbox(key="pick_second").value == "pca-d2"
    app.selectbox(key="pick_second").set_value("ae-d8").run()
    app.selectbox(key="pick_first").set_value("ae-d8").run()
    assert not app.exception
    assert app.query_params["first"] == "ae-d8"
    assert app.selectbox(key="pick_second").value == "vae-d2"
    assert not app.warning


@pytest.mark.parametrize("view", ["maps", "neighbours"])
def test_a_pair_of_other_models_is_named(view):
    app = compare(view, "vae-d2", "pca-d2", first="gan-d2", second="nonsense")
    said = " ".join(note.value for note in app.warning)
    assert "“gan-d2” is not one of the models" in said
    assert "“nonsense” is not one of the models" in said
    assert app.selectbox(key="pick_first").value == "vae-d2"


def test_neighbours_are_counted_and_listed():
    app = compare("neighbours", "vae-d2", "ae-d8", "pca-d2")
    assert "among all 540 test images" in words(app)
    assert "Moved most" in words(app)


def test_stretch_is_drawn_for_two_dimensions_and_the_others_are_named():
    app = compare("geometry", "vae-d2", "ae-d8", "pca-d2", "gan-d8")
    said = words(app)
    assert "**VAE, 2-D**" in said
    assert "**PCA, 2-D**" in said
    assert "Without a map of two dimensions: Autoencoder, 8-D, GAN, 8-D." in said


def test_stretch_without_any_map_of_two_dimensions_says_what_to_choose():
    assert "Choose one above" in words(compare("geometry", "ae-d8"))
