"""Antialiased shapes at 28x28, rendered from known, independent factors.

References
----------
L. Matthey et al., "dSprites: Disentanglement testing sprites dataset", 2017 (the idea; the images
are rendered here). I. Quilez, "2D distance functions" (the formulas of the distances).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from latentcore.datasets.base import DatasetSpec
from latentcore.datasets.rendered import RenderedImages
from latentcore.types import FloatArray, LabelArray

IMAGE_SIZE = 28
CLASSES = ("triangle", "square", "ellipse", "cross", "drop")
PERIODS = tuple(np.radians([120.0, 90.0, 180.0, 90.0, 360.0]))
"""Rotational period of each shape; the angle factor is a share of it."""
FACTORS = ("size", "angle", "x", "y")
RANGES = {"size": (4.5, 8.0), "angle": (0.0, 1.0), "x": (10.0, 18.0), "y": (10.0, 18.0)}
"""Radius in pixels; share of the period; centre in pixels from the upper left corner."""
RENDER_CHUNK = 1000


def render_shapes(labels: LabelArray, factors: FloatArray) -> FloatArray:
    """Render shapes; a pixel's value is its coverage, 0.5 minus the distance to the outline, clipped.

    Parameters
    ----------
    labels : int64 array, shape (n,)
        Index into `CLASSES`.
    factors : float32 array, shape (n, 4)
        In the order of `FACTORS`, in the units of `RANGES`.

    Returns
    -------
    float32 array, shape (n, 1, 28, 28)
        In [0, 1].
    """
    size, share, x, y = (factors[:, k, None, None].astype(np.float64) for k in range(len(FACTORS)))
    angle = share * np.asarray(PERIODS)[labels][:, None, None]
    centres = np.arange(IMAGE_SIZE) + 0.5
    across, down = centres[None, None, :] - x, centres[None, :, None] - y
    u = (across * np.cos(angle) + down * np.sin(angle)) / size
    v = (down * np.cos(angle) - across * np.sin(angle)) / size
    distance = np.empty((len(labels), IMAGE_SIZE, IMAGE_SIZE))
    for kind, outline in enumerate(_OUTLINES):
        chosen = labels == kind
        distance[chosen] = outline(u[chosen], v[chosen])
    coverage = np.clip(0.5 - distance * size, 0, 1)
    return coverage[:, None].astype(np.float32)


Coordinates: TypeAlias = npt.NDArray[np.float64]
Outline: TypeAlias = Callable[[Coordinates, Coordinates], Coordinates]
"""Signed distance to the outline of a shape of radius 1, negative inside."""


def _triangle(u: Coordinates, v: Coordinates) -> Coordinates:
    angles = np.radians([90.0, 210.0, 330.0])
    sides = [u * np.cos(a) + v * np.sin(a) - 0.5 for a in angles]
    distance: Coordinates = np.maximum.reduce(sides)
    return distance


def _square(u: Coordinates, v: Coordinates) -> Coordinates:
    distance: Coordinates = np.maximum(np.abs(u), np.abs(v)) - 0.75
    return distance


def _ellipse(u: Coordinates, v: Coordinates) -> Coordinates:
    wide, narrow = 1.0, 0.55
    level = np.hypot(u / wide, v / narrow)
    slope = np.hypot(u / wide**2, v / narrow**2)
    distance: Coordinates = level * (level - 1) / np.maximum(slope, 1e-9)
    return distance


def _cross(u: Coordinates, v: Coordinates) -> Coordinates:
    arm, half_width = 1.0, 0.3
    a, b = np.abs(u), np.abs(v)
    distance: Coordinates = np.minimum(
        np.maximum(a - arm, b - half_width), np.maximum(a - half_width, b - arm)
    )
    return distance


def _drop(u: Coordinates, v: Coordinates) -> Coordinates:
    """Return a disc with a point: the hull of a disc of radius 0.6 and a place at distance 1."""
    radius, tip = 0.6, 1.0
    disc = np.hypot(u, v + 0.25) - radius
    reach = tip + 0.25
    sine = radius / reach
    cosine = np.sqrt(1 - sine**2)
    lower = v + 0.25
    flank = np.abs(u) * cosine + (lower - reach) * sine
    inside_cone = (lower >= radius * sine) & (lower <= reach)
    distance: Coordinates = np.where(inside_cone, np.maximum(flank, -1.0), disc)
    return distance


_OUTLINES: tuple[Outline, ...] = (_triangle, _square, _ellipse, _cross, _drop)

RENDERED = RenderedImages(
    name="shapes",
    n_classes=len(CLASSES),
    ranges=tuple(RANGES[name] for name in FACTORS),
    image_shape=(1, IMAGE_SIZE, IMAGE_SIZE),
    render=render_shapes,
    chunk=RENDER_CHUNK,
)
SHAPES = DatasetSpec(
    name="shapes",
    title="Shapes",
    description="25,000 shapes at 28x28 pixels, drawn from known factors: kind, size, angle and place.",
    image_shape=(1, IMAGE_SIZE, IMAGE_SIZE),
    classes=CLASSES,
    max_value=255,
    read=RENDERED.read,
    factor_names=FACTORS,
    read_factors=lambda split: RENDERED.sample_factors(split)[1],
)
