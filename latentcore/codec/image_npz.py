"""Reading and writing images, with optional names, as one ``.npz`` file."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.atomic_files import atomic_file
from latentcore.codec.bit_depth import MAX_8_BIT, from_16_bits, range_note
from latentcore.codec.image_names import NamedImages, abbreviate, attach_names
from latentcore.codec.lat_format import MAX_PIXELS
from latentcore.exceptions import CodecError
from latentcore.models.checks import check_images
from latentcore.store.arrays import NPZ_ERRORS, read_array
from latentcore.types import FloatArray, ImageShape

IMAGES_KEY, NAMES_KEY = "images", "names"
MAX_UNPACKED_BYTES = 4 * MAX_PIXELS + 2**26
"""Limit for the unpacked file: the largest array of images, and names."""


def read_archive(path: Path, shape: ImageShape) -> NamedImages:
    """Return the images of an ``.npz`` file; see `latentcore.codec.image_files.read_images`."""
    try:
        arrays = _arrays(path)
        names = arrays[NAMES_KEY].tolist() if NAMES_KEY in arrays else None
    except (*NPZ_ERRORS, SystemError) as error:  # raised by NumPy for text with invalid characters
        cause = " ".join(str(error).split())[:200] or type(error).__name__
        raise CodecError(f"{path} is no plain npz file ({cause}). Save it with numpy.savez.") from error
    images, notes = _as_images(arrays[IMAGES_KEY], shape, path)
    try:
        check_images(images, expected=shape)
    except ValueError as error:
        raise CodecError(f"{path}: {error}") from error
    if names is None:
        return NamedImages(images, None, tuple(notes))
    if arrays[NAMES_KEY].dtype.kind != "U" or arrays[NAMES_KEY].shape != (len(images),):
        raise CodecError(f"{path}: “{NAMES_KEY}” should hold {len(images):,} texts, one per image.")
    return attach_names(images, names, notes)


def write_archive(path: Path, images: FloatArray, names: tuple[str, ...] | None) -> None:
    """Write images, and their names if any, as an ``.npz`` file.

    Parameters
    ----------
    path : Path
    images : float32 array, shape (n, channels, height, width)
    names : tuple of str or None
        One per image.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    arrays: dict[str, Any] = (
        {IMAGES_KEY: images} if names is None else {IMAGES_KEY: images, NAMES_KEY: np.array(names)}
    )
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _arrays(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    with zipfile.ZipFile(path) as archive:
        found = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        n_bytes = sum(entry.file_size for entry in archive.infolist())
        if (
            len(found) < len(archive.infolist())
            or IMAGES_KEY not in found
            or set(found) - {IMAGES_KEY, NAMES_KEY}
        ):
            others = sorted(set(found) - {IMAGES_KEY, NAMES_KEY}) or sorted(found) or ["nothing"]
            raise CodecError(
                f"{path} holds {abbreviate(others)}; expected “{IMAGES_KEY}” and, if you like, “{NAMES_KEY}”."
            )
        if n_bytes > MAX_UNPACKED_BYTES:
            raise CodecError(f"{path} unpacks to {n_bytes / 2**30:.1f} GiB. Compress it in several parts.")
        return {
            name: read_array(archive, entry, max_bytes=MAX_UNPACKED_BYTES) for name, entry in found.items()
        }


def _as_images(
    array: np.ndarray[Any, Any], shape: ImageShape, path: Path
) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Return the array channels-first, as float32 if it has 8 or 16 bits, with notes on the conversion."""
    notes = []
    channels_last = (shape[1], shape[2], shape[0])
    if array.ndim == 3 and shape[0] == 1:  # noqa: PLR2004 - grey images without a channel axis
        array = array[:, None]
    elif array.ndim == 4 and array.shape[1:] == channels_last != shape:  # noqa: PLR2004
        array = np.ascontiguousarray(array.transpose(0, 3, 1, 2))
        notes.append(f"The last axis, of {shape[0]}, was taken for the channels.")
    if array.dtype.kind == "u" and array.dtype.itemsize == 2 and array.size:  # noqa: PLR2004
        notes.append(range_note(int(array.min()), int(array.max()), path))
        return from_16_bits(array), notes
    if array.dtype == np.uint8:
        return array.astype(np.float32) / MAX_8_BIT, notes
    return (array.astype(np.float32) if array.dtype == np.float64 else array), notes
