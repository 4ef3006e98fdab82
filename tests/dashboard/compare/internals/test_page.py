"""Internals section, run without a browser, and its services."""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.compare.internals.services import (
    Posterior,
    active_dimensions,
    aggregate_posterior_density,
    fisher_ratios,
    posterior_of,
    score_of,
    score_table,
    standard_normal_density,
)
from dashboard.data.catalogue import open_bundle
from latentcore.datasets import load_dataset
from latentcore.exceptions import UnsupportedOperation
from latentcore.store import list_bundles, load_bundle, models_folder
from tests.dashboard import pages

FIGURES = {
    "pca": ("Explained variance",),
    "lda": ("Class separation",),
    "ae": ("Standard deviation of the codes",),
    "dae": ("Denoising", "Standard deviation of the codes"),
    "vae": ("KL divergence from the prior", "prior"),
    "beta_vae": ("KL divergence from the prior", "prior"),
    "gan": ("Class distribution of samples", "Reconstruction error of real images"),
    "flow": ("Round trip of codes from the prior", "Standard deviation of the codes"),
    "cnn": ("Accuracy of the classifier", "Class separation"),
    "transformer": ("Standard deviation of the codes",),
}


def open_section(**query: object) -> AppTest:
    return pages.open_page("compare", **{"view": "inside", **query})


def text_of(app: AppTest) -> str:
    return " ".join(element.value for element in [*app.markdown, *app.caption])


@pytest.mark.parametrize("bundle_id", [spec.id for spec in list_bundles()])
def test_every_model_shows_what_its_family_has(bundle_id):
    dataset, _, name = bundle_id.partition("/")
    app = open_section(dataset=dataset, models=[name])
    text = text_of(app)
    assert all(title in text for title in FIGURES[load_bundle(bundle_id).spec.family])
    assert "holds no" not in text
    assert not app.error
    assert not app.warning


def test_a_vae_of_two_dimensions_shows_the_posteriors_of_its_test_images():
    text = text_of(open_section(models=["vae-d2"]))
    assert "Posterior ellipses" in text
    assert "1, 2 and 3 standard deviations" in text
    assert "Posteriors of 150 test images" in text


def test_without_the_dataset_posteriors_are_labelled_as_those_of_stand_ins(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    app = open_section(dataset="mnist", models=["vae-d16"])
    assert "Posteriors of 500 stand-ins: decodes by Autoencoder, 16-D; seed 0." in text_of(app)


@pytest.mark.parametrize("name", ["vae-d8", "gan-d8", "pca-d8"])
def test_a_bundle_without_scores_says_how_to_measure_them(name, tmp_path, monkeypatch):
    folder = tmp_path / "digits" / name
    shutil.copytree(models_folder() / "digits" / name, folder)
    (folder / "metrics.json").write_text("{}")
    config = json.loads((folder / "config.json").read_text())
    config["files"]["metrics.json"] = {"bytes": 2, "sha256": hashlib.sha256(b"{}").hexdigest()}
    (folder / "config.json").write_text(json.dumps(config))
    monkeypatch.setenv("LATENTCORE_MODELS", str(tmp_path))
    app = open_section(models=[name])
    assert "This bundle holds no" in text_of(app)
    assert f"latentcore train digits {name.partition('-')[0]} --latent-dim 8" in text_of(app)
    assert "holds no code" not in text_of(app)


def test_a_score_of_another_length_counts_as_missing():
    bundle = load_bundle("digits/vae-d8")
    assert score_of(bundle, "kl", 8) is not None
    assert score_of(bundle, "kl", 7) is None
    assert score_of(bundle, "kl") is None
    assert score_of(bundle, "nothing") is None


def test_a_table_of_scores_holds_values_and_intervals():
    bundle = load_bundle("digits/vae-d2")
    score = score_of(bundle, "kl", 2)
    assert score is not None
    table = score_table(score, ["z1", "z2"])
    assert table["value"].tolist() == bundle.metrics["kl"]["value"]
    assert (score.n, score.seed) == (540, 0)
    assert ((table["low"] < table["value"]) & (table["value"] < table["high"])).all()
    exact = score_of(load_bundle("digits/pca-d2"), "explained_variance_ratio", 2)
    assert score_table(exact, ["z1", "z2"])["low"].isna().all()


def test_posteriors_are_those_of_the_test_images():
    bundle = load_bundle("digits/vae-d2")
    found = posterior_of(open_bundle("digits/vae-d2"))
    mean, deviation = bundle.model.posterior(load_dataset("digits", "test").images)
    rows = [int(np.linalg.norm(mean - own, axis=1).argmin()) for own in found.mean[:20]]
    assert np.allclose(mean[rows], found.mean[:20], atol=1e-4)
    assert np.allclose(deviation[rows], found.deviation[:20], atol=1e-4)
    assert (load_dataset("digits", "test").labels[rows] == found.groups[:20]).all()


def test_the_aggregate_of_posteriors_equal_to_the_prior_is_the_prior():
    same = Posterior(
        np.zeros((30, 2), np.float32), np.ones((30, 2), np.float32), np.zeros(30, np.int64), None
    )
    grid, density = aggregate_posterior_density(same)
    assert np.allclose(density, standard_normal_density(grid)[:, None], atol=1e-6)


def test_an_aggregate_posterior_integrates_to_1_and_matches_samples():
    found = posterior_of(open_bundle("digits/vae-d8"))
    grid, density = aggregate_posterior_density(found)
    assert np.allclose(np.trapezoid(density, grid, axis=0), 1, atol=0.02)
    generator = np.random.default_rng(0)
    samples = found.mean + found.deviation * generator.standard_normal((200, *found.mean.shape))
    samples = samples.reshape(-1, samples.shape[-1])
    mean = np.trapezoid(grid[:, None] * density, grid, axis=0)
    assert np.allclose(mean, samples.mean(axis=0), atol=0.03)
    spread = np.trapezoid((grid[:, None] - mean) ** 2 * density, grid, axis=0)
    assert np.allclose(spread, samples.var(axis=0), atol=0.05)


def test_active_dimensions_agree_with_the_stored_active_units():
    bundle = load_bundle("digits/vae-d8")
    score = score_of(bundle, "active_units")
    assert score is not None
    assert [sum(active_dimensions(bundle))] == score.values.tolist()


def test_fisher_ratios_agree_with_an_analysis_of_variance():
    from scipy.stats import f_oneway  # noqa: PLC0415

    bundle = load_bundle("digits/lda-d9")
    codes, labels = bundle.train.codes.astype(np.float64), bundle.train.labels
    groups = [codes[labels == label] for label in range(len(bundle.classes))]
    freedom = (len(codes) - len(groups)) / (len(groups) - 1)
    assert fisher_ratios(bundle) * freedom == pytest.approx(f_oneway(*groups).statistic, rel=1e-4)


def test_a_model_that_is_no_vae_has_no_posterior():
    with pytest.raises(UnsupportedOperation, match="no posterior"):
        posterior_of(open_bundle("digits/pca-d2"))
