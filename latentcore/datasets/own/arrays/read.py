"""Reading npy, npz and idx files as uint8 pixels with labels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from latentcore.datasets.own.array_files import (
    ARRAY_ERRORS,
    MAX_ARRAY_BYTES,
    cause_of,
    read_idx,
    read_npy,
    read_npz,
)
from latentcore.datasets.own.arrays.idx_pairs import is_idx_labels, labels_of, split_of
from latentcore.datasets.own.arrays.labels import label_names
from latentcore.datasets.own.arrays.npz_names import parts_of
from latentcore.datasets.own.arrays.pixel_values import CONVERTED, as_uint8
from latentcore.exceptions import DatasetError
from latentcore.types import PixelArray

Channels = Literal["auto", "first", "last"]
CHANNEL_COUNTS, N_RGBA = (1, 3, 4), 4
ORDER = "; of flat rows of three channels, say --channels first or last"
MIN_SIDE = 8
"""Of images in flat rows."""


@dataclass(frozen=True)
class ArraySource:
    """Images of a split, with what belongs to them.

    Attributes
    ----------
    pixels : uint8 array, shape (n, channels, height, width)
    labels : list of str or None
        Name of each image's class.
    split : "train", "test" or None
        None where the source does not say.
    notes : tuple of str
        What was done, each a sentence.
    """

    pixels: PixelArray
    labels: list[str] | None
    split: str | None
    notes: tuple[str, ...]


def read_arrays(
    path: Path, channels: Channels = "auto", max_bytes: int = MAX_ARRAY_BYTES
) -> list[ArraySource]:
    """Read an npy or npz file, or an idx file with the labels beside it.

    Parameters
    ----------
    path : Path
        An npz file has ``images``, optionally ``labels`` and ``classes``, or arrays of other usual names.
    channels : "auto", "first" or "last"
        Which axis of a four-dimensional array holds the channels.
    max_bytes : int
        Largest array that is read, unpacked.

    Raises
    ------
    DatasetError
        If the file is damaged, or its arrays are too large or cannot be understood.
    """
    try:
        if path.suffix.lower() == ".npy":
            pixels, notes = _pixels(read_npy(path, max_bytes), channels, path)
            return [ArraySource(pixels, None, None, notes)]
        if path.suffix.lower() == ".npz":
            return _from_npz(read_npz(path, max_bytes), channels, path)
        return [_from_idx(path, channels, max_bytes)]
    except ARRAY_ERRORS as error:
        raise DatasetError(f"{path} cannot be read: {cause_of(error)}.") from error


def _from_npz(
    archive: Mapping[str, npt.NDArray[np.generic]], channels: Channels, path: Path
) -> list[ArraySource]:
    parts, classes, notes = parts_of(archive, path)
    names = None if classes is None else archive[classes]
    sources = []
    for part in parts:
        pixels, said = _pixels(archive[part.images], channels, path)
        labels = label_names(None if part.labels is None else archive[part.labels], names, len(pixels), path)
        sources.append(ArraySource(pixels, labels, part.split, (*notes, *said)))
    return sources


def _from_idx(path: Path, channels: Channels, max_bytes: int) -> ArraySource:
    if is_idx_labels(path):
        raise DatasetError(f"{path} holds labels; give the file of the images, or the folder of both.")
    pixels, notes = _pixels(read_idx(path, max_bytes), channels, path)
    partner = labels_of(path)
    labels = label_names(None if partner is None else read_idx(partner, max_bytes), None, len(pixels), path)
    return ArraySource(pixels, labels, split_of(path), notes)


def _pixels(
    images: npt.NDArray[np.generic], channels: Channels, path: Path
) -> tuple[PixelArray, tuple[str, ...]]:
    """Return images of any shape and type as uint8 ``(n, channels, height, width)``, and what was decided."""
    pixels, notes = as_uint8(_channels_first(_unflattened(images, channels), channels, path), path)
    if images.ndim == 2:  # noqa: PLR2004
        notes = (f"Rows of {images.shape[1]:,} values are images of {_shape_text(pixels)}.", *notes)
    if pixels.shape[1] == N_RGBA:
        pixels, notes = _over_white(pixels), (*notes, "Transparent parts are laid over white.")
    return pixels, notes


def _unflattened(images: npt.NDArray[np.generic], channels: Channels) -> npt.NDArray[np.generic]:
    """Return rows of pixels as square images; of three channels only where `channels` says their order."""
    if images.ndim != 2 or images.shape[0] == images.shape[1]:  # noqa: PLR2004 - a square may be one image
        return images
    if side := _side(images.shape[1], 1):
        return images.reshape(-1, side, side)
    if channels != "auto" and (side := _side(images.shape[1], 3)):
        return images.reshape((-1, 3, side, side) if channels == "first" else (-1, side, side, 3))
    return images


def _side(n_values: int, n_channels: int) -> int:
    """Return the side of a square image of so many values; 0 if it is none, or a tiny one."""
    side = math.isqrt(n_values // n_channels)
    return side if side >= MIN_SIDE and n_channels * side * side == n_values else 0


def _shape_text(pixels: PixelArray) -> str:
    return "x".join(str(size) for size in pixels.shape[1:] if size != 1)


def _over_white(pixels: PixelArray) -> PixelArray:
    """Return RGBA images as RGB over white."""
    laid = np.empty((len(pixels), 3, *pixels.shape[2:]), np.uint8)
    for start in range(0, len(pixels), CONVERTED):
        part = pixels[start : start + CONVERTED].astype(np.float32)
        alpha = part[:, 3:] / 255
        laid[start : start + CONVERTED] = np.rint(part[:, :3] * alpha + 255 * (1 - alpha))
    return laid


def _channels_first(
    images: npt.NDArray[np.generic], channels: Channels, path: Path
) -> npt.NDArray[np.generic]:
    """Return images as ``(n, channels, height, width)``."""
    if images.ndim == 3:  # noqa: PLR2004
        return images[:, None]
    if images.ndim != 4:  # noqa: PLR2004
        is_flat = images.ndim == 2 and _side(images.shape[1], 3)  # noqa: PLR2004
        raise DatasetError(
            f"{path}: images have the shape {images.shape}, expected (n, height, width) or with channels"
            f"{ORDER if is_flat else ''}."
        )
    first, last = images.shape[1] in CHANNEL_COUNTS, images.shape[3] in CHANNEL_COUNTS
    if first and last and channels == "auto" and images.shape[1] != images.shape[3]:
        raise DatasetError(
            f"{path}: in the shape {images.shape} either axis may be the channels; "
            "say --channels first or last."
        )
    if channels == "last" or (channels == "auto" and last and not first):
        images, first = images.transpose(0, 3, 1, 2), last
    if not first:
        raise DatasetError(
            f"{path}: images have the shape {images.shape}, in which no axis is 1, 3 or 4 channels."
        )
    return images
