"""The bundles that ship, measured afresh on test images."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from latentcore.datasets import load_dataset
from latentcore.metrics.generation import class_shares, logistic_labels
from latentcore.metrics.reconstruction import image_mse
from latentcore.recipes import ZOO
from latentcore.store import list_bundles, load_bundle

MAX_BYTES = 2_500_000
IDS = [spec.id for spec in list_bundles()]
TRAIN, TEST = load_dataset("digits", "train"), load_dataset("digits", "test")


def mse(name: str) -> float:
    model = load_bundle(f"digits/{name}").model
    return float(image_mse(TEST.images, model.reconstruct(TEST.images)).mean())


def test_the_zoo_is_complete():
    assert set(IDS) == {f"{dataset}/{family}-d{k}" for dataset, family, k in ZOO}


@pytest.mark.parametrize("bundle_id", IDS)
def test_a_bundle_decodes_what_it_did_and_scores_what_it_says(bundle_id):
    bundle = load_bundle(bundle_id)
    assert np.abs(bundle.model.decode(bundle.golden_codes) - bundle.golden_images).max() < 1e-5
    assert mse(bundle.spec.name) == pytest.approx(bundle.metrics["mse"]["value"], rel=1e-4)
    assert sum(path.stat().st_size for path in bundle.spec.folder.rglob("*") if path.is_file()) <= MAX_BYTES
    assert {"protocol", "n", "seed", "interval"} <= set(bundle.metrics["mse"])


@pytest.mark.parametrize("k", [2, 8])
def test_pca_equals_scikit_learn(k):
    rows = TEST.images.reshape(len(TEST), -1)
    fresh = PCA(k, svd_solver="full").fit(TRAIN.images.reshape(len(TRAIN), -1).astype(np.float64))
    expected = np.clip(fresh.inverse_transform(fresh.transform(rows)), 0, 1)
    shown = load_bundle(f"digits/pca-d{k}").model.reconstruct(TEST.images).reshape(len(TEST), -1)
    assert np.abs(shown - expected).max() < 1e-5


def test_networks_beat_pca_as_asked():
    assert mse("ae-d2") <= 0.6 * mse("pca-d2")
    assert mse("ae-d8") <= 0.5 * mse("pca-d8")
    assert mse("vae-d2") < mse("pca-d2")


def test_the_codes_of_the_vae_fill_its_prior():
    codes = load_bundle("digits/vae-d2").model.encode(TEST.images)
    assert np.abs(codes.mean(axis=0)).max() < 0.5
    assert 0.5 < codes.std(axis=0).min() <= codes.std(axis=0).max() < 1.5


@pytest.mark.parametrize("k", [2, 8])
def test_the_gan_draws_every_class(k):
    samples = load_bundle(f"digits/gan-d{k}").model.sample(2000, seed=11)
    shares = class_shares(logistic_labels(TRAIN.images, TRAIN.labels, samples), n_classes=10)
    assert shares.min() >= 0.03
    assert shares.max() <= 0.2


def test_the_inversion_of_the_gan_beats_the_mean_image_by_half():
    mean = np.broadcast_to(TRAIN.images.mean(axis=0), TEST.images.shape)
    assert mse("gan-d8") <= 0.5 * float(image_mse(TEST.images, mean).mean())
