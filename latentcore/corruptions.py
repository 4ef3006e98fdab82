"""Image corruptions with a level and a seed: Gaussian noise, salt and pepper, blur and occlusion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from latentcore.exceptions import UnknownNameError
from latentcore.models.checks import check_images
from latentcore.types import FloatArray

OCCLUSION_GREY = np.float32(0.5)
"""Pixel value of the occluding square: grey, visible on black and on white."""


@dataclass(frozen=True)
class Corruption:
    """A kind of image corruption.

    Attributes
    ----------
    name, title : str
    unit : str
        What the level measures.
    levels : tuple of float
        Levels of the denoising study, ascending, all above 0; the last is the largest allowed.
    moderate : float
        A level at which people still recognise the image; anomalies are corrupted by it.
    default : float
        The level that the Denoise page opens with.
    apply : callable
        ``apply(images, level, generator)``. The random numbers drawn do not depend on the level, so a higher
        level corrupts the same pixels further.
    """

    name: str
    title: str
    unit: str
    levels: tuple[float, ...]
    moderate: float
    default: float
    apply: Callable[[FloatArray, float, np.random.Generator], FloatArray]


def corrupt(images: FloatArray, kind: str, level: float, *, seed: int) -> FloatArray:
    """Return corrupted images; level 0 returns an unchanged copy.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1].
    kind : str
        A key of `CORRUPTIONS`.
    level : float
        From 0 to the kind's last level, in the kind's `unit`.
    seed : int
        The same seed gives the same corruption at every level.

    Returns
    -------
    float32 array, shape of `images`
        Pixels in [0, 1].

    Raises
    ------
    UnknownNameError
        If there is no such kind.
    ValueError
        If the images are invalid (see `latentcore.models.checks.check_images`), or the level is out of range.
    """
    if kind not in CORRUPTIONS:
        raise UnknownNameError(f"There is no corruption {kind!r}; choose one of {', '.join(CORRUPTIONS)}.")
    check_images(images)
    corruption = CORRUPTIONS[kind]
    if not 0 <= level <= corruption.levels[-1]:
        raise ValueError(f"level is {level}; {corruption.title} takes 0 to {corruption.levels[-1]}.")
    if level == 0:
        return images.copy()
    corrupted = corruption.apply(images, level, np.random.default_rng(seed))
    return np.clip(corrupted, 0, 1).astype(np.float32, copy=False)


def _add_noise(images: FloatArray, level: float, generator: np.random.Generator) -> FloatArray:
    """Add noise that is independent in each channel."""
    noise = generator.standard_normal(images.shape, dtype=np.float32)
    return np.asarray(images + np.float32(level) * noise, np.float32)


def _replace_pixels(images: FloatArray, level: float, generator: np.random.Generator) -> FloatArray:
    """Turn whole pixels, all channels at once, black or white."""
    n, _, height, width = images.shape
    uniform = generator.random((n, 1, height, width), dtype=np.float32)
    corrupted = np.where(uniform < level / 2, np.float32(0), images)
    return np.where(uniform > 1 - level / 2, np.float32(1), corrupted)


def _blur(images: FloatArray, level: float, generator: np.random.Generator) -> FloatArray:  # noqa: ARG001
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415 - few need it

    blurred: FloatArray = gaussian_filter(images, level * images.shape[-1], axes=(2, 3), mode="nearest")
    return blurred


def _occlude(images: FloatArray, level: float, generator: np.random.Generator) -> FloatArray:
    n, _, height, width = images.shape
    side = round(level * min(height, width))
    place = generator.random((n, 2))
    top, left = np.rint(place * [height - side, width - side]).astype(int).T
    rows, columns = np.arange(height)[None, :], np.arange(width)[None, :]
    in_rows = (rows >= top[:, None]) & (rows < top[:, None] + side)
    in_columns = (columns >= left[:, None]) & (columns < left[:, None] + side)
    covered = in_rows[:, None, :, None] & in_columns[:, None, None, :]
    return np.where(covered, OCCLUSION_GREY, images)


CORRUPTIONS: Mapping[str, Corruption] = {
    kind.name: kind
    for kind in (
        Corruption(
            "gaussian",
            "Gaussian noise",
            "standard deviation, in units of the pixel range",
            (0.1, 0.2, 0.3, 0.5, 0.7, 1.0),
            0.3,
            0.5,
            _add_noise,
        ),
        Corruption(
            "salt_pepper",
            "Salt and pepper",
            "share of pixels that turn black or white",
            (0.02, 0.05, 0.1, 0.2, 0.3, 0.5),
            0.1,
            0.2,
            _replace_pixels,
        ),
        Corruption(
            "blur",
            "Blur",
            "standard deviation of the Gaussian window, in units of the image's side",
            (0.02, 0.04, 0.06, 0.08, 0.1, 0.14),
            0.06,
            0.08,
            _blur,
        ),
        Corruption(
            "occlusion",
            "Occlusion",
            "side of a grey square at a random place, in units of the image's side",
            (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
            0.3,
            0.4,
            _occlude,
        ),
    )
}
"""Every kind of corruption by name. If levels change, run `latentcore study denoise` on each dataset."""
