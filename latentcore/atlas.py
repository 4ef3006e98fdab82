"""Atlas of a plane: the decoded image of every grid cell, tiled into WebP strips."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from latentcore.geometry import Extent, cell_centres
from latentcore.types import FloatArray

LOSSLESS_PIXELS = 500_000
WEBP_QUALITY = 80


@dataclass(frozen=True)
class Atlas:
    """Decoded images on a grid over a plane, tiled into strips.

    Attributes
    ----------
    extent : Extent
        The part of the plane that the grid covers.
    n_cells : int
        Cells per side.
    tile_shape : (int, int)
        Height and width of a tile in pixels.
    codes : float32 array, shape (n_cells * n_cells, latent_dim)
        Code of each cell's centre, in the order of `latentcore.geometry.cell_centres`.
    strips : tuple of bytes
        One WebP image per column of cells, left to right, with its tiles from top to bottom; or one per
        row, top to bottom, with its tiles from left to right. Lossless if all strips together have up to
        half a million pixels, else of quality 80.
    """

    extent: Extent
    n_cells: int
    tile_shape: tuple[int, int]
    codes: FloatArray
    strips: tuple[bytes, ...]


def build_atlas(
    decode: Callable[[FloatArray], FloatArray],
    to_codes: Callable[[FloatArray], FloatArray],
    extent: Extent,
    *,
    n_cells: int = 48,
    by_rows: bool = False,
) -> Atlas:
    """Decode the centre of every grid cell and tile the images into strips.

    Parameters
    ----------
    decode : callable
        Codes ``(n, latent_dim)`` to images ``(n, channels, height, width)`` in [0, 1].
    to_codes : callable
        Plane coordinates ``(n, 2)`` to codes; see `latentcore.plane.Plane`.
    extent : Extent
        Part of the plane to cover.
    n_cells : int
        Cells per side.
    by_rows : bool
        Whether a strip is a row of cells instead of a column.

    Returns
    -------
    Atlas
    """
    codes = to_codes(cell_centres(extent, n_cells))
    pixels = tile_images(decode(codes), n_cells)
    lossless = pixels.shape[0] * pixels.shape[1] <= LOSSLESS_PIXELS
    parts = np.split(pixels, n_cells, axis=0 if by_rows else 1)
    return Atlas(
        extent=extent,
        n_cells=n_cells,
        tile_shape=(pixels.shape[0] // n_cells, pixels.shape[1] // n_cells),
        codes=codes,
        strips=tuple(webp_bytes(part, lossless=lossless) for part in parts),
    )


def webp_bytes(pixels: npt.NDArray[np.uint8], *, lossless: bool, quality: int = WEBP_QUALITY) -> bytes:
    """Return pixels ``(h, w)``, ``(h, w, 3)`` or ``(h, w, 4)`` as WebP, by the fastest method.

    Parameters
    ----------
    pixels : uint8 array
    lossless : bool
    quality : int
        0 to 100; of a lossless picture, the effort to make it small.
    """
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", lossless=lossless, quality=quality, method=0)
    return buffer.getvalue()


def tile_images(images: FloatArray, n_columns: int, *, gap: int = 0) -> npt.NDArray[np.uint8]:
    """Tile images into one picture with `n_columns` images per row.

    Parameters
    ----------
    images : float32 array, shape (n, channels, height, width)
        Pixels in [0, 1], 1 or 3 channels.
    n_columns : int
        Images per row; the last row may be incomplete and is filled with black.
    gap : int
        White pixels between images.

    Returns
    -------
    uint8 array, shape (height, width) or (height, width, 3)
    """
    n, channels, height, width = images.shape
    n_rows = -(-n // n_columns)
    cells = np.zeros((n_rows * n_columns, height, width, channels), np.uint8)
    cells[:n] = np.rint(images.transpose(0, 2, 3, 1) * 255).astype(np.uint8)
    cells = np.pad(cells, ((0, 0), (0, gap), (0, gap), (0, 0)), constant_values=255)
    height, width = height + gap, width + gap
    sheet = cells.reshape(n_rows, n_columns, height, width, channels).swapaxes(1, 2)
    sheet = sheet.reshape(n_rows * height, n_columns * width, channels)
    sheet = sheet[: sheet.shape[0] - gap, : sheet.shape[1] - gap]
    return np.ascontiguousarray(sheet[:, :, 0] if channels == 1 else sheet)
