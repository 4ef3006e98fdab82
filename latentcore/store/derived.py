"""Tables derived from the codes of a space, computed once when it is saved so that pages need not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from latentcore.geometry import class_means
from latentcore.large_arrays import take_rows
from latentcore.metrics.clusters import cluster_centres
from latentcore.metrics.nearest_neighbours import (
    TREE_DIMENSIONS,
    density_of,
    local_density,
    nearest,
)
from latentcore.metrics.sampling import stratified_rows
from latentcore.metrics.similarity import neighbour_rows
from latentcore.models import LatentModel
from latentcore.models.density import GaussianMixture
from latentcore.store.code_table import CodeTable, train_code_rows
from latentcore.training import one_thread
from latentcore.types import Capability, FloatArray, LabelArray

N_QUANTILES = 1001
"""Number of stored quantiles of a distribution, minimum and maximum included."""
N_COMPONENTS = 10
"""Components of the mixture fitted to the codes of a model without a prior; at most one per code."""
N_SAMPLED, N_NEIGHBOURS = 5_000, 10
"""Number of test codes whose nearest neighbours among each other are stored, and neighbours of each."""
SEED = 0


@dataclass(frozen=True, kw_only=True)
class DerivedTables:
    """Tables derived from the codes of a bundle, or of a space without a model.

    Attributes
    ----------
    code_distances : float32 array, shape (1001,)
        Quantiles, equally spaced from minimum to maximum, of the Euclidean distance of test codes to their
        nearest train code.
    test_density : float32 array, shape (n_test,)
        Density of the train codes around each test code; see
        `latentcore.metrics.nearest_neighbours.local_density`.
    class_means : float32 array, shape (n_classes, latent_dim)
        Mean train code of each class; NaN for a class without train images.
    cluster_centres : float32 array, shape (k, latent_dim), or None
        Without labels, the centres of the clusters found among the train codes; see
        `latentcore.metrics.clusters.cluster_centres`.
    mixture : GaussianMixture or None
        Fitted to the train codes of a model without a prior; else None.
    sampled_rows : int64 array, shape (n_sampled,)
        Rows of up to 5,000 test codes: a class-stratified random sample.
    neighbours : int64 array, shape (n_sampled, 10), or None
        For each of them the nearest others, nearest first, as positions in `sampled_rows`. None for codes of
        few dimensions, where the search is fast, or if there are too few codes.
    """

    code_distances: FloatArray
    test_density: FloatArray
    class_means: FloatArray
    cluster_centres: FloatArray | None
    mixture: GaussianMixture | None
    sampled_rows: LabelArray
    neighbours: LabelArray | None

    @classmethod
    def compute(cls, model: LatentModel, test: CodeTable, train: CodeTable, n_classes: int) -> DerivedTables:
        """Compute the tables from the codes of a model, on one thread for reproducibility.

        Takes about 3 s for 10,000 codes of 16 dimensions.

        Parameters
        ----------
        model : LatentModel
        test, train : CodeTable
            Codes of both splits.
        n_classes : int
        """
        with one_thread():
            distances = nearest(train.codes, test.codes, k=1)[0][:, 0]
            density = local_density(train.codes, test.codes)
            mixture = None
            if has_mixture(model.capabilities):
                mixture = GaussianMixture.fit(
                    train.codes, n_components=min(N_COMPONENTS, len(train)), seed=SEED
                )
            return cls._with(distances, density, mixture, test=test, train=train, n_classes=n_classes)

    @classmethod
    def of_items(
        cls, distances: FloatArray, test: CodeTable, train: CodeTable, n_classes: int
    ) -> DerivedTables:
        """Compute the tables of a space without a model, whose test items are some of its train items.

        An item is never its own neighbour.

        Parameters
        ----------
        distances : float32 array, shape (n_test, k)
            Of each test item to the nearest other train items, up to ten of them, nearest first.
        test, train : CodeTable
            ``test.indices`` are rows of `train`.
        n_classes : int
        """
        return cls._with(
            distances[:, 0], density_of(distances), None, test=test, train=train, n_classes=n_classes
        )

    @classmethod
    def _with(
        cls,
        distances: FloatArray,
        density: FloatArray,
        mixture: GaussianMixture | None,
        *,
        test: CodeTable,
        train: CodeTable,
        n_classes: int,
    ) -> DerivedTables:
        sampled_rows = stratified_rows(test.labels, N_SAMPLED, seed=SEED)
        neighbours = centres = None
        if has_neighbours(train.codes.shape[1], len(test)):
            neighbours = neighbour_rows(test.codes[sampled_rows], k=N_NEIGHBOURS)
        if n_classes == 0:
            centres = cluster_centres(take_rows(train.codes, train_code_rows(len(train))), seed=SEED)
        return cls(
            code_distances=np.quantile(distances, np.linspace(0, 1, N_QUANTILES)).astype(np.float32),
            test_density=density.astype(np.float16).astype(np.float32),
            class_means=class_means(train.codes, train.labels, n_classes),
            cluster_centres=centres,
            mixture=mixture,
            sampled_rows=sampled_rows,
            neighbours=neighbours,
        )

    @property
    def median_code_distance(self) -> float:
        """Median distance of test codes to their nearest train code; above 0."""
        return max(float(self.code_distances[N_QUANTILES // 2]), 1e-9)

    def distance_cdf(self, distance: float) -> float:
        """Return the share of test codes whose distance to the nearest train code is at most `distance`."""
        return float(np.interp(distance, self.code_distances, np.linspace(0, 1, N_QUANTILES)))

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the tables as named, finite arrays, as they are stored."""
        found: dict[str, np.ndarray] = {
            "code_distances": self.code_distances,
            "test_density": self.test_density,
            "class_means": np.nan_to_num(self.class_means),
        }
        if self.cluster_centres is not None:
            found["cluster_centres"] = self.cluster_centres
        if self.mixture is not None:
            found["mixture_weights"] = self.mixture.weights
            found["mixture_means"] = np.stack([part.mean for part in self.mixture.components])
            found["mixture_factors"] = np.stack([part.cholesky for part in self.mixture.components])
        if self.neighbours is not None:
            found["neighbours"] = self.neighbours.astype(np.uint16)
        return found


def has_mixture(capabilities: frozenset[Capability]) -> bool:
    """Return whether a bundle stores a mixture fitted to the codes."""
    return Capability.FITTED_DENSITY in capabilities


def has_neighbours(latent_dim: int, n_test: int) -> bool:
    """Return whether a bundle stores the nearest neighbours of its test codes."""
    return latent_dim > TREE_DIMENSIONS and n_test > N_NEIGHBOURS


def derived_types(
    capabilities: frozenset[Capability], latent_dim: int, n_test: int, n_classes: int
) -> dict[str, np.dtype[Any]]:
    """Return names and types of the arrays in which the tables of a space are stored."""
    names = ["code_distances", "test_density", "class_means"]
    if n_classes == 0:
        names.append("cluster_centres")
    if has_mixture(capabilities):
        names += ["mixture_weights", "mixture_means", "mixture_factors"]
    types: dict[str, np.dtype[Any]] = dict.fromkeys(names, np.dtype(np.float32))
    if has_neighbours(latent_dim, n_test):
        types["neighbours"] = np.dtype(np.uint16)
    return types
