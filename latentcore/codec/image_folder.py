"""A folder of PNG, JPEG and WebP files, read whole or refused; what systems leave there is passed over."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps

from latentcore.codec.bit_depth import WHITE_OF_8, from_16_bits, range_note
from latentcore.codec.image_names import ENDINGS, NamedImages, named, natural, some
from latentcore.codec.lat_format import MOST_IMAGES, MOST_PIXELS
from latentcore.exceptions import CodecError
from latentcore.types import FloatArray, ImageShape

FORMATS = ("PNG", "JPEG", "WEBP")
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")
DEEP_MODES = ("I;16", "I;16B", "I;16L", "I")
"""What Pillow calls grey of 16 bits."""
TURNED = range(2, 9)
"""Orientations in EXIF other than upright."""
SYSTEM_FILES = (".ds_store", "thumbs.db", "desktop.ini")
ARCHIVE_FOLDER = "__macosx"

_UNREADABLE = (
    *(OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, Warning, MemoryError),
    *(AssertionError, AttributeError, IndexError, KeyError, OverflowError, TypeError),
    Image.DecompressionBombError,
)
"""What Pillow raises on files that are not what they claim to be."""


@dataclass(frozen=True)
class _Picture:
    """One picture ``(channels, height, width)``; the range of its values, if they have 16 bits."""

    pixels: FloatArray
    deep: tuple[int, int] | None
    turned: bool


def read_folder(path: Path, shape: ImageShape) -> NamedImages:
    """Return the pictures in a folder, in natural order; see `latentcore.codec.image_files.read_images`."""
    try:
        entries = sorted(path.iterdir(), key=lambda entry: natural(entry.name))
    except OSError as error:
        raise CodecError(f"{path} cannot be read: {error.strerror or error}.") from error
    entries = [entry for entry in entries if not _is_passed_over(entry)]
    if others := [entry.name for entry in entries if not _is_picture(entry)]:
        raise CodecError(
            f"{path} holds other things than PNG, JPEG and WebP files: {some(others)}. Move them elsewhere."
        )
    if not entries:
        raise CodecError(
            f"{path} holds no picture. Put PNG, JPEG or WebP files of {_size(shape)} pixels into it."
        )
    if len(entries) > MOST_IMAGES or len(entries) * np.prod(shape) > MOST_PIXELS:
        raise CodecError(f"{path} holds {len(entries):,} pictures. Compress them in several parts.")
    pictures = [_read_picture(entry, shape) for entry in entries]
    images = np.stack([picture.pixels for picture in pictures])
    return named(images, [entry.name for entry in entries], _notes(pictures, path))


def write_folder(folder: Path, images: FloatArray, names: tuple[str, ...] | None) -> None:
    """Write images ``(n, channels, height, width)`` as PNG files of these names, or numbered from 0.

    Raises `OSError` if that cannot be done.
    """
    digits = len(str(len(images) - 1))
    stems = [f"{k:0{digits}d}" for k in range(len(images))] if names is None else names
    pixels = np.rint(images * WHITE_OF_8).astype(np.uint8).transpose(0, 2, 3, 1)
    for stem, image in zip(stems, pixels, strict=True):
        picture = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
        picture.save(folder / f"{stem}.png")


def kept_things(folder: Path) -> list[str]:
    """Return the names of what is neither a picture nor a file that a system makes by itself."""
    return sorted(
        entry.name for entry in folder.iterdir() if not (_is_picture(entry) or _is_system_file(entry))
    )


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS and path.is_file()


def _is_system_file(path: Path) -> bool:
    return (path.name.casefold() in SYSTEM_FILES or path.name.startswith("._")) and path.is_file()


def _is_passed_over(path: Path) -> bool:
    """Return whether nobody means a file or folder by "the pictures in here"."""
    return path.name.startswith(".") or path.name.casefold() in (*SYSTEM_FILES, ARCHIVE_FOLDER)


def _read_picture(path: Path, shape: ImageShape) -> _Picture:
    """Return one picture, upright; its size is looked at before a pixel is read."""
    size = (shape[2], shape[1])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(path, formats=FORMATS) as image:
                if image.size not in (size, size[::-1]):
                    raise _misfit(path, image.size, shape)
                if image.mode not in (*MODES, *DEEP_MODES) or getattr(image, "n_frames", 1) > 1:
                    raise CodecError(f"{path} is no still image in grey or RGB. Save it as 8-bit PNG.")
                turned = image.getexif().get(ExifTags.Base.Orientation, 1) in TURNED
                upright = ImageOps.exif_transpose(image) if turned else image
                if upright.size != size:
                    raise _misfit(path, upright.size, shape)
                deep = upright.mode in DEEP_MODES
                clear = deep and "transparency" in image.info
                pixels = np.asarray(upright if deep else upright.convert("RGBA"))
    except _UNREADABLE as error:
        raise CodecError(
            f"{path} cannot be read as an image: it is damaged. Take it out or replace it."
        ) from error
    if deep and not clear:
        grey = np.repeat(from_16_bits(pixels)[None], shape[0], axis=0)
        return _Picture(grey, (int(pixels.min()), int(pixels.max())), turned)
    if clear or (pixels[:, :, 3] < WHITE_OF_8).any():
        raise CodecError(f"{path} is partly transparent. Save it on a plain background.")
    if shape[0] == 1 and not (pixels[:, :, :1] == pixels[:, :, :3]).all():
        raise CodecError(f"{path} is in colour, the model takes grey images. Turn it grey first.")
    chosen = pixels[:, :, : shape[0]].transpose(2, 0, 1)
    return _Picture(chosen.astype(np.float32) / np.float32(WHITE_OF_8), None, turned)


def _misfit(path: Path, size: tuple[int, int], shape: ImageShape) -> CodecError:
    return CodecError(
        f"{path} has {size[0]}x{size[1]} pixels, the model takes {_size(shape)}. Scale or crop it first."
    )


def _notes(pictures: Sequence[_Picture], path: Path) -> list[str]:
    """Return in sentences what was done to the pictures."""
    notes = []
    if ranges := [picture.deep for picture in pictures if picture.deep is not None]:
        low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
        notes.append(f"{len(ranges):,} of {len(pictures):,} pictures: {range_note(low, high, path)}")
    if n_turned := sum(picture.turned for picture in pictures):
        notes.append(f"{n_turned:,} of {len(pictures):,} pictures were turned upright, as their EXIF says.")
    return notes


def _size(shape: ImageShape) -> str:
    return f"{shape[2]}x{shape[1]}"
