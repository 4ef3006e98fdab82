"""Reading selected items of an idx file and its checksum, without keeping the whole file in memory."""

from __future__ import annotations

import hashlib
import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latentcore.types import LabelArray, PixelArray

MAX_FILE_BYTES = 64 * 2**20
"""Limit for a file; MNIST's largest has 47 MB."""
ITEMS_PER_READ = 4096
"""Items read at once."""


@dataclass(frozen=True, kw_only=True)
class IdxItems:
    """Items read from an idx file, with size and checksum of the file.

    Attributes
    ----------
    items : uint8 array, shape (n, ...)
        The requested items; undefined where the file has no such item.
    n_items, n_bytes : int
        Number of items and size of the whole file, at most `MAX_FILE_BYTES`.
    sha256 : str
        Checksum of the whole file, unless it is longer than its items.
    """

    items: PixelArray
    n_items: int
    n_bytes: int
    sha256: str


def read_items(path: Path, shape: tuple[int, ...], rows: LabelArray | None) -> IdxItems:
    """Read items of one byte per value.

    The header is not parsed: the caller compares the checksum.

    Parameters
    ----------
    path : Path
    shape : tuple of int
        Shape of an item.
    rows : int64 array, shape (n,), or None
        Items to read; all if None.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as file:
        n_bytes = min(os.fstat(file.fileno()).st_size, MAX_FILE_BYTES)
        header = 4 * (2 + len(shape))  # a magic number, and the length of each axis
        n_items = max(n_bytes - header, 0) // math.prod(shape)
        digest = hashlib.sha256(file.read(header))
        items = np.empty((n_items if rows is None else len(rows), *shape), np.uint8)
        for start in range(0, n_items, ITEMS_PER_READ):
            chunk = np.fromfile(file, (np.uint8, shape), min(ITEMS_PER_READ, n_items - start))
            digest.update(chunk.data)
            if rows is None:
                items[start : start + len(chunk)] = chunk
            else:
                here = (start <= rows) & (rows < start + len(chunk))
                items[here] = chunk[rows[here] - start]
        digest.update(file.read(math.prod(shape)))
    return IdxItems(items=items, n_items=n_items, n_bytes=n_bytes, sha256=digest.hexdigest())
