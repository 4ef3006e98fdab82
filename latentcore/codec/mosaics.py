"""JPEG, WebP and AVIF as baselines: images are compressed as mosaics, so that headers do not dominate."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image, features

from latentcore.atlas import tile_images
from latentcore.types import FloatArray

N_COLUMNS = 20
N_PER_MOSAIC = N_COLUMNS**2
OPTIONS: dict[str, dict[str, object]] = {
    "JPEG": {"optimize": True, "progressive": True},
    "WebP": {"method": 6},
    "AVIF": {"speed": 6, "subsampling": "4:0:0"},
}
"""Pillow's options beside the quality: the size-reducing options of each format that take only seconds."""


def available_formats() -> list[str]:
    """Return the formats that this Pillow can write."""
    wanted = {"JPEG": "jpg", "WebP": "webp", "AVIF": "avif"}
    return [name for name, feature in wanted.items() if features.check(feature)]


def mosaic_round_trip(images: FloatArray, name: str, quality: int) -> tuple[int, FloatArray]:
    """Compress images as mosaics of up to 20 x 20 without gaps, and decompress them.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1], 1 or 3 channels.
    name : str
        One of `available_formats`.
    quality : int
        From 0 or 1 (smallest) to 100.

    Returns
    -------
    (int, float32 array of the shape of `images`)
        Total size of the files in bytes; the decompressed images.
    """
    n_bytes, parts = 0, []
    for start in range(0, len(images), N_PER_MOSAIC):
        part = images[start : start + N_PER_MOSAIC]
        data = _encode(part, name, quality)
        n_bytes += len(data)
        parts.append(_decode(data, part.shape))
    return n_bytes, np.concatenate(parts)


def _encode(images: FloatArray, name: str, quality: int) -> bytes:
    options = OPTIONS[name] if images.shape[1] == 1 else OPTIONS[name] | {"subsampling": "4:2:0"}
    buffer = io.BytesIO()
    Image.fromarray(tile_images(images, _columns(len(images)))).save(buffer, name, quality=quality, **options)
    return buffer.getvalue()


def _columns(n: int) -> int:
    """Return the number of images per row: a nearly square mosaic wastes the least on an incomplete row."""
    return min(N_COLUMNS, math.isqrt(n - 1) + 1)


def _decode(data: bytes, shape: tuple[int, ...]) -> FloatArray:
    n, channels, height, width = shape
    with Image.open(io.BytesIO(data)) as picture:
        pixels = np.asarray(picture.convert("L" if channels == 1 else "RGB"))
    n_columns = _columns(n)
    cells = pixels.reshape(-1, height, n_columns, width, channels).transpose(0, 2, 4, 1, 3)
    images: FloatArray = cells.reshape(-1, channels, height, width)[:n].astype(np.float32) / np.float32(255)
    return images
