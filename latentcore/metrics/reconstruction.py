"""How close a reconstruction is to its image."""

from __future__ import annotations

import math

import numpy as np

from latentcore.types import FloatArray


def image_mse(images: FloatArray, reconstructions: FloatArray) -> FloatArray:
    """Return the mean squared error of each image.

    Parameters
    ----------
    images, reconstructions : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1].

    Returns
    -------
    float32 array, shape (n,)
        Mean over channels and pixels, in squared pixel units.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    if images.shape != reconstructions.shape:
        raise ValueError(f"shapes {images.shape} and {reconstructions.shape} differ.")
    errors: FloatArray = (
        ((images - reconstructions) ** 2).mean(axis=(1, 2, 3), dtype=np.float64).astype(np.float32)
    )
    return errors


def psnr(mse: float) -> float:
    """Return the peak signal-to-noise ratio of a mean squared error of pixels in [0, 1], in decibels."""
    return -10 * math.log10(max(mse, 1e-12))


def bootstrap_interval(
    values: FloatArray, *, seed: int, n_resamples: int = 1000, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the percentile bootstrap interval of the mean of values over the first axis.

    Parameters
    ----------
    values : float32 array, shape (n, ...)
    seed : int
    n_resamples : int
    level : float
        In (0, 1).

    Returns
    -------
    (float32 array, float32 array), each of shape ``values.shape[1:]``
        Lower and upper end.

    References
    ----------
    B. Efron, "Bootstrap methods: another look at the jackknife", 1979.
    """
    generator = np.random.default_rng(seed)
    n = len(values)
    flat = values.reshape(n, -1).astype(np.float64)
    means = np.stack(
        [np.bincount(generator.integers(0, n, n), minlength=n) @ flat / n for _ in range(n_resamples)]
    )
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0).astype(np.float32)
    return low.reshape(values.shape[1:]), high.reshape(values.shape[1:])
