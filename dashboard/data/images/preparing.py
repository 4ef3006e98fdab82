"""Preprocessing of uploaded and drawn images: invert, crop, centre and resize like a dataset's images."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from dashboard.data.catalogue import Bundle
from dashboard.data.images.uploads import GreyImage
from latentcore.exceptions import LatentcoreError
from latentcore.types import FloatArray

FLAT = 0.06
"""An image whose values span less than this is blank."""
CLEAR_INK = 0.2
"""Share of the strongest ink that counts when the ink's bounds are sought."""


class BlankImage(LatentcoreError):  # noqa: N818 - a state, with a way out
    """There is nothing on the image."""


@dataclass(frozen=True)
class Layout:
    """How the objects of a dataset lie in its images.

    Attributes
    ----------
    share : float
        Longest side of the object over the side of the image.
    by_mass : bool
        Whether the centre of mass lies in the middle, rather than the bounding box.
    words : str
    """

    share: float
    by_mass: bool
    words: str


LAYOUTS = {
    "mnist": Layout(20 / 28, by_mass=True, words="as MNIST's are: 20 of 28 pixels, centred by mass"),
    "fashion_mnist": Layout(1, by_mass=False, words="as Fashion-MNIST's are: to the full side, centred"),
    "digits": Layout(1, by_mass=False, words="as this dataset's are: to the full side, centred"),
}
"""Measured on the test images; in other datasets the place is free and is left as it is.

References
----------
Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits", 1998. H. Xiao,
K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
algorithms", 2017, section 2.
"""


@dataclass(frozen=True)
class Prepared:
    """An image that models can take.

    Attributes
    ----------
    image : float32 array (c, h, w)
        In [0, 1].
    notes : tuple of str
        What was done to it, each the part of a sentence.
    """

    image: FloatArray
    notes: tuple[str, ...]


def looks_inverted(bundle: Bundle, grey: GreyImage) -> bool:
    """Return whether an image's border is bright where the dataset's is dark, or the other way round."""
    own = float(np.median(border_of(bundle.golden_images.mean(axis=(0, 1)))))
    return bool((np.median(border_of(grey.pixels)) > 0.5) != (own > 0.5))


def layout_of(dataset: str) -> Layout | None:
    """Return how objects lie in a dataset's images, or None where their place is free."""
    return LAYOUTS.get(dataset)


def prepare_image(bundle: Bundle, grey: GreyImage, *, invert: bool, layout: Layout | None) -> Prepared:
    """Return an image as the models of a dataset know them.

    Parameters
    ----------
    bundle : Bundle
        Gives channels and size.
    grey : GreyImage
    invert : bool
        Whether black and white change places.
    layout : Layout or None
        Where the object is moved to; None keeps the whole image, fitted into the middle.

    Raises
    ------
    BlankImage
        If all values are nearly the same.
    """
    notes = list(grey.notes)
    if np.ptp(grey.pixels) < FLAT:
        raise BlankImage(
            "The image is blank: all its pixels are nearly alike. Choose one with something on it."
        )
    pixels = grey.pixels
    if invert:
        pixels = 1 - pixels
        notes.append("black and white exchanged")
    channels, height, width = bundle.image_shape
    if layout is None:
        fitted = _fit_whole(pixels, height, width)
        notes.append(f"fitted into {width} by {height} pixels")
    else:
        fitted = _fit_object(pixels, height, width, layout)
        notes.append(f"cropped to what is on it and placed {layout.words}")
    image = np.repeat(fitted[None], channels, axis=0).astype(np.float32)
    return Prepared(image, tuple(notes))


def _fit_whole(pixels: FloatArray, height: int, width: int) -> FloatArray:
    """Return the whole image in the middle, its surroundings as bright as its border."""
    scale = min(height / pixels.shape[0], width / pixels.shape[1])
    small = _resized(pixels, scale)
    canvas = np.full((height, width), np.median(border_of(pixels)), np.float32)
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas


def _fit_object(pixels: FloatArray, height: int, width: int, layout: Layout) -> FloatArray:
    """Return what differs from the background, cropped, scaled and centred on black."""
    ink = _ink(pixels)
    rows, columns = (np.flatnonzero((ink > CLEAR_INK).any(axis=axis)) for axis in (1, 0))
    cropped = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = min(layout.share * height / cropped.shape[0], layout.share * width / cropped.shape[1])
    small = _resized(cropped, scale)
    canvas = np.zeros((height, width), np.float32)
    corner = []
    for axis, side in enumerate((height, width)):
        length = small.shape[axis]
        middle = (length - 1) / 2
        if layout.by_mass:
            middle = float(small.sum(axis=1 - axis) @ np.arange(length)) / max(float(small.sum()), 1e-9) - 0.5
        corner.append(int(np.clip(np.rint((side - 1) / 2 - middle), 0, side - length)))
    canvas[corner[0] : corner[0] + small.shape[0], corner[1] : corner[1] + small.shape[1]] = small
    return canvas


def _ink(pixels: FloatArray) -> FloatArray:
    """Return how far each pixel rises above the background, noise cut off, 1 at the strongest."""
    border = border_of(pixels)
    paper = np.median(border)
    noise = 3 * 1.4826 * np.median(np.abs(border - paper))
    risen = np.clip(pixels - paper - noise, 0, None)
    if risen.max() < FLAT:
        raise BlankImage(
            "Nothing on the image is brighter than its border. Switch “Invert brightness”, or choose "
            "another image."
        )
    ink: FloatArray = (risen / risen.max()).astype(np.float32)
    return ink


def border_of(pixels: FloatArray) -> FloatArray:
    """Return the outermost pixels of an image ``(h, w)``, float32 ``(n,)``."""
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def _resized(pixels: FloatArray, scale: float) -> FloatArray:
    size = [max(1, round(length * scale)) for length in pixels.shape]
    image = Image.fromarray(pixels.astype(np.float32))
    small = np.asarray(image.resize((size[1], size[0]), Image.Resampling.BICUBIC))
    clipped: FloatArray = np.clip(small, 0, 1).astype(np.float32)
    return clipped
