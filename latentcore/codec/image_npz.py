"""Images, and their names if they have some, in one ``.npz`` file."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.atomic_files import draft_file
from latentcore.codec.bit_depth import WHITE_OF_8, from_16_bits, range_note
from latentcore.codec.image_names import NamedImages, named, some
from latentcore.codec.lat_format import MOST_PIXELS
from latentcore.exceptions import CodecError
from latentcore.models.base import check_images
from latentcore.store.arrays import NOT_NPZ, read_array
from latentcore.types import FloatArray, ImageShape

IMAGES, NAMES = "images", "names"
MOST_BYTES = 4 * MOST_PIXELS + 2**26
"""Unpacked: the largest array of images, and names."""


def read_archive(path: Path, shape: ImageShape) -> NamedImages:
    """Return the images in an ``.npz`` file; see `latentcore.codec.image_files.read_images`."""
    try:
        arrays = _arrays(path)
        names = arrays[NAMES].tolist() if NAMES in arrays else None
    except (*NOT_NPZ, SystemError) as error:  # NumPy, where a text holds what is no character
        cause = " ".join(str(error).split())[:200] or type(error).__name__
        raise CodecError(f"{path} is no plain npz file ({cause}). Save it with numpy.savez.") from error
    images, notes = _as_images(arrays[IMAGES], shape, path)
    try:
        check_images(images, expected=shape)
    except ValueError as error:
        raise CodecError(f"{path}: {error}") from error
    if names is None:
        return NamedImages(images, None, tuple(notes))
    if arrays[NAMES].dtype.kind != "U" or arrays[NAMES].shape != (len(images),):
        raise CodecError(f"{path}: “{NAMES}” should hold {len(images):,} texts, one an image.")
    return named(images, names, notes)


def write_archive(path: Path, images: FloatArray, names: tuple[str, ...] | None) -> None:
    """Write images as they are; raises `OSError` if that cannot be done."""
    arrays: dict[str, Any] = {IMAGES: images} if names is None else {IMAGES: images, NAMES: np.array(names)}
    with draft_file(path) as draft, draft.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _arrays(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    with zipfile.ZipFile(path) as archive:
        found = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
        n_bytes = sum(entry.file_size for entry in archive.infolist())
        if len(found) < len(archive.infolist()) or IMAGES not in found or set(found) - {IMAGES, NAMES}:
            others = sorted(set(found) - {IMAGES, NAMES}) or sorted(found) or ["nothing"]
            raise CodecError(f"{path} holds {some(others)}; expected “{IMAGES}” and, if you like, “{NAMES}”.")
        if n_bytes > MOST_BYTES:
            raise CodecError(f"{path} unpacks to {n_bytes / 2**30:.1f} GiB. Compress it in several parts.")
        return {name: read_array(archive, entry, most=MOST_BYTES) for name, entry in found.items()}


def _as_images(
    array: np.ndarray[Any, Any], shape: ImageShape, path: Path
) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Return the array with channels before height and width, as floats if it holds 8 or 16 bits."""
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
        return array.astype(np.float32) / WHITE_OF_8, notes
    return (array.astype(np.float32) if array.dtype == np.float64 else array), notes
