"""Feature networks for images of any shape."""

from dataclasses import replace

import numpy as np
import pytest

from latentcore.datasets import Dataset, dataset_spec, load_dataset
from latentcore.datasets.rooms import render_rooms
from latentcore.evaluation.suite import SUITE, absent_reason
from latentcore.features import load_feature_network, train_feature_network
from latentcore.lenet import fit_classifier
from latentcore.store import list_bundles


def test_the_network_of_colour_images_says_for_what_shape_it_is():
    network, test = load_feature_network("rooms"), load_dataset("rooms", "test")
    assert network is not None
    assert network.name == network.metadata["name"] == "LeNet64 3x32x32 v1"
    assert network.metadata["factors"] == list(dataset_spec("rooms").factor_names)
    assert network.features(test.images[:50]).shape == (50, 64)
    with pytest.raises(ValueError, match="28"):
        network.features(load_dataset("shapes", "test").images[:2])


def test_features_of_rooms_tell_every_factor_apart():
    """Which classes alone would not do: the distance is of the order of that between any two images."""
    network = load_feature_network("rooms")
    assert network is not None
    start = np.array([0.1, 0.3, 0.6, 1, 0], np.float32)
    changed = start + np.diag([0.4, 0.4, -0.4, 0.2, 30]).astype(np.float32)
    features = network.features(render_rooms(np.zeros(6, np.int64), np.stack([start, *changed])))
    others = network.features(load_dataset("rooms", "test").images[:200])
    typical = np.median(np.linalg.norm(others[:100] - others[100:], axis=1))
    assert (np.linalg.norm(features[1:] - features[0], axis=1) > 0.25 * typical).all()


def test_other_shapes_have_networks_of_their_own_name(tmp_path):
    generator = np.random.default_rng(0)
    images = generator.random((300, 3, 20, 18), dtype=np.float32)
    labels = (images[:, 0].mean(axis=(1, 2)) > 0.5).astype(np.int64)
    data = Dataset(
        name="shapes", split="train", pixels=images, labels=labels, indices=np.arange(300), classes=("a", "b")
    )
    trained = train_feature_network(data, data, tmp_path)
    loaded = load_feature_network("shapes", tmp_path)
    assert loaded is not None
    assert loaded.name == trained.name == "LeNet64 3x20x18 v1"
    assert loaded.metadata["factors"] == []
    assert np.allclose(loaded.features(images), trained.features(images), atol=1e-5)
    assert trained.features(images).std(axis=0) == pytest.approx(np.ones(64), abs=1e-3)
    with pytest.raises(ValueError, match="16 to 32 per side"):
        fit_classifier(images[:, :, :8, :8], labels, n_classes=2, seed=0)
    with pytest.raises(ValueError, match="has no labels"):
        train_feature_network(replace(data, classes=()), data, tmp_path)


@pytest.mark.parametrize(("dataset", "has_one"), [("shapes", True), ("rooms", True), ("digits", False)])
def test_scores_on_features_are_absent_without_a_network(dataset, has_one):
    measure = next(measure for measure in SUITE if measure.name == "recall")
    spec = next(spec for spec in list_bundles() if spec.dataset == dataset and spec.family == "pca")
    assert (absent_reason(measure, spec) == "no feature network for this dataset") is not has_one
