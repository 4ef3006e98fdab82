"""Images of items: those of a dataset that a collection was made of, or the pictures in its table."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT, LatentcoreError
from dashboard.data.images.grids import grid_pixels
from dashboard.data.images.originals import original_images
from dashboard.data.images.pixels import data_uri, image_uri
from dashboard.data.images.stand_ins import shown_test_images, stand_in_bundle
from dashboard.data.items.spaces import ItemSpace
from dashboard.server.concurrency import limited
from latentcore.atlas import webp_bytes
from latentcore.datasets.own.pictures import Target, UnreadablePicture, fit_picture, open_picture
from latentcore.types import FloatArray, LabelArray

THUMBNAIL = Target(size=48, colour="rgb", fit="pad")
NO_PICTURE = 0.5
"""Grey of items without a picture."""
N_TILES = 72
"""Images per strip."""
WEBP_QUALITY = 85


@dataclass(frozen=True)
class Strips:
    """Images of items, `N_TILES` per strip.

    Attributes
    ----------
    uris : tuple of str
        Empty where the items have no images.
    tile_shape : (int, int)
        Height and width.
    """

    uris: tuple[str, ...] = ()
    tile_shape: tuple[int, int] = (1, 1)


def has_pictures(space: ItemSpace) -> bool:
    """Return whether the items have images."""
    collection = space.spec.collection
    return collection.images is not None or collection.roles.picture is not None


def pictures_made_by(space: ItemSpace) -> str | None:
    """Return the id of the bundle whose decodes stand in for the images; None for originals."""
    images = space.spec.collection.images
    return None if images is None else stand_in_bundle(images[0])


def item_images(space: ItemSpace, rows: LabelArray) -> FloatArray | None:
    """Return the images of items, float32 ``(n, c, h, w)``, or None where they are not on this machine."""
    images = space.spec.collection.images
    if images is None:
        return None if space.spec.collection.roles.picture is None else _thumbnails(space, rows)
    dataset, split = images
    try:
        if split == "test":
            return shown_test_images(dataset, rows).images
        return original_images(dataset, split, rows)
    except LatentcoreError:
        return None


def item_picture(space: ItemSpace, row: int) -> str | None:
    """Return the image of one item as a data URI, or None."""
    images = item_images(space, np.array([row], np.int64))
    return None if images is None else image_uri(images[0])


def item_strips(space: ItemSpace, rows: LabelArray, *, stacked: bool) -> Strips:
    """Return the images of items in strips from top to bottom, or side by side if `stacked`."""
    if not has_pictures(space):
        return Strips()
    return _strips(space, rows, pictures_made_by(space), stacked=stacked)


@st.cache_resource(max_entries=6, show_spinner=False, hash_funcs=BY_CONTENT)
@limited
def _strips(
    space: ItemSpace,
    rows: LabelArray,
    made_by: str | None,  # noqa: ARG001 - a key
    *,
    stacked: bool,
) -> Strips:
    images = item_images(space, rows)
    if images is None:
        return Strips()
    missing = -len(images) % N_TILES
    images = np.pad(images, ((0, missing), (0, 0), (0, 0), (0, 0)))
    parts = np.split(images, len(images) // N_TILES)
    pixels = [grid_pixels(part, N_TILES if stacked else 1) for part in parts]
    return Strips(
        tuple(
            data_uri(webp_bytes(part, lossless=False, quality=WEBP_QUALITY), "image/webp") for part in pixels
        ),
        (images.shape[2], images.shape[3]),
    )


def _thumbnails(space: ItemSpace, rows: LabelArray) -> FloatArray:
    """Return the pictures of a table in colour, padded to squares; grey where there is none to be read."""
    made = np.full((len(rows), 3, THUMBNAIL.size, THUMBNAIL.size), NO_PICTURE, np.float32)
    for k, row in enumerate(rows.tolist()):
        data = space.items.picture(row)
        if data is None:
            continue
        with suppress(UnreadablePicture):
            made[k] = fit_picture(open_picture(data, THUMBNAIL), THUMBNAIL) / np.float32(255)
    return made
