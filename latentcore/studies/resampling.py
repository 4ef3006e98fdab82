"""A measurement repeated with other draws of labelled images: the draws, and what the repetitions give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from latentcore.types import LabelArray

LEVEL = 0.95
N_DIGITS = 5


def balanced_rows(labels: LabelArray, n_per_class: int, *, seed: int) -> LabelArray:
    """Draw as many rows of each class, the classes taking turns.

    With the same seed, a smaller draw is the beginning of a larger one.

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


def smallest_class(labels: LabelArray) -> int:
    """Return how many rows the rarest class has."""
    return int(np.unique(labels, return_counts=True)[1].min())


def over_seeds(values: Sequence[float]) -> dict[str, Any]:
    """Return ``mean``, ``low``, ``high`` and ``by_seed`` of one value a seed, rounded to five digits.

    The interval is Student's, 95%, of the mean over seeds; with one seed there is none, and both ends
    are None.
    """
    array = np.asarray(values, np.float64)
    mean = float(array.mean())
    found: dict[str, Any] = {"mean": round(mean, N_DIGITS), "low": None, "high": None}
    if len(array) > 1:
        from scipy.special import stdtrit  # noqa: PLC0415 - evaluation only

        reach = float(stdtrit(len(array) - 1, (1 + LEVEL) / 2) * array.std(ddof=1) / np.sqrt(len(array)))
        found |= {"low": round(mean - reach, N_DIGITS), "high": round(mean + reach, N_DIGITS)}
    return found | {"by_seed": [round(float(value), N_DIGITS) for value in array]}
