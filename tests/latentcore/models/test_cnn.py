"""The CNN: a classifier whose last hidden layer is the code, and a decoder trained afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from latentcore.datasets import load_dataset
from latentcore.metrics.reconstruction import image_mse
from latentcore.models import make_model
from latentcore.models.capabilities import HasClassifier
from latentcore.models.cnn import CNNModel
from latentcore.types import Capability

SETTINGS = {"latent_dim": 8, "n_epochs": 30, "inversion_epochs": 40}


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits", "train")


@pytest.fixture(scope="module")
def model(digits):
    fitted = make_model("cnn", SETTINGS).fit(digits.images, digits.labels, seed=0)
    assert isinstance(fitted, CNNModel)
    return fitted


def test_it_classifies_test_images(model):
    test = load_dataset("digits", "test")
    probabilities = model.class_probabilities(test.images)
    assert probabilities.shape == (len(test), 10)
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (probabilities.argmax(axis=1) == test.labels).mean() >= 0.95
    assert isinstance(model, HasClassifier)
    assert not isinstance(make_model("ae", {"latent_dim": 2}), HasClassifier)


def test_codes_are_centred_and_the_head_makes_up_for_it(model, digits):
    codes = model.encode(digits.images)
    assert np.abs(codes.mean(axis=0)).max() < 1e-3
    assert float((codes.std(axis=0) ** 2).mean()) == pytest.approx(1, abs=1e-2)
    head = model.network_.head
    logits = codes @ head.weight.numpy().T + head.bias.numpy()
    assert np.array_equal(logits.argmax(axis=1), model.class_probabilities(digits.images).argmax(axis=1))


def test_the_decoder_shows_the_class_and_loses_the_handwriting(model, digits):
    decoded = model.reconstruct(digits.images)
    mean = np.broadcast_to(digits.images.mean(axis=0), digits.images.shape)
    assert image_mse(digits.images, decoded).mean() < 0.75 * image_mse(digits.images, mean).mean()
    classes = model.class_probabilities(decoded).argmax(axis=1)
    assert (classes == digits.labels).mean() >= 0.9
    assert Capability.APPROXIMATE_DECODER in model.capabilities


def test_one_class_is_refused(digits):
    images = digits.images[:10]
    with pytest.raises(ValueError, match="needs images of 2 to 1,000 classes"):
        make_model("cnn", SETTINGS).fit(images, np.zeros(10, np.int64), seed=0)


@pytest.mark.parametrize("n_classes", ["10", 1, 10**6, True, None])
def test_a_number_of_classes_out_of_range_is_refused(model, n_classes):
    with pytest.raises(ValueError, match="n_classes is"):
        CNNModel.from_state({**model.config(), "n_classes": n_classes}, model.state())


def test_another_number_of_classes_than_the_weights_have_is_refused(model):
    with pytest.raises(ValueError, match="shape"):
        CNNModel.from_state({**model.config(), "n_classes": 9}, model.state())


def test_an_untrained_copy_has_as_many_classes(model, digits):
    copy = model.untrained_copy(seed=0)
    assert copy.class_probabilities(digits.images[:3]).shape == (3, 10)


@pytest.mark.parametrize("shape", [(1, 9, 7), (3, 8, 8), (3, 33, 20)])
@pytest.mark.parametrize("n_images", [2, 12])
def test_images_of_any_size_are_fitted(shape, n_images):
    images = np.random.default_rng(0).random((n_images, *shape), dtype=np.float32)
    labels = np.arange(n_images, dtype=np.int64) % 2
    settings = {"latent_dim": 2, "channels": (8, 8, 8), "n_epochs": 2, "inversion_epochs": 2}
    model = make_model("cnn", settings).fit(images, labels, seed=0)
    assert np.isfinite(model.reconstruct(images)).all()
    assert model.class_probabilities(images).shape == (n_images, 2)
