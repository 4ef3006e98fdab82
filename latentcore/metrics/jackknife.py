"""Intervals of statistics that are no mean over samples, by the jackknife over groups of samples."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from latentcore.types import FloatArray

N_GROUPS = 10
T_QUANTILE = 2.262
"""The 97.5% quantile of Student's t distribution with `N_GROUPS` - 1 degrees of freedom."""


def jackknife_interval(
    statistic: Callable[[FloatArray, FloatArray], float],
    first: FloatArray,
    second: FloatArray,
    *,
    seed: int,
) -> tuple[float, float]:
    """Return the 95% interval of a statistic in [0, 1] of paired samples.

    The samples are divided into ten random groups, and the statistic is measured without each in turn. Of
    2,000 random MNIST test images, 96% of the intervals of linear CKA and Procrustes R2 hold the value of all
    10,000; of 500, which overstate the similarity, 81 to 95%.

    Parameters
    ----------
    statistic : callable
        ``statistic(first, second)`` of some of the rows.
    first, second : float32 array, shapes (n, d1) and (n, d2)
        Row by row the same samples; at least 20.
    seed : int
        Of the division.

    Returns
    -------
    (float, float)
        Lower and upper end, within [0, 1].

    References
    ----------
    B. Efron and R. Tibshirani, "An introduction to the bootstrap", 1993, chapter 11.
    """
    group = np.random.default_rng(seed).permutation(len(first)) % N_GROUPS
    without = np.array([statistic(first[group != k], second[group != k]) for k in range(N_GROUPS)])
    error = math.sqrt((N_GROUPS - 1) / N_GROUPS * float(np.square(without - without.mean()).sum()))
    value = statistic(first, second)
    return max(value - T_QUANTILE * error, 0.0), min(value + T_QUANTILE * error, 1.0)


def mean_interval(values: FloatArray) -> tuple[float, float]:
    """Return the 95% interval of the mean of values ``(n,)`` in [0, 1], by the normal distribution."""
    mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(len(values))
    return max(mean - 1.96 * error, 0.0), min(mean + 1.96 * error, 1.0)
