"""Reading items of an idx file, and its checksum, without holding the whole file."""

from __future__ import annotations

import hashlib
import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latentcore.types import LabelArray, PixelArray

MOST_BYTES = 64 * 2**20
"""Read of a file at most; MNIST's largest has 47 MB."""
PIECE = 4096
"""Items that are read at once."""


@dataclass(frozen=True, kw_only=True)
class IdxItems:
    """What was read of a file.

    Attributes
    ----------
    items : uint8 array, shape (n, ...)
        Those asked for; garbage where the file has no such item.
    n_items, n_bytes : int
        Size of the whole file, at most `MOST_BYTES`.
    sha256 : str
        Checksum of all that was read: of the whole file, if it is as long as its items say.
    """

    items: PixelArray
    n_items: int
    n_bytes: int
    sha256: str


def read_items(path: Path, shape: tuple[int, ...], rows: LabelArray | None) -> IdxItems:
    """Read the items in some rows, int64 ``(n,)``, or all; each has `shape` and one byte a value.

    The header is not looked at: the caller knows the checksum of the file that it wants.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as file:
        n_bytes = min(os.fstat(file.fileno()).st_size, MOST_BYTES)
        header = 4 * (2 + len(shape))  # a magic number, and the length of each axis
        n_items = max(n_bytes - header, 0) // math.prod(shape)
        digest = hashlib.sha256(file.read(header))
        items = np.empty((n_items if rows is None else len(rows), *shape), np.uint8)
        for start in range(0, n_items, PIECE):
            piece = np.fromfile(file, (np.uint8, shape), min(PIECE, n_items - start))
            digest.update(piece.data)
            if rows is None:
                items[start : start + len(piece)] = piece
            else:
                here = (start <= rows) & (rows < start + len(piece))
                items[here] = piece[rows[here] - start]
        digest.update(file.read(math.prod(shape)))
    return IdxItems(items=items, n_items=n_items, n_bytes=n_bytes, sha256=digest.hexdigest())
