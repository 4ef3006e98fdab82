"""Rooms at 32x32 in colour, ray-traced from known, independent factors.

One object stands on the floor before the corner of a room, under one light; the camera turns about it.

References
----------
C. Burgess and H. Kim, "3D Shapes dataset", 2018, https://github.com/deepmind/3d-shapes (the idea; the images
are rendered here).
"""

from __future__ import annotations

import numpy as np

from latentcore.datasets.base import DatasetSpec, check_rows
from latentcore.datasets.room_rays import INTERSECTIONS, SUBSAMPLES, camera_rays, lit, room_shades
from latentcore.types import FloatArray, LabelArray, PixelArray

IMAGE_SIZE = 32
N_IMAGES = {"train": 20_000, "test": 5_000}
SEEDS = {"train": 0, "test": 1}
CLASSES = ("cube", "cylinder", "sphere", "cone")
FACTORS = ("floor hue", "wall hue", "object hue", "size", "orientation")
RANGES = {
    "floor hue": (0.0, 0.75),
    "wall hue": (0.0, 0.75),
    "object hue": (0.0, 0.75),
    "size": (0.8, 1.25),
    "orientation": (-40.0, 40.0),
}
"""Hues are shares of the colour circle, from red through yellow, green and blue to violet; a quarter is left
out, so that no factor is circular. Size is half the object's height in units in which the walls are 3 from
the object. Orientation is the camera's angle in degrees; it is below half the cube's period of 90 degrees."""
N_HUES = 3
RENDER_CHUNK = 200
"""Images rendered at once; intermediate arrays then fit into the processor's cache."""


def sample_factors(split: str) -> tuple[LabelArray, FloatArray]:
    """Return object labels int64 ``(n,)`` and factors float32 ``(n, 5)``, all uniform and independent."""
    generator = np.random.default_rng(SEEDS[split])
    n = N_IMAGES[split]
    labels = generator.integers(0, len(CLASSES), n)
    columns = [generator.uniform(*RANGES[name], n) for name in FACTORS]
    return labels, np.stack(columns, axis=1).astype(np.float32)


def read_rooms(split: str, rows: LabelArray | None = None) -> tuple[PixelArray, LabelArray]:
    """Render 20,000 training or 5,000 test images, or some rows of them.

    Returns
    -------
    images : uint8 array, shape (n, 3, 32, 32)
    labels : int64 array, shape (n,)
        The kind of object.

    Raises
    ------
    DatasetError
        If there is no such row.
    """
    labels, factors = sample_factors(split)
    if rows is not None:
        check_rows(rows, len(labels), "rooms", split)
        labels, factors = labels[rows], factors[rows]
    images = np.empty((len(labels), 3, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for start in range(0, len(labels), RENDER_CHUNK):
        part = slice(start, start + RENDER_CHUNK)
        images[part] = np.rint(render_rooms(labels[part], factors[part]) * 255)
    return images, labels


def render_rooms(labels: LabelArray, factors: FloatArray) -> FloatArray:
    """Render rooms by ray tracing with diffuse shading; a pixel is the mean over nine rays.

    Parameters
    ----------
    labels : int64 array, shape (n,)
        Index into `CLASSES`.
    factors : float32 array, shape (n, 5)
        In the order of `FACTORS`, in the units of `RANGES`.

    Returns
    -------
    float32 array, shape (n, 3, 32, 32)
        In [0, 1].
    """
    size, turn = factors[:, N_HUES, None], np.radians(factors[:, N_HUES + 1].astype(np.float64))
    n, n_pixels = len(labels), IMAGE_SIZE * IMAGE_SIZE
    shades = np.zeros((n, N_HUES, n_pixels), np.float32)
    for rays in camera_rays(IMAGE_SIZE):
        floor, wall = room_shades(rays, size, turn)
        hit, brightness = np.empty((n, n_pixels), bool), np.empty((n, n_pixels), np.float32)
        for kind, intersect in enumerate(INTERSECTIONS):
            chosen = labels == kind
            hit[chosen], cosine = intersect(rays, size[chosen], turn[chosen])
            brightness[chosen] = lit(cosine)
        shades[:, 0] += np.where(hit, 0, floor)
        shades[:, 1] += np.where(hit, 0, wall)
        shades[:, 2] += np.where(hit, brightness, 0)
    colours = hue_colours(factors[:, :N_HUES]) / SUBSAMPLES**2
    images = sum(colours[:, k, :, None] * shades[:, None, k] for k in range(N_HUES))
    return np.clip(images, 0, 1).reshape(n, 3, IMAGE_SIZE, IMAGE_SIZE)


def hue_colours(hues: FloatArray) -> FloatArray:
    """Return colours of hues ``(...)``, shares of a circle around grey, as float32 RGB ``(..., 3)``."""
    phases = hues[..., None] - np.array([0, 1 / 3, 2 / 3], np.float32)
    return np.asarray(0.55 + 0.4 * np.cos(2 * np.pi * phases), np.float32)


ROOMS = DatasetSpec(
    name="rooms",
    title="Rooms",
    description="25,000 rooms in colour at 32x32 pixels, drawn from known factors: hues of floor, wall and "
    "object, the object's kind and size, and the orientation.",
    image_shape=(3, IMAGE_SIZE, IMAGE_SIZE),
    classes=CLASSES,
    max_value=255,
    read=read_rooms,
    factor_names=FACTORS,
    read_factors=lambda split: sample_factors(split)[1],
)
