"""Large arrays that are read in parts: images as they are stored, and rows of memory-mapped files.

Images of whole numbers become float32 only where they are read. Pages of a mapped file that were read are
memory of the process until they are given back.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from latentcore.types import WHITE, DoubleArray, FloatArray, LabelArray, TrainImages

WINDOW_ROWS = 16_384
"""Rows of a mapped file that `take_rows` reads at once: 50 MB of 768 numbers each."""


class Rows(Protocol):
    """What has rows: an array, or `ImageRows`."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def __getitem__(self, part: slice) -> Any:  # noqa: ANN401 - an array
        """Return some rows."""


def release(rows: Rows) -> None:
    """Give back the memory of the rows of a memory-mapped array that were read; they can be read again.

    Parameters
    ----------
    rows : array
        Of one in memory, nothing is given back.
    """
    mapped = _mapping(rows)
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def row_blocks(rows: Rows, size: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the rows in blocks of at most `size`, with the number of the first; release each after use."""
    for start in range(0, len(rows), size):
        yield start, rows[start : start + size]
        release(rows)


def mean_row(rows: Rows, size: int) -> DoubleArray:
    """Return the mean of the rows, float64 ``(d,)``, summed in blocks of at most `size`."""
    totals = [part.sum(axis=0, dtype=np.float64) for _, part in row_blocks(rows, size)]
    mean: DoubleArray = np.sum(totals, axis=0) / len(rows)
    return mean


def take_rows(rows: np.ndarray, chosen: LabelArray) -> FloatArray:
    """Return the rows at `chosen` (int64 positions ``(m,)``), float32 ``(m, d)``.

    Of a memory-mapped array, one window after the other is read: with each row the system maps pages beside
    it, so that a few thousand rows here and there would bring in the whole file.
    """
    if _mapping(rows) is None:
        return np.asarray(rows[chosen], np.float32)
    found = np.empty((len(chosen), *rows.shape[1:]), np.float32)
    order = np.argsort(chosen, kind="stable")
    risen = chosen[order]
    for start, end in pairwise(np.searchsorted(risen, np.arange(0, len(rows) + WINDOW_ROWS, WINDOW_ROWS))):
        if start < end:
            found[order[start:end]] = rows[risen[start:end]]
            release(rows)
    return found


def _mapping(rows: Rows) -> mmap.mmap | None:
    return getattr(getattr(rows, "base", None), "_mmap", None)


def as_floats(pixels: TrainImages, white: int = WHITE) -> FloatArray:
    """Return pixels of any shape as float32 in [0, 1].

    Parameters
    ----------
    pixels : uint8 or float32 array
        Float32 ones are returned as they are.
    white : int
        Value of white, of uint8 ones.
    """
    if pixels.dtype == np.float32:
        return np.asarray(pixels, np.float32)
    return np.divide(pixels, np.float32(white), dtype=np.float32)  # without a float64 copy between


class ImageRows:
    """Images ``(n, channels, height, width)`` as rows ``(n, pixels)``, of which parts are read as float32.

    Images of whole numbers stay as they are, which takes a quarter of the memory: 47 MB for the train images
    of MNIST, not 188.
    """

    def __init__(self, images: TrainImages) -> None:
        self._rows = images.reshape(len(images), -1)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of images and of values of each."""
        return self._rows.shape[0], self._rows.shape[1]

    def __getitem__(self, part: slice | LabelArray) -> FloatArray:
        """Return some rows, float32 ``(m, pixels)`` in [0, 1]."""
        return as_floats(self._rows[part])
