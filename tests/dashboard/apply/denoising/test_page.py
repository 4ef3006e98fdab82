"""The denoising page, run without a browser."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.apply.denoising.charts import level_curves
from dashboard.apply.denoising.services.denoise import (
    corrupt_image,
    denoise_with_filters,
    denoise_with_models,
)
from dashboard.apply.denoising.services.study import best_methods, score_table
from dashboard.data.catalogue import bundle_title
from dashboard.data.study_results import study_of
from latentcore.datasets import load_dataset
from latentcore.store import load_bundle
from latentcore.studies import results
from tests.dashboard import pages

MODELS = ["pca-d8", "ae-d8", "vae-d8", "gan-d8"]


def open_page(**query: object) -> AppTest:
    return pages.open_page("denoise", timeout=120, **query)


def html_of(app: AppTest) -> str:
    return " ".join(str(element.proto) for element in app.get("html"))


def words_of(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.caption, *app.markdown, *app.info, *app.warning])


def test_every_model_and_filter_denoises_the_image():
    app = open_page(point="5", noise="salt_pepper", level="0.1")
    html = html_of(app)
    for name in MODELS:
        assert f"{bundle_title(f'digits/{name}')}: " in html
    assert "Median filter: " in html
    assert "Total variation: " in html
    assert "code from the inversion network" in html
    assert "denoises best of the chosen models" in words_of(app)
    assert len(app.get("vega_lite_chart")) == 2
    assert app.query_params["noise"] == "salt_pepper"


def test_at_level_0_scores_are_those_of_the_reconstruction():
    image = load_dataset("digits", "test").images[7]
    corrupted = corrupt_image(image, "gaussian", 0, seed=0)
    assert np.array_equal(corrupted.image, image)
    assert corrupted.psnr is None
    denoised = denoise_with_models([f"digits/{name}" for name in MODELS], image, corrupted.image)
    for name, made in zip(MODELS, denoised, strict=True):
        bundle = load_bundle(f"digits/{name}")
        assert made.psnr == pytest.approx(-10 * np.log10(bundle.test.errors[7]), abs=0.05)
    study = study_of("digits", "denoise")
    for made in denoise_with_filters(study, "gaussian", 0, image, corrupted.image):
        assert made.psnr is None
        assert made.ssim == pytest.approx(1)


def test_a_new_seed_keeps_the_image_and_changes_the_noise():
    app = open_page(point="5")
    before = html_of(app)
    next(button for button in app.button if button.label == "New seed").click().run()
    assert not app.exception
    assert app.query_params["seed"] == "1"
    assert app.query_params["point"] == "5"
    assert html_of(app) != before


def test_a_new_kind_starts_at_its_own_default_level():
    app = open_page(noise="gaussian", level="1")
    app.segmented_control(key="pick_noise").set_value("blur").run()
    assert not app.exception
    assert app.query_params["noise"] == "blur"
    assert app.slider(key="pick_level").value == pytest.approx(0.08)
    assert not app.warning


@pytest.mark.parametrize(
    ("query", "notice"),
    [
        ({"noise": "rain"}, "no noise “rain”"),
        ({"level": "9"}, "goes from 0 to 1"),
        ({"level": "much"}, "is no number"),
        ({"seed": "-3"}, "goes from 0"),
        ({"point": "99999"}, "no test image “99999”"),
    ],
)
def test_bad_input_is_named_and_the_page_works(query, notice):
    app = open_page(**query)
    assert notice in words_of(app)
    assert "Median filter: " in html_of(app)


def test_nothing_is_scored_against_a_stand_in(no_data):
    app = open_page(dataset="mnist", models=["pca-d16", "ae-d16"], point="3")
    html = html_of(app)
    assert "stand-in: decode by Autoencoder, 16-D" in html
    assert html.count("the stand-in is its own decode, which favours it") == 1
    assert "Median filter" in html
    assert " dB" not in html
    assert "SSIM" not in html
    assert "No scores here" in words_of(app)
    assert len(app.get("vega_lite_chart")) == 2


def test_without_the_study_the_models_still_denoise(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "study_path", lambda *_: tmp_path / "none.json")
    app = open_page()
    assert "PCA, 8-D: " in html_of(app)
    assert "Median filter" not in html_of(app)
    assert "`latentcore study denoise digits`" in words_of(app)


def test_models_that_the_study_lacks_are_named(monkeypatch):
    study = study_of("digits", "denoise")
    known = {**study.found, "methods": [name for name in study.found["methods"] if name != "ae-d8"]}
    known["scores"] = {
        kind: [row for row in rows if row["method"] != "ae-d8"]
        for kind, rows in study.found["scores"].items()
    }
    lacking = type(study)(**{**vars(study), "found": known})
    monkeypatch.setattr("dashboard.apply.denoising.score_curves.study_or_message", lambda *_: lacking)
    assert "Not in the study, and left out: ae-d8" in words_of(open_page())


def test_curves_name_every_line_once_and_best_is_the_highest():
    study = study_of("digits", "denoise")
    table = score_table(study, "gaussian", [f"digits/{name}" for name in MODELS])
    assert table["title"].nunique() == len(MODELS) + 3
    best = best_methods(table, 0.48)
    at = table[table["level"] == 0.5].set_index("title")["psnr"]
    assert best.level == 0.5
    assert best.model[1] == at[[bundle_title(f"digits/{name}") for name in MODELS]].max()
    shown = table.rename(columns={"psnr": "value", "psnr_low": "low", "psnr_high": "high"})
    spec = level_curves(shown, ("level", "PSNR"), at=0.5, form=".0f", dark=False)
    names = spec["datasets"][spec["layer"][-1]["data"]["name"]]
    assert sorted(row["title"] for row in names) == sorted(table["title"].unique())
    heights = sorted(row["y"] for row in names)
    assert min(np.diff(heights)) > 0
