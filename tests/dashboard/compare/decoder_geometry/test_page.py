"""Decoder geometry section, run without a browser."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[4] / "dashboard" / "app.py"


def compare(view: str, *models: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    app.run()
    for key, value in {"dataset": "digits", "view": view, "models": list(models), **query}.items():
        app.query_params[key] = value
    app.switch_page("compare/page.py").run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.info])


def test_models_with_two_dimensions_are_shown_and_the_others_are_named():
    app = compare("geometry", "vae-d2", "ae-d8", "pca-d2", "gan-d8")
    shown = texts(app)
    assert "**VAE, 2-D**" in shown
    assert "**PCA, 2-D**" in shown
    assert "Not shown, as their codes are not two-dimensional: Autoencoder, 8-D, GAN, 8-D." in shown


def test_without_a_model_of_two_dimensions_the_section_says_what_to_choose():
    assert "Choose one above" in texts(compare("geometry", "ae-d8"))
