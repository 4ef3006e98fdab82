"""Image grids and animations as PNG, WebP and GIF."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from dashboard.data.images.pixels import data_uri, image_pixels, png_bytes
from latentcore.atlas import tile_images, webp_bytes
from latentcore.types import FloatArray

FRAME_MS, HOLD_FRAMES = 90, 6


def grid_pixels(images: FloatArray, n_columns: int) -> npt.NDArray[np.uint8]:
    """Tile images ``(n, c, h, w)`` into one, `n_columns` per row, without gaps."""
    return tile_images(images, n_columns)


def grid_uri(images: FloatArray, n_columns: int) -> str:
    """Return an image grid, up to 16,383 pixels a side, as a data URI of a lossless WebP.

    In colour it is made ten times faster than a PNG.
    """
    return data_uri(webp_bytes(grid_pixels(images, n_columns), lossless=True, quality=0), "image/webp")


def grid_png(images: FloatArray, n_columns: int, *, factor: int) -> bytes:
    """Return an image grid as PNG bytes, each pixel repeated `factor` times per axis."""
    return png_bytes(grid_pixels(images, n_columns), factor=factor)


def morph_webp(images: FloatArray, *, factor: int) -> bytes:
    """Return images ``(n, c, h, w)`` as a lossless animated WebP that runs forwards, then backwards."""
    return _animation(images, factor, "WEBP", lossless=True)


def morph_gif(images: FloatArray, *, factor: int) -> bytes:
    """Return images ``(n, c, h, w)`` as an animated GIF that runs forwards, then backwards."""
    return _animation(images, factor, "GIF")


def _animation(images: FloatArray, factor: int, kind: str, **options: object) -> bytes:
    order = [*[0] * HOLD_FRAMES, *range(len(images)), *[len(images) - 1] * HOLD_FRAMES]
    order += list(range(len(images)))[::-1]
    large = [image_pixels(image).repeat(factor, axis=0).repeat(factor, axis=1) for image in images]
    frames = [Image.fromarray(large[k]) for k in order]
    buffer = io.BytesIO()
    frames[0].save(
        buffer, kind, save_all=True, append_images=frames[1:], duration=FRAME_MS, loop=0, **options
    )
    return buffer.getvalue()
