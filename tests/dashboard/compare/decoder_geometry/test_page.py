"""Decoder geometry section, run without a browser."""

from __future__ import annotations

from tests.dashboard.pages import open_section, section_text


def test_models_with_two_dimensions_are_shown_and_the_others_are_named():
    app = open_section("geometry", "vae-d2", "ae-d8", "pca-d2", "gan-d8")
    shown = section_text(app)
    assert "**VAE, 2-D**" in shown
    assert "**PCA, 2-D**" in shown
    assert "Not shown, as their codes are not two-dimensional: Autoencoder, 8-D, GAN, 8-D." in shown


def test_without_a_model_of_two_dimensions_the_section_offers_those():
    app = open_section("geometry", "ae-d8")
    assert "models with 2 latent dimensions; none is chosen." in section_text(app)
    app.button(key="show_two_dimensional").click().run()
    assert not app.exception
    assert app.query_params["models"] == ["pca-d2", "ae-d2", "vae-d2", "gan-d2"]
    assert "**VAE, 2-D**" in section_text(app)
