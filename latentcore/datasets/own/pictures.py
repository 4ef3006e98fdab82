"""Decoding pictures of any mode to grey or RGB pixels of one size."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import ExifTags, Image, ImageOps

from latentcore.exceptions import DatasetError
from latentcore.image_input import PILLOW_ERRORS
from latentcore.types import PixelArray

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_PIXELS = 64_000_000
OPAQUE = 255
BACKGROUND = 255
"""Transparent parts are laid over white."""
COLOUR_DIFFERENCE = 12
"""Channels that differ by no more than this, of 255, count as grey with compression noise."""

DEPTH_RANGE = "depth range"
"""Key of a decoded picture's `info`: lowest and highest value of 16 bits."""
MAX_DEEP = 65535

Fit = Literal["crop", "pad", "stretch"]
Colour = Literal["grey", "rgb"]

FIT_WORDS: dict[Fit, str] = {
    "crop": "cropped to the central square",
    "pad": "padded to a square",
    "stretch": "stretched",
}
"""What each way of fitting does to a picture, for sentences."""


class UnreadablePicture(DatasetError):  # noqa: N818 - a state of a file, not a fault of the program
    """A file cannot be used as a picture; the message ends a sentence that begins with its name."""


@dataclass(frozen=True)
class Target:
    """What every image of a dataset looks like.

    Attributes
    ----------
    size : int
        Height and width in pixels.
    colour : "grey" or "rgb"
    fit : "crop", "pad" or "stretch"
        Crop to the central square, pad to a square with the border's colour, or change the aspect ratio.
    max_deep : int
        Value of 16-bit pictures that is white; less than 65,535 where they use fewer bits.
    """

    size: int
    colour: Colour
    fit: Fit
    max_deep: int = MAX_DEEP

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """``(channels, height, width)``."""
        return (3 if self.colour == "rgb" else 1, self.size, self.size)


def open_picture(data: bytes, target: Target | None = None) -> Image.Image:
    """Decode a picture to mode "L" or "RGB", upright, its first frame, transparent parts over white.

    Floating-point values are scaled from 0..1, 16-bit values from 0..65535 or to the target's `max_deep`.

    Parameters
    ----------
    data : bytes
    target : Target, optional
        Lets JPEG be decoded at a reduced size, too.

    Raises
    ------
    UnreadablePicture
        If it is damaged, too large or no picture.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            file = Image.open(io.BytesIO(data), formats=FORMATS)
            _check_size(file)
            if target is not None and file.format == "JPEG":
                file.draft("RGB" if target.colour == "rgb" else "L", (2 * target.size, 2 * target.size))
            file.load()
            turned = file.getexif().get(ExifTags.Base.Orientation, 1) != 1
            upright = ImageOps.exif_transpose(file) if turned else file
            return plain_picture(upright, MAX_DEEP if target is None else target.max_deep)
        except UnreadablePicture:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise UnreadablePicture("has too many pixels") from error
        except PILLOW_ERRORS as error:
            raise UnreadablePicture("is damaged or no picture") from error


def _check_size(image: Image.Image) -> None:
    """Raise `UnreadablePicture` before the pixels of too large a picture are decoded."""
    if image.width * image.height > MAX_PIXELS:
        raise UnreadablePicture(
            f"has {image.width * image.height / 1e6:.0f} million pixels; at most {MAX_PIXELS / 1e6:.0f}"
        )


def is_coloured(image: Image.Image) -> bool:
    """Return whether a decoded picture has colours, beyond compression noise."""
    if image.mode == "L":
        return False
    small = np.asarray(image.resize((32, 32), Image.Resampling.BOX), np.int16)
    return bool(np.ptp(small, axis=2).max() > COLOUR_DIFFERENCE)


def fit_picture(image: Image.Image, target: Target) -> PixelArray:
    """Return a decoded picture as uint8 ``(channels, size, size)``."""
    image = image.convert("RGB" if target.colour == "rgb" else "L")
    size = (target.size, target.size)
    if target.fit == "crop":
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        image = image.crop((left, top, left + side, top + side))
    elif target.fit == "pad" and image.width != image.height:
        side = max(image.size)
        square = Image.new(image.mode, (side, side), _border_colour(image))
        square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
        image = square
    if image.size != size:
        smaller = min(image.size) >= target.size
        image = image.resize(size, Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC)
    pixels = np.asarray(image, np.uint8)
    return pixels[None] if pixels.ndim == 2 else np.ascontiguousarray(pixels.transpose(2, 0, 1))  # noqa: PLR2004


def plain_picture(image: Image.Image, max_deep: int = MAX_DEEP) -> Image.Image:
    """Return a picture of any mode in mode "L" or "RGB", 16 bits scaled, transparent parts over white.

    A value of `max_deep` and more is white in pictures of 16 bits.
    """
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, np.float64)
        deep = image.mode != "F" or values.max() > 1
        scaled = Image.fromarray(
            np.rint(np.clip(values * (255 / max_deep if deep else 255), 0, 255)).astype(np.uint8)
        )
        if deep:
            scaled.info[DEPTH_RANGE] = (float(values.min()), float(values.max()))
        return scaled
    if image.has_transparency_data:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, (BACKGROUND, BACKGROUND, BACKGROUND, OPAQUE))
        image = Image.alpha_composite(ground, image)
    return image.convert("L" if image.mode in ("1", "L", "LA") else "RGB")


def _border_colour(image: Image.Image) -> int | tuple[int, ...]:
    pixels = np.asarray(image)
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    median = np.median(border, axis=0)
    return int(median) if median.ndim == 0 else tuple(int(value) for value in median)
