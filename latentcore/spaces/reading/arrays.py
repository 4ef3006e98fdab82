"""Arrays in files: which of them are vectors, and which are columns of the items."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from latentcore.datasets.own.array_files import ARRAY_ERRORS, cause_of
from latentcore.datasets.own.arrays.labels import text_of
from latentcore.exceptions import SpaceError
from latentcore.spaces.reading.source import CELLS_PER_CHUNK, MAX_DIM, Chunk, Source, VectorColumn

MAX_COLUMN_BYTES = 2**30

Matrix = npt.NDArray[Any]


@dataclass(frozen=True)
class StoredArray:
    """An array within a file, which is read in blocks.

    Attributes
    ----------
    name : str
    shape : tuple of int
    dtype : dtype
    blocks : callable
        ``blocks(size)`` yields its rows, `size` at a time.
    """

    name: str
    shape: tuple[int, ...]
    dtype: npt.DTypeLike
    blocks: Callable[[int], Iterator[Matrix]]

    def whole(self) -> Matrix:
        """Return all of it."""
        return next(iter(self.blocks(max(self.shape[0], 1))), np.zeros(self.shape, self.dtype))


def split_arrays(path: Path, arrays: Sequence[StoredArray]) -> tuple[list[StoredArray], Any]:
    """Return the arrays of vectors, and those of one value per vector as a table (or None).

    Raises
    ------
    SpaceError
        If there are no vectors, or arrays of vectors have different lengths.
    """
    vectors = [array for array in arrays if len(array.shape) == 2 and _is_number(array.dtype)]  # noqa: PLR2004
    if not vectors:
        found = ", ".join(f"{array.name} {array.shape}" for array in arrays)[:200]
        raise SpaceError(f"{path} holds no array of vectors, of two axes; found: {found}.")
    n = vectors[0].shape[0]
    other = next((array for array in vectors if array.shape[0] != n), None)
    if other is not None:
        raise SpaceError(
            f"{path}: array {other.name!r} has {other.shape[0]:,} rows, but {vectors[0].name!r} has {n:,}."
        )
    columns = {
        array.name: array.whole()
        for array in arrays
        if array.shape == (n,) and n * np.dtype(array.dtype).itemsize <= MAX_COLUMN_BYTES
    }
    names = next(
        (
            [text_of(one) for one in array.whole().tolist()]
            for array in arrays
            if len(array.shape) == 1 and array.shape != (n,) and np.dtype(array.dtype).kind in "US"
        ),
        None,
    )
    if not columns:
        return vectors, None
    return vectors, pa.table({name: _column(name, values, names) for name, values in columns.items()})


def array_source(path: Path, vectors: Sequence[StoredArray], columns: Any) -> Source:  # noqa: ANN401
    """Return arrays of vectors as a source.

    Raises
    ------
    SpaceError
        If an array has other than one or two axes, too many dimensions, or is not of real numbers.
    """
    for array in vectors:
        if not _is_number(array.dtype):
            raise SpaceError(
                f"{path}: array {array.name!r} is of type {np.dtype(array.dtype)}, not of numbers."
            )
        if (
            len(array.shape) not in (1, 2)
            or array.shape[0] < 1
            or not 1 <= math.prod(array.shape[1:]) <= MAX_DIM
        ):
            raise SpaceError(
                f"{path}: array {array.name!r} has the shape {array.shape}; expected a row per item and 1 to "
                f"{MAX_DIM:,} columns."
            )
    found = tuple(
        VectorColumn(
            name=array.name,
            columns=(array.name,),
            form="array",
            latent_dim=math.prod(array.shape[1:]),
            half=np.dtype(array.dtype) == np.float16,
        )
        for array in vectors
    )
    notes = [f"The vectors {one.name!r} have {one.latent_dim:,} dimensions." for one in found]
    n = vectors[0].shape[0]
    return Source(
        path=path, vectors=found, chunks=partial(_chunks, path, vectors, columns), n_rows=n, notes=notes
    )


def _is_number(dtype: npt.DTypeLike) -> bool:
    return np.dtype(dtype).kind in "fiu"


def _column(name: str, values: Matrix, names: Sequence[str] | None) -> Any:  # noqa: ANN401
    """Return one value per item as an Arrow array; labels are replaced by the names of the classes."""
    kind = values.dtype.kind
    if kind in "US":
        return pa.array([text_of(one) or None for one in values.tolist()], pa.string())
    if (
        kind in "iu"
        and names
        and values.min() >= 0
        and values.max() < len(names)
        and name.lower()[:5] in (*("label", "class", "targe", "y"),)
    ):
        return pa.array([names[int(one)] for one in values], pa.string())
    if kind == "M":
        return pa.array(values.astype("datetime64[ms]"))
    if kind in "fiub":
        native = values.astype(values.dtype.newbyteorder("="))
        return pa.array(native.astype(np.float64) if kind == "f" else native)
    return pa.array([str(one) for one in values.tolist()], pa.string())


def _chunks(path: Path, vectors: Sequence[StoredArray], columns: Any) -> Iterator[Chunk]:  # noqa: ANN401
    widest = max(math.prod(array.shape[1:]) for array in vectors)
    size = max(64, CELLS_PER_CHUNK // widest)
    start = 0
    readers = [array.blocks(size) for array in vectors]
    try:
        for parts in zip(*readers, strict=True):
            n = len(parts[0])
            yield Chunk(
                n=n,
                vectors={
                    array.name: part.reshape(n, -1)
                    if part.dtype.kind == "f"
                    else part.reshape(n, -1).astype(float)
                    for array, part in zip(vectors, parts, strict=True)
                },
                columns=None if columns is None else columns.slice(start, n),
            )
            start += n
    except ARRAY_ERRORS as error:
        raise SpaceError(f"{path} cannot be read: {cause_of(error)}.") from error
