"""Preprocessing of new images for colour and own datasets: as the dataset's own images were treated."""

from __future__ import annotations

from typing import get_args

import numpy as np
from PIL import Image

from dashboard.data.catalogue import Bundle
from dashboard.data.images.preparing import Prepared, border_of
from dashboard.data.images.uploads import PlainImage
from dashboard.data.ownership import own_dataset
from latentcore.datasets import DATASETS
from latentcore.datasets.own.pictures import FIT_WORDS, Fit, Target, fit_picture
from latentcore.exceptions import DatasetError
from latentcore.types import FloatArray, PixelArray

DEFAULT_FIT: Fit = "crop"
"""For datasets of which no way of fitting is stored."""
PLAIN_GROUND = 0.25
"""A border darker than this, or as close to white, counts as an empty ground to draw on."""


def takes_images_as_they_are(bundle: Bundle) -> bool:
    """Return whether new images keep their colours and brightness: not for grey datasets of the library."""
    return bundle.image_shape[0] > 1 or bundle.spec.dataset not in DATASETS


def can_draw(bundle: Bundle) -> bool:
    """Return whether a drawing resembles a dataset's images: grey ones on an empty ground."""
    if bundle.image_shape[0] > 1:
        return False
    brightness = _border_brightness(bundle)
    return bundle.spec.dataset in DATASETS or not PLAIN_GROUND < brightness < 1 - PLAIN_GROUND


def on_ground(bundle: Bundle, drawing: PlainImage) -> PlainImage:
    """Return a drawing, white on black, as black on white where the dataset's images have a bright ground."""
    if _border_brightness(bundle) <= 1 / 2:
        return drawing
    return PlainImage(255 - drawing.pixels, (*drawing.notes, "black and white exchanged"), has_colours=False)


def fit_of(bundle: Bundle) -> Fit:
    """Return how the images of a bundle's dataset were fitted, as stored when it was added."""
    try:
        options = own_dataset(bundle.spec.dataset).config.get("options")
    except DatasetError:
        return DEFAULT_FIT
    stored = options.get("fit") if isinstance(options, dict) else None
    fits: tuple[Fit, ...] = get_args(Fit)
    return next((fit for fit in fits if fit == stored), DEFAULT_FIT)


def match_dataset(bundle: Bundle, new: PlainImage) -> Prepared:
    """Return a new image treated as the images of the bundle's dataset were: colour, fit and size.

    Parameters
    ----------
    bundle : Bundle
        Gives channels, size and the dataset's way of fitting.
    new : PlainImage

    Returns
    -------
    Prepared
        Image float32 ``(channels, height, width)`` in [0, 1]; brightness and place are left alone.
    """
    channels, height, width = bundle.image_shape
    fit, notes = fit_of(bundle), list(new.notes)
    target = Target(max(height, width), "grey" if channels == 1 else "rgb", fit)
    if new.has_colours and channels == 1:
        notes.append("colours turned to grey")
    notes.append(_fit_note(new.pixels.shape[:2], (height, width), fit))
    pixels = fit_picture(Image.fromarray(new.pixels), target)
    return Prepared(_resized(pixels, height, width), tuple(notes))


def _fit_note(former: tuple[int, ...], size: tuple[int, int], fit: Fit) -> str:
    """Return what was done to the size of an image, the part of a sentence."""
    height, width = size
    if former == size:
        return f"taken as it is, {width} by {height} pixels"
    shape = "" if former[0] == former[1] else f"{FIT_WORDS[fit]} and "
    return f"{shape}resized to {width} by {height} pixels, as the dataset's images were"


def _resized(pixels: PixelArray, height: int, width: int) -> FloatArray:
    """Return pixels as float32 in [0, 1]; only datasets that were not added here have other than squares."""
    if pixels.shape[1:] != (height, width):
        layers = [Image.fromarray(layer).resize((width, height), Image.Resampling.BOX) for layer in pixels]
        pixels = np.stack([np.asarray(layer, np.uint8) for layer in layers])
    return pixels.astype(np.float32) / np.float32(255)


def _border_brightness(bundle: Bundle) -> float:
    return float(np.median(border_of(bundle.golden_images.mean(axis=(0, 1)))))
