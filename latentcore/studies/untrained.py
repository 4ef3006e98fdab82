"""Untrained copies of models, the baseline of encoders that were trained."""

from __future__ import annotations

import numpy as np

from latentcore.exceptions import UnsupportedOperation
from latentcore.models import LatentModel
from latentcore.models.networks import TorchModel
from latentcore.models.pca import PCAModel
from latentcore.training import seeded
from latentcore.types import FloatArray


def untrained_copy(model: LatentModel, *, seed: int) -> LatentModel:
    """Return a randomly initialised model with the settings and image shape of a fitted one.

    A network gets the initial weights of its training; PCA gets random orthonormal components.

    Raises
    ------
    UnsupportedOperation
        If the family is neither PCA nor a network.
    """
    if isinstance(model, TorchModel):
        with seeded(seed):
            network = model.make_network(model.settings, model.image_shape_)
        arrays = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    elif isinstance(model, PCAModel):
        arrays = model.state() | {"components": _directions(model.components_.shape, seed)}
    else:
        raise UnsupportedOperation(f"{model.title} has no untrained copy; choose PCA or a network.")
    return type(model).from_state(model.config(), arrays)


def _directions(shape: tuple[int, ...], seed: int) -> FloatArray:
    """Return orthonormal rows, float32 ``(k, n_pixels)``."""
    noise = np.random.default_rng(seed).standard_normal(shape[::-1])
    return np.ascontiguousarray(np.linalg.qr(noise)[0].T, np.float32)
