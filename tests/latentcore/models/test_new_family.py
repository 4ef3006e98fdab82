"""A new model family, added as the README says: a class in `MODELS`, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from latentcore.bundling import train_bundle
from latentcore.datasets import load_dataset
from latentcore.models import MODELS
from latentcore.models.base import LatentModel
from latentcore.models.density import Gaussian
from latentcore.models.settings import Settings
from latentcore.recipes import make_recipe
from latentcore.store import list_bundles, load_bundle
from latentcore.types import Capability


@dataclass(frozen=True, kw_only=True)
class ProjectionSettings(Settings):
    scale: float = 1.0


class ProjectionModel(LatentModel):
    """A random orthonormal projection."""

    family = "projection"
    title = "Random projection"
    capabilities = frozenset({Capability.NATIVE_ENCODER, Capability.NATIVE_DECODER, Capability.PRIOR})
    sampling = "its prior, N(0, I)"
    settings_type = ProjectionSettings

    @property
    def n_parameters(self) -> int:
        return int(self.axes_.size)

    def _fit(self, images, labels, *, seed, on_event):  # noqa: ARG002
        noise = np.random.default_rng(seed).standard_normal((images[0].size, self.latent_dim))
        self.axes_ = (self.settings.scale * np.linalg.qr(noise)[0].T).astype(np.float32)

    def _encode(self, images):
        return images.reshape(len(images), -1) @ self.axes_.T

    def _decode(self, codes):
        return np.clip(codes @ self.axes_, 0, 1).reshape(-1, *self.image_shape_)

    def _sampling_density(self):
        return Gaussian.standard(self.latent_dim)

    def state(self):
        return {"axes": self.axes_}

    @classmethod
    def expected_arrays(cls, config: Mapping[str, Any]):
        return {"axes": (config["settings"]["latent_dim"], int(np.prod(config["image_shape"])))}

    def _restore(self, image_shape, arrays):  # noqa: ARG002
        self.axes_ = arrays["axes"]


@pytest.mark.parametrize("dataset", ["digits", "mnist", "mine"])
@pytest.mark.parametrize("latent_dim", [2, 16])
def test_a_family_without_settings_of_its_own_has_a_recipe(monkeypatch, dataset, latent_dim):
    monkeypatch.setitem(MODELS, "projection", ProjectionModel)
    recipe = make_recipe(dataset, "projection", latent_dim)
    assert recipe.make_model().settings == ProjectionSettings(latent_dim=latent_dim)


def test_a_bundle_of_a_new_family_is_trained_saved_and_loaded(monkeypatch, tmp_path):
    monkeypatch.setitem(MODELS, "projection", ProjectionModel)
    train_bundle(make_recipe("digits", "projection", 2), tmp_path)
    (spec,) = list_bundles(tmp_path)
    assert (spec.id, spec.capabilities) == ("digits/projection-d2", ProjectionModel.capabilities)
    bundle, test = load_bundle(spec.id, tmp_path), load_dataset("digits", "test")
    assert np.allclose(bundle.model.encode(test.images), bundle.codes, atol=1e-5)
    assert {"mse", "knn_accuracy", "class_shares"} <= set(bundle.metrics)
