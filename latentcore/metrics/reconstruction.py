"""How close a reconstruction is to its image."""

from __future__ import annotations

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


def bootstrap_interval(
    values: FloatArray, *, seed: int, n_resamples: int = 1000, level: float = 0.95
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of the mean of `values`, float32 ``(n,)``.

    References
    ----------
    B. Efron, "Bootstrap methods: another look at the jackknife", 1979.
    """
    generator = np.random.default_rng(seed)
    means = [
        float(values[generator.integers(0, len(values), len(values))].mean(dtype=np.float64))
        for _ in range(n_resamples)
    ]
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
