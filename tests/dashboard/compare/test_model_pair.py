"""Two of the chosen models, in the sections that compare two, run without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.pages import open_address

APP = Path(__file__).parents[3] / "dashboard" / "app.py"


def compare(view: str, *models: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in {"dataset": "digits", "view": view, "models": list(models), **query}.items():
        app.query_params[key] = value
    open_address(app, "compare")
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.info])


@pytest.mark.parametrize("view", ["maps", "neighbours"])
def test_a_single_model_is_not_enough(view):
    app = compare(view, "vae-d2")
    assert "Choose a second model" in texts(app)


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
def test_models_that_cannot_be_chosen_are_named(view):
    app = compare(view, "vae-d2", "pca-d2", first="gan-d2", second="nonsense")
    warned = " ".join(note.value for note in app.warning)
    assert "“gan-d2” cannot be chosen here" in warned
    assert "“nonsense” cannot be chosen here" in warned
    assert app.selectbox(key="pick_first").value == "vae-d2"
