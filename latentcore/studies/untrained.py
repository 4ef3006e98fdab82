"""A model of the same design that has learned nothing: what an encoder's training is measured against."""

from __future__ import annotations

import numpy as np

from latentcore.exceptions import UnsupportedOperation
from latentcore.models import LatentModel
from latentcore.models.networks import TorchModel
from latentcore.models.pca import PCAModel
from latentcore.training import seeded
from latentcore.types import FloatArray


def untrained(model: LatentModel, *, seed: int) -> LatentModel:
    """Return a random model with the settings and image shape of a fitted one.

    A network has the weights that it starts training with; the components of PCA are random orthonormal
    directions.

    Raises
    ------
    UnsupportedOperation
        If the family has no design apart from what it learns.
    """
    if isinstance(model, TorchModel):
        with seeded(seed):
            network = model.make_network(model.settings, model.image_shape_)
        arrays = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    elif isinstance(model, PCAModel):
        arrays = model.state() | {"components": _directions(model.components_.shape, seed)}
    else:
        raise UnsupportedOperation(f"{model.title} cannot be had untrained; choose PCA or a network.")
    return type(model).from_state(model.config(), arrays)


def _directions(shape: tuple[int, ...], seed: int) -> FloatArray:
    """Return orthonormal rows, float32 ``(k, n_pixels)``."""
    noise = np.random.default_rng(seed).standard_normal(shape[::-1])
    return np.ascontiguousarray(np.linalg.qr(noise)[0].T, np.float32)
