"""The contract on other images than grey 8x8: colour, odd and larger sizes, two classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from latentcore.bundling.bundle import _code_tables
from latentcore.datasets.base import Dataset
from latentcore.models import MODELS, LatentModel, make_model
from latentcore.store import BundleContent, load_bundle, save_bundle
from latentcore.types import Capability

N = 120
SETTINGS = {
    "ae": {"n_epochs": 2, "distorted_share": 0.5},
    "dae": {"n_epochs": 2},
    "vae": {"n_epochs": 2},
    "beta_vae": {"n_epochs": 2},
    "gan": {"n_epochs": 2, "inversion_epochs": 1},
    "transformer": {"n_epochs": 2, "distorted_share": 0.5, "masked_share": 0.2},
    "cnn": {"n_epochs": 2, "inversion_epochs": 1},
    "flow": {"n_epochs": 2, "flow_epochs": 2, "distorted_share": 0.5},
}
CONVOLUTIONS = {"channels": (8, 8), "hidden": (32,)}


@dataclass(frozen=True)
class Kind:
    """Shape of the images, and number of classes."""

    shape: tuple[int, int, int]
    n_classes: int

    def __str__(self) -> str:
        return f"{'x'.join(map(str, self.shape))}, {self.n_classes} classes"


KINDS = [Kind((3, 8, 8), 3), Kind((1, 9, 7), 4), Kind((1, 20, 20), 2), Kind((3, 16, 12), 2)]


def make_images(kind: Kind) -> Dataset:
    """Return noisy images whose channels and halves are as bright as the class says."""
    generator = np.random.default_rng(0)
    labels = np.arange(N, dtype=np.int64) % kind.n_classes
    images = generator.uniform(0, 0.3, (N, *kind.shape)).astype(np.float32)
    images[:, :, : kind.shape[1] // 2] += (labels / kind.n_classes * 0.6)[:, None, None, None].astype(
        np.float32
    )
    images[:, 0] += (labels % 2 * 0.1)[:, None, None].astype(np.float32)
    classes = tuple(f"class {k}" for k in range(kind.n_classes))
    return Dataset(
        name="made",
        split="train",
        pixels=images,
        labels=labels,
        indices=np.arange(N, dtype=np.int64),
        classes=classes,
    )


@pytest.fixture(scope="module", params=KINDS, ids=str)
def data(request):
    return make_images(request.param)


def fit(family: str, data: Dataset) -> LatentModel:
    latent_dim = min(2, len(data.classes) - 1) if family == "lda" else 2
    return make_model(family, {"latent_dim": latent_dim, **SETTINGS.get(family, {})}).fit(
        data.images, data.labels, seed=0
    )


@pytest.fixture(scope="module", params=list(MODELS))
def fitted(request, data):
    return fit(request.param, data)


def test_shapes_types_and_ranges(fitted, data):
    codes = fitted.encode(data.images)
    images = fitted.decode(codes)
    assert codes.shape == (N, fitted.latent_dim)
    assert images.shape == data.images.shape
    assert codes.dtype == images.dtype == np.float32
    assert 0 <= images.min() < images.max() <= 1


def test_the_same_seed_gives_the_same_model(fitted, data):
    again = fit(fitted.family, data)
    assert all(np.array_equal(array, again.state()[name]) for name, array in fitted.state().items())


def test_samples_have_the_shape_of_the_images(fitted, data):
    if fitted.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY}:
        assert fitted.sample(5, seed=7).shape == (5, *data.images.shape[1:])


def test_a_bundle_is_written_and_read_back(fitted, data, tmp_path):
    codes, train = _code_tables(fitted, data, data)
    content = BundleContent(
        dataset="made",
        classes=data.classes,
        model=fitted,
        recipe={"command": "latentcore train"},
        test=codes,
        train=train,
        history=[],
        metrics={},
        card="# Made",
        pictures={},
    )
    folder = save_bundle(content, tmp_path)
    bundle = load_bundle(f"made/{folder.name}", tmp_path)
    assert bundle.image_shape == data.images.shape[1:]
    assert bundle.classes == data.classes
    assert np.allclose(bundle.model.reconstruct(data.images), fitted.reconstruct(data.images), atol=1e-6)


@pytest.mark.parametrize("family", ["ae", "vae", "flow"])
def test_convolutions_take_colour(family):
    data = make_images(Kind((3, 16, 16), 2))
    settings = {"latent_dim": 2, **SETTINGS[family], **CONVOLUTIONS}
    model = make_model(family, settings).fit(data.images, data.labels, seed=0)
    assert model.reconstruct(data.images).shape == data.images.shape
