"""Stratified random sampling."""

from __future__ import annotations

import numpy as np

from latentcore.types import LabelArray


def stratified_rows(labels: LabelArray, n: int, *, seed: int = 0) -> LabelArray:
    """Return the rows of a class-stratified random sample of size `n`, ascending; all if there are no more.

    Parameters
    ----------
    labels : int64 array, shape (m,)
        Any integers, such as -1 for items without a class.
    n, seed : int

    Returns
    -------
    int64 array, shape (min(n, m),)
    """
    if n >= len(labels):
        return np.arange(len(labels), dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(labels))
    by_class = np.argsort(labels[order], kind="stable")
    counts = np.unique(labels, return_counts=True)[1]
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    share = np.empty(len(labels))
    share[by_class] = (np.arange(len(labels)) - starts + 1) / np.repeat(counts, counts)
    return np.sort(order[np.argsort(share, kind="stable")[:n]]).astype(np.int64)
