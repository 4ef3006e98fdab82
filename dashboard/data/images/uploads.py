"""Safe decoding of uploaded and drawn images to grey values, and to the pixels of own datasets."""

from __future__ import annotations

import base64
import binascii
import io
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from PIL import ExifTags, Image, ImageOps

from latentcore.datasets.own.pictures import is_coloured, plain_picture
from latentcore.exceptions import LatentcoreError
from latentcore.image_input import PILLOW_ERRORS
from latentcore.types import FloatArray, PixelArray

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 20_000_000
MOST_PIXELS = 16_000_000
LONGEST_SIDE = 512
"""Larger images are downscaled to this, in pixels, as soon as they are read."""
SLIGHT_COLOUR = 12
"""Channels that differ by no more than this, of 255, count as grey with compression noise."""
OPAQUE = 255
DEPTH_NOTE = "16-bit grey values scaled to 0..1"
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in grey (ITU-R BT.601)."""

Decoded = TypeVar("Decoded")

_reading = threading.Lock()
"""One image at a time: bounds memory, and warning filters are global to the process."""


class UnreadableImage(LatentcoreError):  # noqa: N818 - a state, with a way out
    """An uploaded file is no image that can be used; the message says why."""


@dataclass(frozen=True)
class GreyImage:
    """A decoded image in grey.

    Attributes
    ----------
    pixels : float32 array (h, w)
        In [0, 1], 0 is black; at most `LONGEST_SIDE` per side.
    notes : tuple of str
        Conversions applied, each a clause of a sentence.
    """

    pixels: FloatArray
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PlainImage:
    """A decoded image as pictures are decoded when a dataset is added.

    Attributes
    ----------
    pixels : uint8 array (h, w) or (h, w, 3)
        Transparent parts are over white; at most `LONGEST_SIDE` per side.
    notes : tuple of str
        Conversions applied, each a clause of a sentence.
    has_colours : bool
        False for grey images, however they are stored.
    """

    pixels: PixelArray
    notes: tuple[str, ...]
    has_colours: bool


def read_image(data: bytes) -> GreyImage:
    """Read a PNG, JPEG or WebP file of any mode as grey.

    Sizes are checked before any pixel is decoded, and Pillow's warnings are treated as errors.

    Raises
    ------
    UnreadableImage
        If the file is empty, too large, damaged or no such image.
    """
    return _read(data, _decode)


def read_plain_image(data: bytes) -> PlainImage:
    """Read a PNG, JPEG or WebP file as `latentcore.datasets.own` reads pictures; else like `read_image`."""
    return _read(data, _decode_plain)


def _read(data: bytes, decode: Callable[[Image.Image], Decoded]) -> Decoded:
    if not data:
        raise UnreadableImage("The file is empty. Choose a PNG, JPEG or WebP image.")
    if len(data) > MOST_BYTES:
        raise UnreadableImage(
            f"The file has {len(data) / 1e6:.0f} MB; at most {MOST_BYTES / 1e6:.0f} MB can be read. "
            "Save the image smaller."
        )
    with _reading, warnings.catch_warnings():
        warnings.filterwarnings("error", module=r"PIL\.")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        return decode(_open(data))


def bytes_of_data_url(text: str) -> bytes:
    """Return the file in a base64 data URL, as a drawing arrives; raises `UnreadableImage`."""
    try:
        return base64.b64decode(text.partition(",")[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableImage("The drawing did not arrive whole. Draw it again.") from error


def _open(data: bytes) -> Image.Image:
    """Return an image of which only the header has been read."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadableImage(_too_many("far more than")) from None
    except PILLOW_ERRORS as error:
        raise UnreadableImage(
            "The file is no PNG, JPEG or WebP image, or its beginning is damaged. Choose another."
        ) from error
    if image.width * image.height > MOST_PIXELS:
        raise UnreadableImage(_too_many(f"{image.width * image.height / 1e6:.0f} million,"))
    return image


def _too_many(amount: str) -> str:
    return (
        f"The image has too many pixels: {amount} where at most {MOST_PIXELS / 1e6:.0f} million can be read. "
        "Save it smaller."
    )


def _decode(image: Image.Image) -> GreyImage:
    notes: list[str] = []
    with _named_errors():
        pixels = _grey_pixels(_upright(image, notes), notes)
    return GreyImage(pixels, tuple(notes))


def _decode_plain(image: Image.Image) -> PlainImage:
    notes: list[str] = []
    with _named_errors():
        plain = _plain_image(_upright(image, notes), notes)
        return PlainImage(np.asarray(plain, np.uint8), tuple(notes), is_coloured(plain))


def _plain_image(image: Image.Image, notes: list[str]) -> Image.Image:
    """Return an image in mode "L" or "RGB", reduced before it is laid over white, to save memory."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(np.rint(_grey_pixels(image, notes) * OPAQUE).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if np.asarray(image.getchannel("A")).min() < OPAQUE:
            notes.append("transparent parts laid over white")
    else:
        image = image.convert("L" if image.mode in ("1", "L") else "RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX)
    return plain_picture(image)


@contextmanager
def _named_errors() -> Iterator[None]:
    """Raise `UnreadableImage` where Pillow fails on damaged pixels."""
    try:
        yield
    except PILLOW_ERRORS as error:
        raise UnreadableImage("The image is damaged or cut off. Save it again, or choose another.") from error


def _upright(image: Image.Image, notes: list[str]) -> Image.Image:
    """Decode the first frame of an image, and turn it as its camera noted."""
    if getattr(image, "is_animated", False):
        image.seek(0)
        notes.append("of its several frames the first is used")
    image.load()
    if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
        image = ImageOps.exif_transpose(image)
        notes.append("turned upright as its camera noted")
    return image


def _grey_pixels(image: Image.Image, notes: list[str]) -> FloatArray:
    if image.mode.startswith(("I", "F")):
        notes.append(DEPTH_NOTE)
        return _reduced(Image.fromarray(np.asarray(image, np.float32) / 65535))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if np.asarray(image.getchannel("A")).min() < OPAQUE:
            notes.append("transparent parts count as background")
            return _flattened(image)
    plain = _reduced(image.convert("L" if image.mode in ("1", "L") else "RGB"))
    if plain.ndim == 3 and np.ptp(plain, axis=2).max() > SLIGHT_COLOUR:
        notes.append("colours turned to grey")
    grey = plain if plain.ndim == 2 else plain @ LUMA
    pixels: FloatArray = (grey / 255).astype(np.float32)
    return pixels


def _flattened(image: Image.Image) -> FloatArray:
    """Lay what is opaque on black, or on white where that would hide it."""
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    grey, cover = (np.asarray(part, np.float32) / 255 for part in (image.convert("L"), image.getchannel("A")))
    weight = max(float(cover.sum()), 1e-9)
    paper = 1.0 if float((grey * cover).sum()) / weight < 0.5 else 0.0
    pixels: FloatArray = (grey * cover + paper * (1 - cover)).astype(np.float32)
    return pixels


def _reduced(image: Image.Image) -> FloatArray:
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX)
    return np.asarray(image, np.float32)
