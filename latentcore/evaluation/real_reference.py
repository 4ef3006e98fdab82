"""What samples of models are compared with: features of real images, numbers of samples, and a baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.datasets import Dataset
from latentcore.evaluation.evaluated_model import random_subset
from latentcore.evaluation.score import SEED
from latentcore.features import FeatureNetwork, load_feature_network
from latentcore.metrics.generation import frechet_distance
from latentcore.models import LatentModel, make_model
from latentcore.types import FloatArray

BASELINE_DIMENSIONS = 16


@dataclass(frozen=True, kw_only=True)
class SampleSizes:
    """Numbers of samples; distances and overlaps depend on them, so only equal sizes are comparable.

    Attributes
    ----------
    n_samples : int
        Samples, and as many train images, for distances.
    n_support : int
        Samples, and as many test images, for overlaps (precision and others); at most `n_samples`.
    n_seeds : int
        Sets of samples, each with another seed.
    """

    n_samples: int = 10_000
    n_support: int = 5_000
    n_seeds: int = 5


@dataclass(frozen=True)
class ReferenceFeatures:
    """Features of the real images, and the Frechet distance of the baseline.

    Attributes
    ----------
    network : FeatureNetwork
    train : float32 array, shape (n_train, 64)
        Features of all train images.
    reference : float32 array, shape (n_samples, 64)
        Features of random train images.
    test : float32 array, shape (n_support, 64)
        Features of random test images.
    baseline : float
        Frechet distance of ``n_samples`` samples of a Gaussian on 16 principal components.
    """

    network: FeatureNetwork
    train: FloatArray
    reference: FloatArray
    test: FloatArray
    baseline: float


@dataclass(frozen=True)
class RealReference:
    """What samples are compared with: train images, sizes and features of real images.

    `features` is None if the dataset has no feature network.
    """

    train: Dataset
    sizes: SampleSizes
    features: ReferenceFeatures | None

    @classmethod
    def compute(
        cls,
        train: Dataset,
        test: Dataset,
        sizes: SampleSizes | None = None,
        *,
        baseline: LatentModel | None = None,
    ) -> RealReference:
        """Compute the reference of a dataset; one serves all its models.

        Parameters
        ----------
        train, test : Dataset
        sizes : SampleSizes, optional
        baseline : LatentModel, optional
            A fitted PCA of 16 dimensions, whose samples are the baseline; fitted to `train` by default.
        """
        sizes = sizes or SampleSizes()
        network = load_feature_network(train.name)
        if network is None:
            return cls(train, sizes, None)
        real = network.features(random_subset(train, sizes.n_samples).images)
        if baseline is None:
            baseline = make_model("pca", {"latent_dim": BASELINE_DIMENSIONS}).fit(
                train.train_images, seed=SEED
            )
        sampled = network.features(baseline.sample(sizes.n_samples, seed=SEED))
        found = ReferenceFeatures(
            network=network,
            train=np.concatenate([network.features(images) for images in train.blocks()]),
            reference=real,
            test=network.features(random_subset(test, sizes.n_support).images),
            baseline=frechet_distance(real, sampled),
        )
        return cls(train, sizes, found)
