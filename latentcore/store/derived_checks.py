"""Reading a bundle's derived tables from stored arrays, and checking that they belong to its codes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from latentcore.exceptions import BundleError
from latentcore.metrics.clusters import MAX_CLUSTERS
from latentcore.metrics.nearest_neighbours import density_of, nearest, nearest_others
from latentcore.metrics.sampling import stratified_rows
from latentcore.models.density import Gaussian, GaussianMixture
from latentcore.store.code_table import CodeTable
from latentcore.store.derived import N_NEIGHBOURS, N_QUANTILES, N_SAMPLED, SEED, DerivedTables
from latentcore.types import FloatArray, LabelArray

MEANS = ("class_means", "cluster_centres", "mixture_means")
"""Arrays of codes that lie among those of the images."""
N_CHECKED = 3
"""Rows whose values are recomputed when a bundle is loaded."""
TOLERANCE = 0.01
"""Relative tolerance of that check: stored values are half precision and from another machine."""


def read_derived(
    arrays: Mapping[str, np.ndarray],
    path: Path,
    test: CodeTable,
    train: CodeTable,
    n_classes: int,
    *,
    of_items: bool = False,
    recompute: bool = True,
) -> DerivedTables:
    """Return the tables stored in named arrays, after checking them against the codes.

    Parameters
    ----------
    arrays : mapping of str to array
        With the names and types of `derived_types`.
    path : Path
        Path of their file, for messages.
    test, train : CodeTable
        The codes that they were derived from.
    n_classes : int
    of_items : bool
        Whether the test items are some of the train items; see `DerivedTables.of_items`.
    recompute : bool
        Whether to recompute a few values, which reads all train codes.

    Raises
    ------
    BundleError
        If shapes or ranges do not fit the codes, or a few recomputed values differ.
    """
    try:
        _check_shapes(arrays, len(test), n_classes, train.codes.shape[1])
        tables = _build(arrays, test, train, n_classes)
        if recompute:
            _check_values(tables, test, train, of_items=of_items)
    except ValueError as error:
        raise BundleError(
            f"{path}: {error}; the tables do not belong to these codes. Recompute them with "
            "`latentcore repack`."
        ) from error
    return tables


def _check_shapes(arrays: Mapping[str, np.ndarray], n_test: int, n_classes: int, latent_dim: int) -> None:
    n_clusters = min(max(len(arrays.get("cluster_centres", ())), 1), MAX_CLUSTERS)
    n_parts = len(arrays["mixture_weights"]) if "mixture_weights" in arrays else 0
    shapes = {
        "code_distances": (N_QUANTILES,),
        "test_density": (n_test,),
        "class_means": (n_classes, latent_dim),
        "cluster_centres": (n_clusters, latent_dim),
        "mixture_weights": (n_parts,),
        "mixture_means": (n_parts, latent_dim),
        "mixture_factors": (n_parts, latent_dim, latent_dim),
        "neighbours": (min(n_test, N_SAMPLED), N_NEIGHBOURS),
    }
    for name, array in arrays.items():
        if array.shape != shapes[name]:
            raise ValueError(f"array '{name}' has shape {array.shape}, expected {shapes[name]}")


def _build(
    arrays: Mapping[str, np.ndarray], test: CodeTable, train: CodeTable, n_classes: int
) -> DerivedTables:
    means = arrays["class_means"].copy()
    if n_classes:
        means[np.bincount(train.labels, minlength=n_classes) == 0] = np.nan
    mixture = None
    if "mixture_weights" in arrays:
        pairs = zip(arrays["mixture_means"], arrays["mixture_factors"], strict=True)
        mixture = GaussianMixture(arrays["mixture_weights"], tuple(Gaussian(*pair) for pair in pairs))
    return DerivedTables(
        code_distances=arrays["code_distances"],
        test_density=arrays["test_density"],
        class_means=means,
        cluster_centres=arrays.get("cluster_centres"),
        mixture=mixture,
        sampled_rows=stratified_rows(test.labels, N_SAMPLED, seed=SEED),
        neighbours=arrays["neighbours"].astype(np.int64) if "neighbours" in arrays else None,
    )


def _check_values(tables: DerivedTables, test: CodeTable, train: CodeTable, *, of_items: bool) -> None:
    """Raise `ValueError` if ranges are impossible, or a few recomputed rows differ."""
    distances, low, high = tables.code_distances, train.codes.min(axis=0), train.codes.max(axis=0)
    if distances[0] < 0 or (np.diff(distances) < 0).any():
        raise ValueError("array 'code_distances' does not rise from 0 or more")
    slack = TOLERANCE * (high - low) + 1e-6
    arrays, weights = tables.arrays(), None if tables.mixture is None else tables.mixture.weights
    if weights is not None and (not len(weights) or weights.min() < 0 or abs(weights.sum() - 1) > TOLERANCE):
        raise ValueError("array 'mixture_weights' does not sum to 1")
    for name, means in {**arrays, "class_means": tables.class_means}.items():
        if name in MEANS and ((means < low - slack).any() or (means > high + slack).any()):
            raise ValueError(f"array '{name}' lies outside the codes")
    room = TOLERANCE * max(float(distances[-1]), 1e-6)
    rows = np.linspace(0, len(test) - 1, min(N_CHECKED, len(test))).astype(np.int64)
    if of_items:
        away = nearest_others(train.codes, test.indices[rows], k=N_NEIGHBOURS)[0]
    else:
        # one at a time, without scipy's tree, whose import the first map would wait for
        away = np.vstack([nearest(train.codes, test.codes[[row]], k=N_NEIGHBOURS)[0] for row in rows])
    for row, density, reach in zip(rows, density_of(away), away[:, 0], strict=True):
        if abs(density - tables.test_density[row]) > TOLERANCE * max(abs(density), 1):
            raise ValueError("array 'test_density' does not match the codes")
        if not distances[0] - room <= reach <= distances[-1] + room:
            raise ValueError("array 'code_distances' does not match the codes")
    if tables.neighbours is not None:
        _check_neighbours(tables.neighbours, test.codes[tables.sampled_rows])


def _check_neighbours(neighbours: LabelArray, codes: FloatArray) -> None:
    """Raise `ValueError` unless each row lists other rows, and those of a few rows are the nearest."""
    if neighbours.max() >= len(codes) or (neighbours == np.arange(len(codes))[:, None]).any():
        raise ValueError("array 'neighbours' has rows out of range")
    for row in np.linspace(0, len(codes) - 1, N_CHECKED).astype(np.int64):
        reach = nearest(codes, codes[row][None], k=N_NEIGHBOURS + 1)[0][0, -1]
        away = np.linalg.norm(codes[neighbours[row]] - codes[row], axis=1)
        if (away > reach * (1 + TOLERANCE) + 1e-6).any():
            raise ValueError("array 'neighbours' does not match the codes")
