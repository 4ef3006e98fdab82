"""Rooms at 32x32 in colour, ray-traced from known, independent factors.

One object stands on the floor before the corner of a room, under one light; the camera turns about it.

References
----------
C. Burgess and H. Kim, "3D Shapes dataset", 2018, https://github.com/deepmind/3d-shapes (the idea; the images
are rendered here).
"""

from __future__ import annotations

import numpy as np

from latentcore.datasets.base import DatasetSpec
from latentcore.datasets.rendered import RenderedImages
from latentcore.datasets.room_rays import INTERSECTIONS, SUBSAMPLES, camera_rays, lit, room_shades
from latentcore.types import FloatArray, LabelArray

IMAGE_SIZE = 32
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


RENDERED = RenderedImages(
    name="rooms",
    n_classes=len(CLASSES),
    ranges=tuple(RANGES[name] for name in FACTORS),
    image_shape=(3, IMAGE_SIZE, IMAGE_SIZE),
    render=render_rooms,
    chunk=RENDER_CHUNK,
)
ROOMS = DatasetSpec(
    name="rooms",
    title="Rooms",
    description="25,000 rooms in colour at 32x32 pixels, drawn from known factors: hues of floor, wall and "
    "object, the object's kind and size, and the orientation.",
    image_shape=(3, IMAGE_SIZE, IMAGE_SIZE),
    classes=CLASSES,
    max_value=255,
    read=RENDERED.read,
    factor_names=FACTORS,
    read_factors=lambda split: RENDERED.sample_factors(split)[1],
)
