"""Training, scores and storing on datasets without labels, with few images, or with many classes."""

from pathlib import Path

import numpy as np
import pytest

from latentcore.bundling import train_bundle
from latentcore.datasets import load_dataset
from latentcore.datasets.own.add import add_dataset
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.stored import remove_own
from latentcore.evaluation.suite import SUITE, absent_reason
from latentcore.exceptions import BundleError, DatasetError
from latentcore.recipes import make_recipe
from latentcore.store import load_bundle

MEASURES = {measure.name: measure for measure in SUITE}


def add(folder: Path, n: int, channels: int, *, side: int = 12, labels: np.ndarray | None = None) -> str:
    """Add `n` random images as the dataset "odd" below the data folder `folder`."""
    images = np.random.default_rng(0).integers(0, 256, (n, channels, side, side), dtype=np.uint8)
    columns = {} if labels is None else {"labels": labels}
    np.savez(folder / "source.npz", images=images, **columns)
    add_dataset("odd", folder / "source.npz", folder, options=AddOptions(size=side, channels="first"))
    return "odd"


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENTCORE_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("family", "latent_dim"), [("pca", 2), ("pca", 3), ("ae", 2), ("vae", 2)])
def test_a_dozen_images_without_labels_become_a_bundle(data, family, latent_dim):
    add(data, 12, 1)
    train_bundle(make_recipe("odd", family, latent_dim), data / "models")
    bundle = load_bundle(f"odd/{family}-d{latent_dim}", data / "models")
    assert (bundle.classes, bundle.has_labels) == ((), False)
    assert (bundle.labels == -1).all()
    assert bundle.derived.class_means.shape == (0, latent_dim)
    assert bundle.groups[0] == "cluster 1"
    assert bundle.group_word == "cluster"
    assert set(bundle.train_groups) == set(range(len(bundle.groups)))
    assert set(bundle.test_groups) <= set(bundle.train_groups)
    assert np.isfinite(bundle.plane).all()
    assert bundle.plane.shape == (2, 2)
    reasons = {name: absent_reason(MEASURES[name], bundle.spec) for name in ("knn_accuracy", "cas")}
    assert set(reasons.values()) == {"no labels"}
    assert absent_reason(MEASURES["trustworthiness"], bundle.spec) == "fewer than 21 test images"
    assert not reasons.keys() & bundle.metrics.keys()
    assert bundle.metrics["mse"]["n"] == 2


def test_a_bundle_of_one_dataset_is_refused_on_another(data):
    add(data, 12, 1)
    train_bundle(make_recipe("odd", "pca", 2), data / "models")
    path = data / "models" / "odd" / "pca-d2" / "config.json"
    path.write_text(path.read_text().replace('"classes": []', '"classes": ["a"]'))
    with pytest.raises(BundleError, match="other images or classes"):
        load_bundle("odd/pca-d2", data / "models")


def test_a_model_of_images_that_were_replaced_is_refused(data):
    add(data, 12, 1)
    train_bundle(make_recipe("odd", "pca", 2), data / "models")
    remove_own(data, "odd")
    with_other_images = data / "other"
    with_other_images.mkdir()
    np.savez(with_other_images / "source.npz", images=np.zeros((12, 1, 12, 12), np.uint8))
    add_dataset("odd", with_other_images / "source.npz", data, options=AddOptions(size=12, channels="first"))
    with pytest.raises(BundleError, match="added again with other images"):
        load_bundle("odd/pca-d2", data / "models")


def test_a_class_with_one_image_is_trained_on_and_scored(data):
    labels = np.arange(60).repeat(3)
    labels[0] = 60
    add(data, len(labels), 3, labels=labels)
    train = load_dataset("odd", "train")
    assert (train.labels == 60).sum() == 1
    train_bundle(make_recipe("odd", "pca", 2), data / "models")
    bundle = load_bundle("odd/pca-d2", data / "models")
    assert len(bundle.classes) == 61
    assert np.isfinite(bundle.derived.class_means).all()
    assert {"knn_accuracy", "probe_accuracy", "cas", "class_shares"} <= bundle.metrics.keys()


def test_supervised_families_say_what_they_need(data):
    add(data, 12, 1)
    with pytest.raises(ValueError, match="needs images with labels"):
        train_bundle(make_recipe("odd", "lda", 1), data / "models")


def test_a_validation_part_is_drawn_without_labels_and_with_single_images(data):
    add(data, 40, 1)
    part, held = load_dataset("odd", "train").holdout(0.25, seed=0)
    assert (len(part), len(held)) == (24, 8)
    folder = data / "second"
    folder.mkdir()
    add(folder, 12, 1, labels=np.arange(12) // 2)
    part, held = load_dataset("odd", "train").holdout(0.1, seed=0)
    assert not set(part.indices) & set(held.indices)


@pytest.mark.parametrize("n", [1, 2])
def test_too_few_images_are_refused(data, n):
    with pytest.raises(DatasetError, match=r"models need 2 to train on and 1 to test|leaves"):
        add(data, n, 1)
    assert not (data / "own" / "odd").exists()


def test_a_time_budget_needs_no_labels(data):
    add(data, 12, 1)
    said: list[str] = []
    folder = train_bundle(make_recipe("odd", "ae", 2, minutes=0.02), data / "models", on_stage=said.append)
    assert folder.is_dir()
    assert "to take about 0.02 minutes" in said[0]
