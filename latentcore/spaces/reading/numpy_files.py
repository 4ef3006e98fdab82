"""Vectors in npy and npz files and in NumPy memory maps; never by pickle."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from latentcore.datasets.own.array_files import ARRAY_ERRORS, cause_of
from latentcore.exceptions import SpaceError
from latentcore.spaces.reading.arrays import Matrix, StoredArray, array_source, split_arrays
from latentcore.spaces.reading.source import MAX_DIM, Source

RAW_SUFFIXES = (".dat", ".bin", ".raw", ".mmap", ".memmap", ".f16", ".f32", ".f64")
RAW_TYPES = {".f16": "float16", ".f32": "float32", ".f64": "float64"}
DTYPES = ("float16", "float32", "float64")
MAX_ENTRIES = 64
PICKLED = "Python objects (pickle), which are never read; save it as numbers, or texts of a fixed length"
_READ_HEADER = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def open_npy(path: Path) -> Source:
    """Return the vectors of an npy file; raises `SpaceError`."""
    try:
        with path.open("rb") as file:
            shape, fortran, dtype = read_header(file, path.name)
            offset = file.tell()
        expected = offset + math.prod(shape) * dtype.itemsize
        if path.stat().st_size != expected:
            raise SpaceError(f"{path} is cut off, or longer than its header says.")
    except ARRAY_ERRORS as error:
        raise SpaceError(f"{path} cannot be read: {cause_of(error)}.") from error
    reader = _mapped_blocks if fortran else _file_blocks
    array = StoredArray("vectors", shape, dtype, partial(reader, path, shape, dtype, offset))
    return array_source(path, [array], None)


def open_raw(path: Path, latent_dim: int | None, dtype: str | None) -> Source:
    """Return the vectors of a NumPy memory map, which does not state its shape; raises `SpaceError`."""
    kind = dtype or RAW_TYPES.get(path.suffix.lower())
    if latent_dim is None or kind is None:
        raise SpaceError(f"{path}: a memory map does not state its shape; give --dim and --dtype.")
    if kind not in DTYPES or not 1 <= latent_dim <= MAX_DIM:
        raise SpaceError(f"--dtype is one of {', '.join(DTYPES)}, and --dim from 1 to {MAX_DIM:,}.")
    wide = np.dtype(kind)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SpaceError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not size or size % (latent_dim * wide.itemsize):
        raise SpaceError(
            f"{path}: {size:,} bytes are no whole number of vectors of {latent_dim} numbers of {kind}."
        )
    shape = (size // (latent_dim * wide.itemsize), latent_dim)
    return array_source(
        path, [StoredArray("vectors", shape, wide, partial(_file_blocks, path, shape, wide, 0))], None
    )


def open_npz(path: Path) -> Source:
    """Return the vectors of an npz file, and arrays of one value per item as columns; raises `SpaceError`."""
    arrays = []
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
            if not entries or len(entries) > MAX_ENTRIES:
                raise SpaceError(f"{path} holds {len(entries)} arrays; expected 1 to {MAX_ENTRIES}.")
            for entry in entries:
                name = entry.filename.removesuffix(".npy")
                with archive.open(entry) as file:
                    shape, fortran, dtype = read_header(file, name)
                    header = file.tell()
                if entry.file_size != header + math.prod(shape) * dtype.itemsize:
                    raise SpaceError(f"{path}: array {name!r} is cut off, or longer than its header says.")
                blocks = partial(_zipped_blocks, path, entry.filename, shape, dtype, fortran=fortran)
                arrays.append(StoredArray(name, shape, dtype, blocks))
        return array_source(path, *split_arrays(path, arrays))
    except ARRAY_ERRORS as error:
        raise SpaceError(f"{path} cannot be read: {cause_of(error)}.") from error


def read_header(file: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, order and type of an npy file.

    Raises
    ------
    SpaceError
        If it holds Python objects; an invalid header raises one of `ARRAY_ERRORS`.
    """
    version = npy.read_magic(file)
    if version not in _READ_HEADER:
        raise ValueError(f"array format {version}")
    shape, fortran, dtype = _READ_HEADER[version](file)
    if dtype.hasobject:
        raise SpaceError(f"{name} holds {PICKLED}.")
    if min(shape, default=0) < 0 or dtype.itemsize == 0:
        raise ValueError("an array has a negative size, or empty values")
    return shape, fortran, dtype


def _file_blocks(
    path: Path, shape: tuple[int, ...], dtype: npt.DTypeLike, offset: int, size: int
) -> Iterator[Matrix]:
    with path.open("rb") as file:
        file.seek(offset)
        yield from _read_blocks(file, shape, dtype, size)


def _mapped_blocks(
    path: Path, shape: tuple[int, ...], dtype: npt.DTypeLike, offset: int, size: int
) -> Iterator[Matrix]:
    """Yield the rows of an array that is stored column by column."""
    mapped = np.memmap(path, np.dtype(dtype), "r", offset, shape, order="F")
    for start in range(0, shape[0], size):
        yield np.ascontiguousarray(mapped[start : start + size])


def _zipped_blocks(
    path: Path, entry: str, shape: tuple[int, ...], dtype: npt.DTypeLike, size: int, *, fortran: bool
) -> Iterator[Matrix]:
    with zipfile.ZipFile(path) as archive, closing(archive.open(entry)) as file:
        read_header(file, entry)
        if fortran and len(shape) > 1:
            data = file.read(math.prod(shape) * np.dtype(dtype).itemsize)
            whole = np.frombuffer(data, dtype).reshape(shape, order="F")
            yield from (np.ascontiguousarray(whole[k : k + size]) for k in range(0, shape[0], size))
        else:
            yield from _read_blocks(file, shape, dtype, size)


def _read_blocks(
    file: IO[bytes], shape: tuple[int, ...], dtype: npt.DTypeLike, size: int
) -> Iterator[Matrix]:
    row_bytes = math.prod(shape[1:]) * np.dtype(dtype).itemsize
    for start in range(0, shape[0], size):
        n = min(size, shape[0] - start)
        data = file.read(n * row_bytes)
        if len(data) != n * row_bytes:
            raise ValueError("an array is cut off")
        yield np.frombuffer(data, dtype).reshape(n, *shape[1:])
