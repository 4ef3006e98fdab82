"""Images in arrays: npy, npz, idx and Parquet files as uint8 pixels with labels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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
from latentcore.exceptions import DatasetError
from latentcore.types import PixelArray

Channels = Literal["auto", "first", "last"]
CHANNEL_COUNTS = (1, 3)
CONVERTED = 4096
"""Images whose values are converted at a time."""


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
        An npz file has ``images``, optionally ``labels`` and ``classes``.
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
        if path.suffix == ".npy":
            pixels, notes = _pixels(read_npy(path, max_bytes), channels, path)
            return [ArraySource(pixels, None, None, notes)]
        if path.suffix == ".npz":
            return [_from_npz(read_npz(path, max_bytes), channels, path)]
        return [_from_idx(path, channels, max_bytes)]
    except ARRAY_ERRORS as error:
        raise DatasetError(f"{path} cannot be read: {cause_of(error)}.") from error


def is_idx(path: Path) -> bool:
    """Return whether a path is named like an idx file of images, gzipped or not."""
    return bool(re.search(r"images?[-.]idx3[-.]ubyte(\.gz)?$", path.name))


def _from_npz(archive: Mapping[str, npt.NDArray[np.generic]], channels: Channels, path: Path) -> ArraySource:
    if "images" not in archive:
        raise DatasetError(f"{path} has no array named images; it has {', '.join(archive)[:200] or 'none'}.")
    pixels, notes = _pixels(archive["images"], channels, path)
    labels = _names(archive.get("labels"), archive.get("classes"), len(pixels), path)
    return ArraySource(pixels, labels, None, notes)


def _from_idx(path: Path, channels: Channels, max_bytes: int) -> ArraySource:
    pixels, notes = _pixels(read_idx(path, max_bytes), channels, path)
    partner = path.with_name(re.sub(r"images?([-.])idx3", r"labels\1idx1", path.name))
    labels = _names(read_idx(partner, max_bytes) if partner.exists() else None, None, len(pixels), path)
    split = "train" if path.name.startswith("train") else "test" if re.match("t10k|test", path.name) else None
    return ArraySource(pixels, labels, split, notes)


def _pixels(
    images: npt.NDArray[np.generic], channels: Channels, path: Path
) -> tuple[PixelArray, tuple[str, ...]]:
    """Return images of any shape and type as uint8 ``(n, channels, height, width)``, and what was decided."""
    return _as_uint8(_channels_first(images, channels, path), path)


def _channels_first(
    images: npt.NDArray[np.generic], channels: Channels, path: Path
) -> npt.NDArray[np.generic]:
    """Return images as ``(n, channels, height, width)``."""
    if images.ndim == 3:  # noqa: PLR2004
        return images[:, None]
    if images.ndim != 4:  # noqa: PLR2004
        raise DatasetError(
            f"{path}: images have the shape {images.shape}, expected (n, height, width) or with channels."
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
        raise DatasetError(f"{path}: images have {images.shape[1]} channels, expected 1 or 3.")
    return images


def _as_uint8(images: npt.NDArray[np.generic], path: Path) -> tuple[PixelArray, tuple[str, ...]]:
    """Return images as uint8; floats of 0 to 1, -1 to 1 and 0 to 255 are told apart, and that is said."""
    if not images.size:
        raise DatasetError(f"{path} holds no images.")
    if images.dtype == np.uint8:
        return np.ascontiguousarray(images), ()
    if images.dtype == np.bool_:
        return np.ascontiguousarray(images).astype(np.uint8) * 255, ("Values are true and false.",)
    if images.dtype.kind not in "iuf":
        raise DatasetError(f"{path}: images are of type {images.dtype}, expected numbers.")
    for start in range(0, len(images) if images.dtype.kind == "f" else 0, CONVERTED):
        finite = np.isfinite(images[start : start + CONVERTED]).all(axis=(1, 2, 3))
        if not finite.all():
            number = start + int(np.argmin(finite))
            raise DatasetError(f"{path}: image {number} has NaN or infinite values.")
    low, high = float(images.min()), float(images.max())
    is_float = images.dtype.kind == "f"
    for lower, upper in ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0), (0.0, 65535.0)):
        if lower <= low and high <= upper and (is_float or lower == 0):
            pixels = np.empty(images.shape, np.uint8)
            for start in range(0, len(images), CONVERTED):
                part = images[start : start + CONVERTED].astype(np.float64)
                pixels[start : start + CONVERTED] = np.rint((part - lower) * (255 / (upper - lower)))
            text = f"Values from {low:g} to {high:g} are taken as {lower:g} to {upper:g}."
            return pixels, (text,)
    raise DatasetError(
        f"{path}: values go from {low:g} to {high:g}; expected 0 to 1, -1 to 1, 0 to 255 or 0 to 65,535."
    )


def _names(
    labels: npt.NDArray[np.generic] | None, classes: npt.NDArray[np.generic] | None, n: int, path: Path
) -> list[str] | None:
    if labels is None:
        return None
    flat = labels.reshape(-1) if labels.ndim == 2 and labels.shape[1] == 1 else labels  # noqa: PLR2004
    if flat.ndim != 1 or len(flat) != n:
        raise DatasetError(f"{path}: labels have the shape {labels.shape}, but there are {n:,} images.")
    if flat.dtype.kind == "f":
        if not np.array_equal(flat, np.rint(flat)):
            raise DatasetError(f"{path}: labels are no whole numbers.")
        flat = flat.astype(np.int64)
    if classes is None or flat.dtype.kind not in "iu":
        return [str(label) for label in flat.tolist()]
    titles: Sequence[str] = [str(name) for name in classes.reshape(-1).tolist()]
    if int(flat.min()) < 0 or int(flat.max()) >= len(titles):
        raise DatasetError(f"{path}: label {int(flat.max())} has no name among the {len(titles)} classes.")
    return [titles[int(label)] for label in flat]
