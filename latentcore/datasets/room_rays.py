"""Rays from the camera into a room with one object: what each hits first, and how bright it is.

The camera turns about the object. In its own frame all rays are the same for all images, and the room turns
instead, with the light. The object stands on the floor at the origin; z points upwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from latentcore.types import FloatArray

CAMERA = np.array([-4.4, 0.0, 3.0], np.float32)
TARGET_HEIGHT, FOCAL_LENGTH = 0.95, 36.0
"""The camera looks at this height above the object's foot; pixels per unit at distance 1."""
WALL_DISTANCE = 3.0
LIGHT = np.array([-0.45, 0.35, 0.82], np.float32)
"""Direction towards the light, in the frame of the room."""
AMBIENT, SHADOW = 0.4, 0.5
WALL_SHADES = np.array([0.98, 0.68], np.float32)
SUBSAMPLES = 3
"""Rays per pixel and axis, whose mean is the pixel."""
MIN_SLOPE = np.float32(1e-6)
"""Stands in for 0 where a ray is parallel to a face."""

Hits: TypeAlias = tuple[npt.NDArray[np.bool_], FloatArray]
"""Of each object and ray: whether the ray hits (bool) and the cosine between normal and light (float32)."""


def camera_rays(side: int) -> FloatArray:
    """Return unit directions of the rays through an image, float32 ``(subsamples, 3, side * side)``."""
    forward = np.array([-CAMERA[0], 0, TARGET_HEIGHT - CAMERA[2]])
    forward /= np.linalg.norm(forward)
    right, up = np.array([0.0, -1.0, 0.0]), np.array([-forward[2], 0, forward[0]])
    n = side * SUBSAMPLES
    places = ((np.arange(n) + 0.5) / SUBSAMPLES - side / 2) / FOCAL_LENGTH
    down, across = np.meshgrid(places, places, indexing="ij")
    rays = forward + across[..., None] * right - down[..., None] * up
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    split = rays.reshape(side, SUBSAMPLES, side, SUBSAMPLES, 3)
    return np.asarray(split.transpose(1, 3, 4, 0, 2).reshape(SUBSAMPLES**2, 3, -1), np.float32)


def lit(cosine: FloatArray) -> FloatArray:
    """Return the brightness of surfaces, from the cosine between their normal and the light."""
    return np.asarray(AMBIENT + (1 - AMBIENT) * np.maximum(cosine, 0), np.float32)


def _turned(vector: FloatArray, turn: FloatArray) -> FloatArray:
    """Return a vector of the room (3,) in the camera's frame for each angle, float32 (n, 3, 1)."""
    cosine, sine = np.cos(turn), np.sin(turn)
    x, y, z = (float(part) for part in vector)
    turned = (cosine * x - sine * y, sine * x + cosine * y, np.full(len(turn), z))
    return np.asarray(np.stack(turned, axis=1)[..., None], np.float32)


def _dot(vectors: FloatArray, rays: FloatArray) -> FloatArray:
    """Return products (n, pixels) of (n, 3, 1) and (3, pixels).

    Without a matrix product, whose rounding depends on n: an image is the same alone as among others.
    """
    return np.asarray(vectors[:, 0] * rays[0] + vectors[:, 1] * rays[1] + vectors[:, 2] * rays[2])


def room_shades(rays: FloatArray, size: FloatArray, turn: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the brightness of the floor and of the walls at each ray, 0 where the other one is seen.

    The inverse distance to a plane is linear in the ray, so the surface seen is the one with the largest.
    """
    to_walls = []
    for side in (-1, 1):
        normal = _turned(np.array([1, side, 0]) * np.sqrt(0.5), turn)
        to_walls.append(_dot(normal, rays) / (WALL_DISTANCE - _dot(normal, CAMERA[:, None])))
    is_floor = -rays[2] / CAMERA[2] > np.maximum(*to_walls)
    floor = lit(LIGHT[2] * _shadow(rays, size, turn))
    wall = np.where(to_walls[0] > to_walls[1], *WALL_SHADES)
    none = np.float32(0)
    return np.where(is_floor, floor, none), np.where(is_floor, none, wall)


def _shadow(rays: FloatArray, size: FloatArray, turn: FloatArray) -> FloatArray:
    """Return the share of light on the floor: a soft disc beside the object, away from the light, is dark."""
    distance = CAMERA[2] / np.maximum(-rays[2], 1e-3)
    x, y = CAMERA[0] + distance * rays[0], distance * rays[1]
    away = _turned(-0.9 * LIGHT, turn)
    squared = (x - size * away[:, 0]) ** 2 + (y - size * away[:, 1]) ** 2
    dark = np.clip(1.8 - 1.3 * np.sqrt(squared) / size, 0, 1)
    return np.asarray(1 - SHADOW * dark, np.float32)


def _cube(rays: FloatArray, size: FloatArray, turn: FloatArray) -> Hits:
    """Intersect with a cube that turns with the room: the last slab entered is the face seen."""
    half = 0.8 * size
    enter, leave = (half * 2 - CAMERA[2]) / rays[2], -CAMERA[2] / rays[2]
    enter, leave = np.minimum(enter, leave), np.maximum(enter, leave)
    cosine = np.full_like(enter, LIGHT[2])
    for axis in np.eye(3, dtype=np.float32)[:2]:
        turned = _turned(axis, turn)
        slope, start = _dot(turned, rays), _dot(turned, CAMERA[:, None])
        slope = np.where(np.abs(slope) < MIN_SLOPE, MIN_SLOPE, slope)
        near, far = (-half * np.sign(slope) - start) / slope, (half * np.sign(slope) - start) / slope
        cosine = np.where(near > enter, -np.sign(slope) * (axis @ LIGHT), cosine)
        enter, leave = np.maximum(enter, near), np.minimum(leave, far)
    return enter < leave, cosine


def _cylinder(rays: FloatArray, size: FloatArray, turn: FloatArray) -> Hits:
    """Intersect with an upright cylinder: its side, else its top."""
    radius, height, light = 0.75 * size, 1.8 * size, _turned(LIGHT, turn)
    distance = _nearest_root(rays[0] ** 2 + rays[1] ** 2, CAMERA[0] * rays[0], CAMERA[0] ** 2 - radius**2)
    x, y, z = _points(distance, rays)
    side = (z >= 0) & (z <= height)
    to_top = (height - CAMERA[2]) / rays[2]
    top = (CAMERA[0] + to_top * rays[0]) ** 2 + (to_top * rays[1]) ** 2 <= radius**2
    return side | top, np.where(top, LIGHT[2], (x * light[:, 0] + y * light[:, 1]) / radius)


def _sphere(rays: FloatArray, size: FloatArray, turn: FloatArray) -> Hits:
    """Intersect with a sphere that touches the floor."""
    light, above = _turned(LIGHT, turn), CAMERA[2] - size
    distance = _nearest_root(
        np.ones_like(rays[0]), CAMERA[0] * rays[0] + above * rays[2], CAMERA[0] ** 2 + above**2 - size**2
    )
    x, y, z = _points(distance, rays)
    cosine = (x * light[:, 0] + y * light[:, 1] + (z - size) * LIGHT[2]) / size
    return distance > 0, cosine


def _cone(rays: FloatArray, size: FloatArray, turn: FloatArray) -> Hits:
    """Intersect with an upright cone."""
    height, light = 2.1 * size, _turned(LIGHT, turn)
    slope = 0.5
    below = height - CAMERA[2]
    distance = _nearest_root(
        rays[0] ** 2 + rays[1] ** 2 - (slope * rays[2]) ** 2,
        CAMERA[0] * rays[0] + slope**2 * below * rays[2],
        CAMERA[0] ** 2 - (slope * below) ** 2,
    )
    x, y, z = _points(distance, rays)
    radius = np.maximum(slope * (height - z), 1e-6)
    across = (x * light[:, 0] + y * light[:, 1]) / radius
    return (z >= 0) & (z <= height), (across + slope * LIGHT[2]) / np.sqrt(1 + slope**2)


def _nearest_root(square: FloatArray, half: FloatArray, constant: FloatArray) -> FloatArray:
    """Return the smaller root of ``square t^2 + 2 half t + constant``, or -1 where there is none."""
    discriminant = half**2 - square * constant
    root = (-half - np.sqrt(np.maximum(discriminant, 0))) / square
    return np.where(discriminant > 0, root, np.float32(-1))


def _points(distance: FloatArray, rays: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return x, y and z at a distance along each ray; far below the floor where the distance is negative."""
    z = np.where(distance > 0, CAMERA[2] + distance * rays[2], np.float32(-1e6))
    return CAMERA[0] + distance * rays[0], distance * rays[1], z


Intersection: TypeAlias = Callable[[FloatArray, FloatArray, FloatArray], Hits]
"""``intersect(rays, size, turn)``: rays (3, pixels), size (n, 1), turn (n,) -> hits (n, pixels)."""

INTERSECTIONS: tuple[Intersection, ...] = (_cube, _cylinder, _sphere, _cone)
