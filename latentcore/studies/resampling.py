"""Repeated random subsampling: class-balanced subsets of labels, and mean and interval over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from latentcore.types import LabelArray

CONFIDENCE = 0.95
N_DECIMALS = 5


def balanced_rows(labels: LabelArray, n_per_class: int, *, seed: int) -> LabelArray:
    """Sample the same number of rows from each class, the classes alternating.

    With the same seed, a smaller sample is the beginning of a larger one.

    Parameters
    ----------
    labels : int64 array, shape (n,)
    n_per_class : int
        At least 1.
    seed : int

    Returns
    -------
    int64 array, shape (n_classes * n_per_class,)

    Raises
    ------
    ValueError
        If `n_per_class` is below 1 or a class has fewer rows.
    """
    if n_per_class < 1:
        raise ValueError(f"n_per_class is {n_per_class}; expected 1 or more.")
    chosen = []
    for label in np.unique(labels).tolist():
        rows = np.random.default_rng([seed, label]).permutation(np.flatnonzero(labels == label))
        if len(rows) < n_per_class:
            raise ValueError(
                f"Class {label} has {len(rows)} images, fewer than the {n_per_class} asked for; ask for less."
            )
        chosen.append(rows[:n_per_class])
    return np.stack(chosen, axis=1).reshape(-1)


def smallest_class_size(labels: LabelArray) -> int:
    """Return the number of rows of the rarest class."""
    return int(np.unique(labels, return_counts=True)[1].min())


def mean_over_seeds(values: Sequence[float]) -> dict[str, Any]:
    """Return ``mean``, ``low``, ``high`` and ``by_seed`` of one value per seed, rounded to five decimals.

    ``low`` and ``high`` are the ends of Student's 95% interval of the mean over seeds; both are None for one
    seed.
    """
    array = np.asarray(values, np.float64)
    mean = float(array.mean())
    found: dict[str, Any] = {"mean": round(mean, N_DECIMALS), "low": None, "high": None}
    if len(array) > 1:
        from scipy.special import stdtrit  # noqa: PLC0415 - evaluation only

        reach = float(stdtrit(len(array) - 1, (1 + CONFIDENCE) / 2) * array.std(ddof=1) / np.sqrt(len(array)))
        found |= {"low": round(mean - reach, N_DECIMALS), "high": round(mean + reach, N_DECIMALS)}
    return found | {"by_seed": [round(float(value), N_DECIMALS) for value in array]}
