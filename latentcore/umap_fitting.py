"""Fitting UMAP: to codes, or to lists of their nearest neighbours."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from latentcore.types import FloatArray

N_NEIGHBOURS, MIN_SPECTRAL = 15, 50
"""UMAP's neighbours per code, and number of codes from which its spectral initialisation is possible."""


def fit_umap(codes: FloatArray, others: FloatArray, *, seed: int) -> tuple[FloatArray, FloatArray]:
    """Fit UMAP to codes and transform others with it. Slow: used when a bundle is made.

    Parameters
    ----------
    codes : float32 array, shape (n, latent_dim)
        Codes to fit on.
    others : float32 array, shape (m, latent_dim)
        Codes to transform afterwards.
    seed : int
        UMAP with a seed runs on one thread.

    Returns
    -------
    (float32 array (n, 2), float32 array (m, 2))
        Coordinates of `codes` and of `others`.

    References
    ----------
    L. McInnes, J. Healy and J. Melville, "UMAP: Uniform manifold approximation and projection for
    dimension reduction", 2018.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # umap regrets that TensorFlow is absent
        from umap import UMAP  # noqa: PLC0415 - costs 2 to 12 s

    few = len(codes) < MIN_SPECTRAL
    mapper = UMAP(
        n_neighbors=min(N_NEIGHBOURS, len(codes) - 1),
        min_dist=0.4,
        init="pca" if few else "spectral",
        random_state=seed,
        n_jobs=1,
    )
    fitted = mapper.fit_transform(codes)
    placed = mapper.transform(others)
    return np.asarray(fitted, np.float32), np.asarray(placed, np.float32)


def fit_umap_on_neighbours(
    rows: npt.NDArray[np.int32], distances: FloatArray, start: FloatArray, *, seed: int
) -> FloatArray:
    """Fit UMAP to lists of nearest neighbours, so that they are searched once. Slow: minutes for 200,000.

    Parameters
    ----------
    rows : int32 array, shape (n, k)
        The nearest other rows of every row, nearest first; at least 14 of them, or all.
    distances : float32 array, shape (n, k)
    start : float32 array, shape (n, 2)
        Initial coordinates, such as the first two principal components.
    seed : int
        UMAP with a seed runs on one thread.

    Returns
    -------
    float32 array, shape (n, 2)
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)
        from umap import UMAP  # noqa: PLC0415 - costs 2 to 12 s

    n, k = len(rows), min(rows.shape[1], N_NEIGHBOURS - 1)
    itself = np.arange(n, dtype=np.int32)[:, None]
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=start.shape)
    scale = 10 / max(float(np.abs(start).max()), 1e-9)
    mapper = UMAP(
        n_neighbors=k + 1,
        min_dist=0.4,
        init=(start * scale + noise).astype(np.float32),
        precomputed_knn=(
            np.hstack([itself, rows[:, :k]]),
            np.hstack([np.zeros((n, 1), np.float32), distances[:, :k]]),
        ),
        random_state=seed,
        n_jobs=1,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "precomputed_knn", UserWarning)  # no index: nothing is transformed
        return np.asarray(mapper.fit_transform(start), np.float32)
