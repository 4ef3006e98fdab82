"""The contract, over every model family."""

from __future__ import annotations

import numpy as np
import pytest

from latentcore.datasets import load_dataset
from latentcore.exceptions import TrainingCancelled, UnsupportedOperation
from latentcore.models import MODELS, LatentModel, make_model
from latentcore.models.capabilities import PROTOCOLS
from latentcore.types import Capability

SETTINGS = {
    "ae": {"n_epochs": 2, "distorted_share": 0.5},
    "vae": {"n_epochs": 2},
    "gan": {"n_epochs": 2, "inversion_epochs": 1},
    "transformer": {"n_epochs": 2, "distorted_share": 0.5, "masked_share": 0.2},
    "cnn": {"n_epochs": 2, "inversion_epochs": 1},
    "flow": {"n_epochs": 2, "flow_epochs": 2, "distorted_share": 0.5},
}


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits", "train").take(np.arange(200))


def unfitted(family: str, latent_dim: int = 2) -> LatentModel:
    return make_model(family, {"latent_dim": latent_dim, **SETTINGS.get(family, {})})


@pytest.fixture(scope="module", params=list(MODELS))
def fitted(request, digits):
    return unfitted(request.param).fit(digits.images, digits.labels, seed=0)


def same_state(one: LatentModel, other: LatentModel) -> bool:
    left, right = one.state(), other.state()
    return left.keys() == right.keys() and all(np.array_equal(left[name], right[name]) for name in left)


def test_shapes_types_and_ranges(fitted, digits):
    codes = fitted.encode(digits.images)
    images = fitted.decode(codes)
    assert codes.shape == (200, 2)
    assert codes.dtype == np.float32
    assert images.shape == digits.images.shape
    assert images.dtype == np.float32
    assert 0 <= images.min() < images.max() <= 1
    assert np.array_equal(fitted.reconstruct(digits.images), images)


def test_encode_is_deterministic_and_independent_of_the_batch(fitted, digits):
    codes = fitted.encode(digits.images)
    assert np.array_equal(codes, fitted.encode(digits.images))
    assert np.allclose(codes[:7], fitted.encode(digits.images[:7]), atol=1e-5)


@pytest.mark.parametrize("family", list(MODELS))
def test_the_seed_decides_and_refitting_starts_over(family, digits):
    half = digits.take(np.arange(0, 200, 2))
    model = unfitted(family).fit(digits.images, digits.labels, seed=1)
    model.fit(half.images, half.labels, seed=3)
    fresh = unfitted(family).fit(half.images, half.labels, seed=3)
    assert same_state(model, fresh)


@pytest.mark.parametrize("family", list(MODELS))
def test_images_of_whole_numbers_give_the_same_model(family):
    train = load_dataset("shapes", "train").take(np.arange(100))
    assert train.train_images.dtype == np.uint8
    one = unfitted(family, 1).fit(train.train_images, train.labels, seed=0)
    assert same_state(one, unfitted(family, 1).fit(train.images, train.labels, seed=0))


@pytest.mark.parametrize("family", ["ae", "vae", "gan", "flow", "cnn", "transformer"])
def test_another_seed_gives_another_network(family, digits):
    one, other = (unfitted(family).fit(digits.images, digits.labels, seed=seed) for seed in (0, 1))
    assert not same_state(one, other)


def test_state_restores_the_model(fitted, digits):
    again = type(fitted).from_state(fitted.config(), fitted.state())
    assert np.array_equal(again.reconstruct(digits.images), fitted.reconstruct(digits.images))
    assert again.n_parameters == fitted.n_parameters > 0


@pytest.mark.parametrize("damage", ["missing", "extra", "shape", "nan"])
def test_a_damaged_state_is_refused(fitted, damage):
    arrays = {name: array.copy() for name, array in fitted.state().items()}
    name = sorted(arrays)[0]
    if damage == "missing":
        del arrays[name]
    elif damage == "extra":
        arrays["stranger"] = np.zeros(1, np.float32)
    elif damage == "shape":
        arrays[name] = arrays[name][:1].repeat(3, axis=0)[:, ...].reshape(-1)[:1].reshape(1, 1, 1)
    else:
        arrays[name].flat[0] = np.nan
    with pytest.raises(ValueError, match="array"):
        type(fitted).from_state(fitted.config(), arrays)


def test_sampling_is_seeded_or_refused_with_an_alternative(fitted):
    if not fitted.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY}:
        with pytest.raises(UnsupportedOperation, match="sample from PCA"):
            fitted.sample(3, seed=0)
        return
    codes = fitted.sample_codes(5, seed=7)
    assert codes.shape == (5, 2)
    assert np.array_equal(codes, fitted.sample_codes(5, seed=7))
    assert not np.array_equal(codes, fitted.sample_codes(5, seed=8))
    assert np.ptp(fitted.sample_codes(5, seed=7, temperature=0), axis=0).max() == 0
    assert fitted.sample(5, seed=7).shape == (5, 1, 8, 8)
    with pytest.raises(ValueError, match="temperature"):
        fitted.sample_codes(5, seed=7, temperature=-1)
    with pytest.raises(ValueError, match="at least 1"):
        fitted.sample_codes(0, seed=7)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((3, 8, 8), np.float32), "expected"),
        (np.zeros((3, 1, 9, 8), np.float32), "expected"),
        (np.zeros((0, 1, 8, 8), np.float32), "empty"),
        (np.zeros((3, 1, 8, 8)), "float32"),
        (np.full((3, 1, 8, 8), np.nan, np.float32), "NaN"),
        (np.full((3, 1, 8, 8), 2, np.float32), r"\[0, 1\]"),
    ],
)
def test_bad_images_are_refused(fitted, images, message):
    with pytest.raises(ValueError, match=message):
        fitted.encode(images)


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (np.zeros((3, 5), np.float32), "expected"),
        (np.zeros((0, 2), np.float32), "empty"),
        (np.zeros((3, 2)), "float32"),
        (np.full((3, 2), np.inf, np.float32), "infinite"),
    ],
)
def test_bad_codes_are_refused(fitted, codes, message):
    with pytest.raises(ValueError, match=message):
        fitted.decode(codes)


@pytest.mark.parametrize("family", list(MODELS))
def test_a_latent_dim_beyond_the_family_is_refused(family, digits):
    with pytest.raises(ValueError, match="allows"):
        unfitted(family, 65).fit(digits.images, digits.labels, seed=0)
    with pytest.raises(ValueError, match="latent_dim"):
        unfitted(family, 0)


@pytest.mark.parametrize("family", list(MODELS))
def test_an_unfitted_model_says_so(family, digits):
    with pytest.raises(ValueError, match="not fitted"):
        unfitted(family).encode(digits.images)


@pytest.mark.parametrize("family", ["lda", "cnn"])
def test_supervised_families_want_labels(family, digits):
    with pytest.raises(ValueError, match="is supervised: it needs images with labels"):
        unfitted(family).fit(digits.images, seed=0)


@pytest.mark.parametrize("family", ["ae", "vae", "gan", "flow", "cnn", "transformer"])
def test_a_cancelled_fit_leaves_the_model_as_it_was(family, digits):
    model = unfitted(family).fit(digits.images, digits.labels, seed=0)
    before = model.state()

    def cancel(_: object) -> None:
        raise TrainingCancelled("enough")

    with pytest.raises(TrainingCancelled):
        model.fit(digits.images, digits.labels, seed=5, on_event=cancel)
    after = model.state()
    assert all(np.array_equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("capability", list(PROTOCOLS))
def test_a_capability_is_declared_exactly_by_models_that_have_its_operations(fitted, capability):
    assert (capability in fitted.capabilities) == isinstance(fitted, PROTOCOLS[capability])
