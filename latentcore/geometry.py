"""Grids over a plane; pure numpy."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from latentcore.types import FloatArray

Extent: TypeAlias = tuple[float, float, float, float]
"""``(x_min, x_max, y_min, y_max)``."""


def square_extent(points: FloatArray, *, margin: float = 0.06) -> Extent:
    """Return an extent of equal width and height around points.

    Parameters
    ----------
    points : float32 array, shape (n, 2)
    margin : float
        Space left on each side, as a share of the larger spread.

    Returns
    -------
    Extent
        Centred on the middle of the points' bounding box, so that one unit is as long in x as in y.
    """
    low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    half = max(float((high - low).max()), 1e-6) * (0.5 + margin)
    centre = (low + high) / 2
    return (centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half)


def cell_centres(extent: Extent, n_cells: int) -> FloatArray:
    """Return the centres of an ``n_cells`` x ``n_cells`` grid, in reading order.

    Parameters
    ----------
    extent : Extent
    n_cells : int
        Cells a side, at least 1.

    Returns
    -------
    float32 array, shape (n_cells * n_cells, 2)
        Row ``j * n_cells + i`` is column i from the left in row j **from the top**, as pixels are.
    """
    x_min, x_max, y_min, y_max = extent
    steps = (np.arange(n_cells) + 0.5) / n_cells
    xs = x_min + steps * (x_max - x_min)
    ys = y_max - steps * (y_max - y_min)
    return np.stack([np.tile(xs, n_cells), np.repeat(ys, n_cells)], axis=1).astype(np.float32)


def cell_of(points: FloatArray, extent: Extent, n_cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Return column and row (from the top) of the cell that holds each point, clipped to the grid.

    Parameters
    ----------
    points : float32 array, shape (n, 2)

    Returns
    -------
    (int64 array, int64 array), each of shape (n,)
    """
    x_min, x_max, y_min, y_max = extent
    column = np.floor((points[:, 0] - x_min) / (x_max - x_min) * n_cells)
    row = np.floor((y_max - points[:, 1]) / (y_max - y_min) * n_cells)
    return (
        np.clip(column, 0, n_cells - 1).astype(np.int64),
        np.clip(row, 0, n_cells - 1).astype(np.int64),
    )
