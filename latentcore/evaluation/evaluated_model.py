"""A model with its codes and reconstructions of a dataset, computed once for all scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.datasets import Dataset
from latentcore.evaluation.score import SEED
from latentcore.models import LatentModel
from latentcore.types import Capability, FloatArray


@dataclass(frozen=True)
class EvaluatedModel:
    """A model to evaluate, with its codes and reconstructions.

    Attributes
    ----------
    model : LatentModel
        Fitted on `train`.
    train, test : Dataset
    train_codes, test_codes : float32 array, shape (n, latent_dim)
    reconstructions : float32 array, shape (n, channels, height, width)
        Reconstructions of the test images.
    """

    model: LatentModel
    train: Dataset
    test: Dataset
    train_codes: FloatArray
    test_codes: FloatArray
    reconstructions: FloatArray

    @classmethod
    def compute(cls, model: LatentModel, train: Dataset, test: Dataset) -> EvaluatedModel:
        """Encode both splits and decode the test codes.

        Parameters
        ----------
        model : LatentModel
            Fitted on `train`.
        train, test : Dataset
        """
        test_codes = model.encode(test.images)
        train_codes = np.concatenate([model.encode(images) for images in train.blocks()])
        return cls(model, train, test, train_codes, test_codes, model.decode(test_codes))

    @property
    def has_labels(self) -> bool:
        """Whether train images have labels, of at least two classes."""
        return bool(self.train.classes) and len(np.unique(self.train.labels)) > 1

    @property
    def can_sample(self) -> bool:
        """Whether the model has a prior or a fitted density to sample from."""
        return bool(self.model.capabilities & {Capability.PRIOR, Capability.FITTED_DENSITY})


def random_subset(dataset: Dataset, n: int) -> Dataset:
    """Return a seeded random subset of `n` images, in order; all of them if there are no more."""
    if n >= len(dataset):
        return dataset
    rows = np.random.default_rng(SEED).choice(len(dataset), n, replace=False)
    return dataset.take(np.sort(rows))
