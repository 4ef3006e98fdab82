"""A model and what it makes of the data, computed once for all scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.datasets import Dataset
from latentcore.evaluation.score import SEED
from latentcore.models import LatentModel
from latentcore.types import Capability, FloatArray


@dataclass(frozen=True)
class Subject:
    """What is measured.

    Attributes
    ----------
    model : LatentModel
        Fitted on `train`.
    train, test : Dataset
    train_codes, test_codes : float32 array, shape (n, latent_dim)
    reconstructions : float32 array, shape (n, channels, height, width)
        Of the test images.
    """

    model: LatentModel
    train: Dataset
    test: Dataset
    train_codes: FloatArray
    test_codes: FloatArray
    reconstructions: FloatArray

    @classmethod
    def of(cls, model: LatentModel, train: Dataset, test: Dataset) -> Subject:
        """Encode both splits and decode the test codes."""
        test_codes = model.encode(test.images)
        return cls(model, train, test, model.encode(train.images), test_codes, model.decode(test_codes))

    @property
    def can_sample(self) -> bool:
        """Whether the model draws codes by itself."""
        return bool(self.model.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY})


def random_part(dataset: Dataset, n: int) -> Dataset:
    """Return `n` seeded random images; all of them if there are no more."""
    if n >= len(dataset):
        return dataset
    rows = np.random.default_rng(SEED).choice(len(dataset), n, replace=False)
    return dataset.take(np.sort(rows))
