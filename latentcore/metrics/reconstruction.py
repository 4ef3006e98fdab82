"""Reconstruction metrics: MSE, PSNR, SSIM, and bootstrap intervals of their means."""

from __future__ import annotations

import math

import numpy as np

from latentcore.types import DoubleArray, FloatArray

SSIM_SIGMA, SSIM_RADIUS = 1.5, 5
SSIM_CHUNK = 500


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


def image_psnr(images: FloatArray, reconstructions: FloatArray) -> FloatArray:
    """Return the peak signal-to-noise ratio of each image in decibels, float32 ``(n,)``.

    Its mean is larger than the PSNR of the mean error, by Jensen's inequality. An exact reconstruction
    counts as 120 dB. Parameters and errors are those of `image_mse`.
    """
    errors = np.maximum(image_mse(images, reconstructions), 1e-12)
    return np.asarray(-10 * np.log10(errors), np.float32)


def ssim(images: FloatArray, reconstructions: FloatArray) -> FloatArray:
    """Return the structural similarity of each image and its reconstruction.

    Parameters
    ----------
    images, reconstructions : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1]: the data range is 1.

    Returns
    -------
    float32 array, shape (n,)
        Mean over positions and channels, in [-1, 1]. The Gaussian window has a sigma of 1.5 pixels and 11x11
        pixels; images are mirrored at their edges.

    Raises
    ------
    ValueError
        If the shapes differ.

    References
    ----------
    Z. Wang, A. C. Bovik, H. R. Sheikh and E. P. Simoncelli, "Image quality assessment: from error
    visibility to structural similarity", 2004, equation (13) with K1 = 0.01 and K2 = 0.03.
    """
    if images.shape != reconstructions.shape:
        raise ValueError(f"shapes {images.shape} and {reconstructions.shape} differ.")
    parts = (slice(start, start + SSIM_CHUNK) for start in range(0, len(images), SSIM_CHUNK))
    return np.concatenate([_ssim(images[part], reconstructions[part]) for part in parts])


def _ssim(one: FloatArray, other: FloatArray) -> FloatArray:
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - evaluation only

    def blur(values: DoubleArray) -> DoubleArray:
        blurred: DoubleArray = gaussian_filter(
            values, SSIM_SIGMA, axes=(2, 3), radius=SSIM_RADIUS, mode="mirror"
        )
        return blurred

    x, y = one.astype(np.float64), other.astype(np.float64)
    mean_x, mean_y = blur(x), blur(y)
    variances = blur(x * x) - mean_x**2 + blur(y * y) - mean_y**2
    covariance = blur(x * y) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2
    similarity = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    similarity /= (mean_x**2 + mean_y**2 + c1) * (variances + c2)
    return np.asarray(similarity.mean(axis=(1, 2, 3)), np.float32)


def bootstrap_interval(
    values: FloatArray, *, seed: int, n_resamples: int = 1000, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Return the percentile bootstrap interval of the mean over the first axis.

    Parameters
    ----------
    values : float32 array, shape (n, ...)
    seed : int
    n_resamples : int
    level : float
        Confidence level, in (0, 1).

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
