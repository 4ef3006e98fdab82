"""A score against the latent dimension: which models it shows, and the chart."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pandas as pd
import pytest
import vl_convert

from dashboard.compare.scores.charts import Axis
from dashboard.compare.scores.dimension_chart import dimension_chart
from dashboard.compare.scores.services.grid import grid_points
from dashboard.data.catalogue import catalogue
from latentcore.bundling import train_bundle
from latentcore.recipes import make_recipe
from latentcore.store import models_folder
from tests.dashboard.pages import open_section


@pytest.fixture
def few_models(tmp_path, monkeypatch):
    """PCA in three dimensions, one of them also under another name, and LDA in one."""
    for name in ("pca-d2", "pca-d8", "lda-d2"):
        shutil.copytree(models_folder() / "digits" / name, tmp_path / "digits" / name)
    train_bundle(make_recipe("digits", "pca", 1), tmp_path)  # needs no UMAP
    train_bundle(replace(make_recipe("digits", "pca", 1), name="a-variant"), tmp_path)
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))


@pytest.mark.usefixtures("few_models")
def test_a_family_with_several_dimensions_has_a_line_through_each_dimension_once():
    points = grid_points("digits")["mse"]
    assert {point.family for point in points} == {"PCA"}
    assert [(point.dimensions, point.on_line) for point in points] == [
        (1, True),
        (1, False),
        (2, True),
        (8, True),
    ]
    for point in points:
        assert point.low <= point.value <= point.high
    stored = catalogue().specs["digits/pca-d8"].metrics["mse"]["value"]
    assert points[-1].value == stored


@pytest.mark.usefixtures("few_models")
def test_the_scoreboard_shows_it_and_the_address_names_the_score():
    app = open_section("scores", "pca-d2", "pca-d8", dataset="digits", over="knn_accuracy")
    assert not app.exception
    assert any("How many numbers does it take?" in one.value for one in app.markdown)
    assert app.selectbox(key="pick_over").value == "knn_accuracy"
    app.selectbox(key="pick_over").set_value("mse").run()
    assert app.query_params["over"] == "mse"


@pytest.mark.parametrize("dark", [False, True])
def test_the_chart_is_valid(dark):
    rows = [
        ("PCA", 2, 0.5, 0.4, 0.6, True),
        ("PCA", 16, 0.2, 0.1, 0.3, True),
        ("VAE", 4, 0.3, 0.3, 0.3, True),
    ]
    points = pd.DataFrame(rows, columns=["family", "dimensions", "value", "low", "high", "on_line"])
    spec = dimension_chart(
        points, Axis("MSE (lower is better)", reverse=True, number_format=".3f"), dark=dark
    )
    svg = vl_convert.vegalite_to_svg({**spec, "width": 600})
    assert "VAE" in svg
    assert "latent dimensions" in svg
