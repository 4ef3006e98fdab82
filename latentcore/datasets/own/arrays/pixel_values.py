"""Values of image arrays as uint8: the range that they are meant in is told from them, and said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from latentcore.exceptions import DatasetError
from latentcore.types import PixelArray

Array = npt.NDArray[np.generic]

RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0), (0.0, 65535.0))
CONVERTED = 4096
"""Images whose values are converted at a time."""
FEW_LEVELS = 32
"""Whole numbers from 0 to at most this are taken as so many grey levels, the highest of them white."""
OVERSHOOT = 0.05
"""Floats may exceed a range by this share of it, as they do after resizing; they are cut off."""
MOSTLY = 0.9
"""Share of images within a narrower range that makes the others a mistake."""


def as_uint8(images: Array, path: Path) -> tuple[PixelArray, tuple[str, ...]]:
    """Return images of any type as uint8, and a sentence on how their values were understood.

    Parameters
    ----------
    images : array, shape (n, channels, height, width)
    path : Path
        Of the file, for messages.

    Raises
    ------
    DatasetError
        If there are none, values are not finite, or no range fits them.
    """
    if not images.size:
        raise DatasetError(f"{path} holds no images.")
    if images.dtype == np.bool_:
        return np.ascontiguousarray(images).astype(np.uint8) * 255, ("Values are true and false.",)
    if images.dtype.kind not in "iuf":
        raise DatasetError(f"{path}: images are of type {images.dtype}, expected numbers.")
    is_float = images.dtype.kind == "f"
    if is_float:
        _check_finite(images, path)
    low, high = float(images.min()), float(images.max())
    if images.dtype == np.uint8 and not 0 < high <= FEW_LEVELS:
        return np.ascontiguousarray(images), ()
    lower, upper = _range_of(images, low, high, path)
    pixels = np.empty(images.shape, np.uint8)
    for start in range(0, len(images), CONVERTED):
        part = images[start : start + CONVERTED].astype(np.float64).clip(lower, upper)
        pixels[start : start + CONVERTED] = np.rint((part - lower) * (255 / (upper - lower)))
    cut = "; those beyond are cut off" if low < lower or high > upper else ""
    return pixels, (f"Values from {low:g} to {high:g} are taken as {lower:g} to {upper:g}{cut}.",)


def _range_of(images: Array, low: float, high: float, path: Path) -> tuple[float, float]:
    """Return the lowest and highest value that can occur."""
    is_float = images.dtype.kind == "f"
    if low >= 0 and 1 < high <= FEW_LEVELS:
        if not is_float or _all_whole(images):
            return 0.0, high
    elif low < 0 and not is_float:
        raise _none_fits(low, high, path)
    for lower, upper in RANGES:
        slack = OVERSHOOT * (upper - lower) if is_float else 0.0
        if lower - slack <= low and high <= upper + slack:
            if upper > 1 and is_float:
                _check_outliers(images, high, path)
            return lower, upper
    raise _none_fits(low, high, path)


def _check_outliers(images: Array, high: float, path: Path) -> None:
    """Raise an error if nearly all images lie in a much narrower range than a few do."""
    highest = images.max(axis=(1, 2, 3)).astype(np.float64)
    for narrower in (1.0, 255.0):
        inside = highest <= narrower * (1 + OVERSHOOT)
        if high > narrower * (1 + OVERSHOOT) and inside.mean() >= MOSTLY and inside.any():
            raise DatasetError(
                f"{path}: image {int(inside.argmin())} has values up to {highest[inside.argmin()]:g}, while "
                f"those of {int(inside.sum()):,} of {len(inside):,} images lie between 0 and {narrower:g}."
            )
    if high <= FEW_LEVELS:
        raise _none_fits(float(images.min()), high, path)


def _check_finite(images: Array, path: Path) -> None:
    for start in range(0, len(images), CONVERTED):
        finite = np.isfinite(images[start : start + CONVERTED].astype(np.float64)).all(axis=(1, 2, 3))
        if not finite.all():
            number = start + int(np.argmin(finite))
            raise DatasetError(f"{path}: image {number} has NaN or infinite values.")


def _all_whole(images: Array) -> bool:
    parts = (
        images[start : start + CONVERTED].astype(np.float64) for start in range(0, len(images), CONVERTED)
    )
    return all(bool((part == np.rint(part)).all()) for part in parts)


def _none_fits(low: float, high: float, path: Path) -> DatasetError:
    return DatasetError(
        f"{path}: values go from {low:g} to {high:g}; expected 0 to 1, -1 to 1, 0 to 255 or 0 to 65,535."
    )
