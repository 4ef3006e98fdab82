"""Half precision, in which networks are stored."""

from __future__ import annotations

import numpy as np

from latentcore.models.base import LatentModel


def halved(model: LatentModel) -> LatentModel:
    """Return a model whose arrays are rounded to half precision, so that they can be stored in it.

    Everything that is measured afterwards holds for what is stored.
    """
    rounded = {name: array.astype(np.float16).astype(np.float32) for name, array in model.state().items()}
    return type(model).from_state(model.config(), rounded)
