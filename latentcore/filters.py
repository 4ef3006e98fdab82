"""Classical denoising filters without learned parameters: median and total variation, per channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from latentcore.types import FloatArray

DUAL_STEP = 0.25
"""Step size of the dual ascent: convergence is proved below 1/4 in two dimensions and observed at 1/4."""
N_ITERATIONS = 50


@dataclass(frozen=True)
class Filter:
    """A filter with one strength parameter.

    Attributes
    ----------
    name, title : str
    strengths : tuple of float
        Strengths to choose from, ascending from 0, which leaves images unchanged.
    apply : callable
        ``apply(images, strength)`` on float32 images ``(n, channels, height, width)``.
    """

    name: str
    title: str
    strengths: tuple[float, ...]
    apply: Callable[[FloatArray, float], FloatArray]


def median_filter(images: FloatArray, radius: float) -> FloatArray:
    """Return images filtered by the median over the square of ``2 * radius + 1`` pixels around each pixel.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
    radius : float
        Whole number of pixels, 0 or more; images are mirrored at their edges.
    """
    from scipy import ndimage  # noqa: PLC0415 - few need it

    side = 2 * int(radius) + 1
    cleaned: FloatArray = ndimage.median_filter(images, size=(1, 1, side, side), mode="mirror")
    return cleaned


def denoise_tv_chambolle(images: FloatArray, weight: float) -> FloatArray:
    """Denoise by total variation: return the images u that minimise ``|u - image|^2 / (2 weight) + TV(u)``.

    TV is isotropic, from forward differences that are 0 beyond the edges.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
    weight : float
        0 or more; larger is smoother, 0 returns a copy of the images.

    References
    ----------
    A. Chambolle, "An algorithm for total variation minimization and applications", 2004, equation (9).
    """
    if weight == 0:
        return images.copy()
    dual = np.zeros((2, *images.shape), np.float32)
    target = images / np.float32(weight)
    for _ in range(N_ITERATIONS):
        slope = _gradient(_divergence(dual) - target)
        length = np.sqrt((slope**2).sum(axis=0, keepdims=True))
        dual = (dual + np.float32(DUAL_STEP) * slope) / (1 + np.float32(DUAL_STEP) * length)
    return np.asarray(images - np.float32(weight) * _divergence(dual), np.float32)


def _gradient(images: FloatArray) -> FloatArray:
    """Return forward differences along rows and columns, ``(2, n, c, h, w)``; 0 at the far edges."""
    slope = np.zeros((2, *images.shape), np.float32)
    slope[0, :, :, :-1] = images[:, :, 1:] - images[:, :, :-1]
    slope[1, :, :, :, :-1] = images[:, :, :, 1:] - images[:, :, :, :-1]
    return slope


def _divergence(dual: FloatArray) -> FloatArray:
    """Return minus the adjoint of `_gradient`, ``(n, c, h, w)``."""
    down, across = dual
    spread = np.zeros_like(down)
    spread[:, :, :-1] += down[:, :, :-1]
    spread[:, :, 1:] -= down[:, :, :-1]
    spread[:, :, :, :-1] += across[:, :, :, :-1]
    spread[:, :, :, 1:] -= across[:, :, :, :-1]
    return np.asarray(spread, np.float32)


FILTERS: Mapping[str, Filter] = {
    one.name: one
    for one in (
        Filter("median", "Median filter", (0, 1, 2, 3), median_filter),
        Filter("tv", "Total variation", (0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8), denoise_tv_chambolle),
    )
}
"""Every filter by name."""
