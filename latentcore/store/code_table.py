"""The table of codes that a bundle stores for each split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latentcore.types import FloatArray, LabelArray

N_TRAIN_CODES = 10_000
"""Number of train images of which a bundle stores codes; all if there are fewer."""


@dataclass(frozen=True, kw_only=True)
class CodeTable:
    """Codes of real images, row by row.

    Attributes
    ----------
    codes : float32 array, shape (n, latent_dim)
    labels : int64 array, shape (n,)
        -1 without labels.
    indices : int64 array, shape (n,)
        Index of each image in its split.
    errors : float32 array, shape (n,)
        Mean squared error of each reconstruction.
    plane : float32 array, shape (n, 2)
        UMAP coordinates, or the codes themselves when `latent_dim` is 2.
    """

    codes: FloatArray
    labels: LabelArray
    indices: LabelArray
    errors: FloatArray
    plane: FloatArray

    def __len__(self) -> int:
        return len(self.labels)


def train_code_rows(n_train: int) -> LabelArray:
    """Return the rows of the random train images of which all bundles of a dataset store codes, ascending."""
    if n_train <= N_TRAIN_CODES:
        return np.arange(n_train, dtype=np.int64)
    return np.sort(np.random.default_rng(0).choice(n_train, N_TRAIN_CODES, replace=False))
