"""Clusters of codes, found by k-means without labels."""

from __future__ import annotations

import numpy as np

from latentcore.metrics.nearest_neighbours import nearest
from latentcore.types import FloatArray, LabelArray

MAX_CLUSTERS = 10
N_SILHOUETTE = 2_000
"""Random codes on which the silhouette is measured; its time grows with their square."""


def cluster_centres(codes: FloatArray, *, seed: int = 0) -> FloatArray:
    """Return the centres of the clusters that k-means finds, with the k of the highest mean silhouette.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
    seed : int

    Returns
    -------
    float32 array, shape (k, latent_dim)
        With k from 2 to 10, ordered by the number of codes, largest first; a single centre, the mean, if
        there are fewer than four different codes.

    References
    ----------
    P. J. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis",
    1987.
    """
    from sklearn.cluster import KMeans  # noqa: PLC0415 - when a bundle is made only
    from sklearn.metrics import silhouette_score  # noqa: PLC0415

    n_distinct = len(np.unique(codes, axis=0))
    best, best_score = codes.mean(axis=0, keepdims=True), -np.inf
    for k in range(2, min(MAX_CLUSTERS, n_distinct - 1) + 1) if n_distinct > 3 else ():  # noqa: PLR2004
        found = KMeans(k, n_init=3, random_state=seed).fit(codes.astype(np.float64))
        sample = N_SILHOUETTE if len(codes) > N_SILHOUETTE else None
        score = float(silhouette_score(codes, found.labels_, sample_size=sample, random_state=seed))
        if score > best_score:
            best_score = score
            best = found.cluster_centers_[np.argsort(-np.bincount(found.labels_, minlength=k), kind="stable")]
    return np.asarray(best, np.float32)


def assigned_clusters(centres: FloatArray, codes: FloatArray) -> LabelArray:
    """Return the row of the nearest centre ``(k, latent_dim)`` of each code ``(n, latent_dim)``, int64."""
    return nearest(centres, codes, k=1)[1][:, 0]
