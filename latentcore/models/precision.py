"""Rounding of weights to half precision, in which networks are stored."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from latentcore.models.base import LatentModel

ModelT = TypeVar("ModelT", bound=LatentModel)


def round_to_half(model: ModelT) -> ModelT:
    """Return a copy of a model with its arrays rounded to half precision.

    Scores measured afterwards are then those of the stored model.
    """
    rounded = {name: array.astype(np.float16).astype(np.float32) for name, array in model.state().items()}
    return type(model).from_state(model.config(), rounded)
