"""Reading and writing folders of PNG, JPEG and WebP files; files left by operating systems are ignored."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps

from latentcore.codec.bit_depth import MAX_8_BIT, from_16_bits, range_note
from latentcore.codec.image_names import EXTENSIONS, NamedImages, abbreviate, attach_names, natural_sort_key
from latentcore.codec.lat_format import MAX_IMAGES, MAX_PIXELS
from latentcore.exceptions import CodecError
from latentcore.image_input import PILLOW_ERRORS
from latentcore.types import FloatArray, ImageShape

FORMATS = ("PNG", "JPEG", "WEBP")
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")
MODES_16_BIT = ("I;16", "I;16B", "I;16L", "I")
"""Pillow's modes of 16-bit grey images."""
ROTATED_ORIENTATIONS = range(2, 9)
"""EXIF orientations other than upright."""
SYSTEM_FILES = (".ds_store", "thumbs.db", "desktop.ini")
MACOS_FOLDER = "__macosx"

_UNREADABLE = (*PILLOW_ERRORS, Image.DecompressionBombError)
"""Exceptions that Pillow raises for invalid files."""


@dataclass(frozen=True)
class _Picture:
    """One image ``(channels, height, width)``, with notes on its conversion.

    `deep` is the range of its values if they have 16 bits; `rotated` is whether it was rotated upright.
    """

    pixels: FloatArray
    deep: tuple[int, int] | None
    rotated: bool


def read_folder(path: Path, shape: ImageShape) -> NamedImages:
    """Return the images of a folder, in natural order; see `latentcore.codec.image_files.read_images`."""
    try:
        entries = sorted(path.iterdir(), key=lambda entry: natural_sort_key(entry.name))
    except OSError as error:
        raise CodecError(f"{path} cannot be read: {error.strerror or error}.") from error
    entries = [entry for entry in entries if not _is_ignored(entry)]
    if others := [entry.name for entry in entries if not _is_picture(entry)]:
        raise CodecError(
            f"{path} holds other things than PNG, JPEG and WebP files: {abbreviate(others)}. "
            "Move them elsewhere."
        )
    if not entries:
        raise CodecError(
            f"{path} holds no picture. Put PNG, JPEG or WebP files of {_size(shape)} pixels into it."
        )
    if len(entries) > MAX_IMAGES or len(entries) * np.prod(shape) > MAX_PIXELS:
        raise CodecError(f"{path} holds {len(entries):,} pictures. Compress them in several parts.")
    pictures = [_read_picture(entry, shape) for entry in entries]
    images = np.stack([picture.pixels for picture in pictures])
    return attach_names(images, [entry.name for entry in entries], _notes(pictures, path))


def write_folder(folder: Path, images: FloatArray, names: tuple[str, ...] | None) -> None:
    """Write images as PNG files.

    Parameters
    ----------
    folder : Path
    images : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1].
    names : tuple of str or None
        File names without extension; None numbers the files from 0.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    digits = len(str(len(images) - 1))
    stems = [f"{k:0{digits}d}" for k in range(len(images))] if names is None else names
    pixels = np.rint(images * MAX_8_BIT).astype(np.uint8).transpose(0, 2, 3, 1)
    for stem, image in zip(stems, pixels, strict=True):
        picture = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
        picture.save(folder / f"{stem}.png")


def other_files(folder: Path) -> list[str]:
    """Return the names of entries that are neither images nor files created by operating systems."""
    return sorted(
        entry.name for entry in folder.iterdir() if not (_is_picture(entry) or _is_system_file(entry))
    )


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in EXTENSIONS and path.is_file()


def _is_system_file(path: Path) -> bool:
    return (path.name.casefold() in SYSTEM_FILES or path.name.startswith("._")) and path.is_file()


def _is_ignored(path: Path) -> bool:
    """Return whether an entry is hidden, or left by an operating system or an archive."""
    return path.name.startswith(".") or path.name.casefold() in (*SYSTEM_FILES, MACOS_FOLDER)


def _read_picture(path: Path, shape: ImageShape) -> _Picture:
    """Return one image, upright; its size is checked before pixels are decoded."""
    size = (shape[2], shape[1])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(path, formats=FORMATS) as image:
                if image.size not in (size, size[::-1]):
                    raise _size_error(path, image.size, shape)
                if image.mode not in (*MODES, *MODES_16_BIT) or getattr(image, "n_frames", 1) > 1:
                    raise CodecError(f"{path} is no still image in grey or RGB. Save it as 8-bit PNG.")
                rotated = image.getexif().get(ExifTags.Base.Orientation, 1) in ROTATED_ORIENTATIONS
                upright = ImageOps.exif_transpose(image) if rotated else image
                if upright.size != size:
                    raise _size_error(path, upright.size, shape)
                deep = upright.mode in MODES_16_BIT
                clear = deep and "transparency" in image.info
                pixels = np.asarray(upright if deep else upright.convert("RGBA"))
    except _UNREADABLE as error:
        raise CodecError(
            f"{path} cannot be read as an image: it is damaged. Remove or replace it."
        ) from error
    if deep and not clear:
        grey = np.repeat(from_16_bits(pixels)[None], shape[0], axis=0)
        return _Picture(grey, (int(pixels.min()), int(pixels.max())), rotated)
    if clear or (pixels[:, :, 3] < MAX_8_BIT).any():
        raise CodecError(f"{path} is partly transparent. Save it with an opaque background.")
    if shape[0] == 1 and not (pixels[:, :, :1] == pixels[:, :, :3]).all():
        raise CodecError(f"{path} is in colour, the model takes grey images. Convert it to grey first.")
    chosen = pixels[:, :, : shape[0]].transpose(2, 0, 1)
    return _Picture(chosen.astype(np.float32) / np.float32(MAX_8_BIT), None, rotated)


def _size_error(path: Path, size: tuple[int, int], shape: ImageShape) -> CodecError:
    return CodecError(
        f"{path} has {size[0]}x{size[1]} pixels, the model takes {_size(shape)}. Scale or crop it first."
    )


def _notes(pictures: Sequence[_Picture], path: Path) -> list[str]:
    """Return sentences on conversions of the images."""
    notes = []
    if ranges := [picture.deep for picture in pictures if picture.deep is not None]:
        low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
        notes.append(f"{len(ranges):,} of {len(pictures):,} pictures: {range_note(low, high, path)}")
    if n_rotated := sum(picture.rotated for picture in pictures):
        notes.append(f"{n_rotated:,} of {len(pictures):,} pictures were turned upright, as their EXIF says.")
    return notes


def _size(shape: ImageShape) -> str:
    return f"{shape[2]}x{shape[1]}"
