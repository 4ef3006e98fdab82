"""Reading npy, npz and idx files of any origin: sizes are checked before anything is allocated."""

from __future__ import annotations

import gzip
import math
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from latentcore.datasets.own.arrays.npz_names import is_usual_name
from latentcore.exceptions import DatasetError

MAX_ARRAY_BYTES = 2**32
MAX_ENTRIES = 64
"""Limit for the number of arrays in an npz file."""
IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
ARRAY_ERRORS = (
    *(OSError, ValueError, EOFError, KeyError, MemoryError, NotImplementedError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, OverflowError, SyntaxError, TypeError, IndexError, TokenError),
)
"""Exceptions that reading an invalid file may raise."""
_READ_HEADER = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


class PythonObjects(ValueError):  # noqa: N818 - a kind of file, not a fault of the program
    """An array holds Python objects, which only pickle can read."""


def read_npy(path: Path, max_bytes: int) -> npt.NDArray[np.generic]:
    """Return the array of an npy file; raises one of `ARRAY_ERRORS`."""
    with path.open("rb") as file:
        return _read_array(file, max_bytes)


def read_npz(path: Path, max_bytes: int) -> dict[str, npt.NDArray[np.generic]]:
    """Return the arrays of an npz file by name, each of up to `max_bytes`; raises one of `ARRAY_ERRORS`.

    Arrays of Python objects are left out, unless their name says that they are needed.
    """
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
        if len(entries) > MAX_ENTRIES:
            raise ValueError(f"it holds more than {MAX_ENTRIES} arrays")
        arrays = {}
        for entry in entries:
            name = entry.filename.removesuffix(".npy")
            with archive.open(entry) as file:
                try:
                    arrays[name] = _read_array(file, max_bytes)
                except PythonObjects as error:
                    if is_usual_name(name):
                        raise PythonObjects(f"the array {name!r} holds {error}") from error
        return arrays


def read_idx(path: Path, max_bytes: int) -> npt.NDArray[np.generic]:
    """Return the array of an idx file, gzipped or not.

    Raises
    ------
    DatasetError
        If it is none, too large, or cut off; a damaged gzip file raises one of `ARRAY_ERRORS`.
    """
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        magic = file.read(4)
        if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in IDX_TYPES:  # noqa: PLR2004
            raise DatasetError(f"{path} is no idx file.")
        shape = tuple(int.from_bytes(file.read(4), "big") for _ in range(magic[3]))
        dtype = np.dtype(IDX_TYPES[magic[2]])
        n_bytes = math.prod(shape) * dtype.itemsize
        if n_bytes > max_bytes:
            raise DatasetError(f"{path}: {_too_large(n_bytes, max_bytes)}.")
        data = file.read(n_bytes + 1)
    if len(data) != n_bytes:
        raise DatasetError(f"{path} is cut off, or longer than its header says.")
    return np.frombuffer(data, dtype).reshape(shape)


def cause_of(error: BaseException) -> str:
    """Return the message of an error on one line, or its name where it has none."""
    return " ".join(str(error).split()).rstrip(".")[:200] or type(error).__name__


def _read_array(file: IO[bytes], max_bytes: int) -> npt.NDArray[np.generic]:
    shape, fortran, dtype = _read_header(file)
    n_bytes = math.prod(shape) * dtype.itemsize
    if dtype.hasobject:
        raise PythonObjects("Python objects, which are not read; save it as numbers or texts of fixed length")
    if n_bytes > max_bytes:
        raise ValueError(_too_large(n_bytes, max_bytes))
    data = file.read(n_bytes + 1)
    if len(data) != n_bytes or dtype.itemsize == 0:
        raise ValueError("an array is cut off, or longer than its header says")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def _read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(file)
    if version not in _READ_HEADER:
        raise ValueError(f"array format {version}")
    shape, fortran, dtype = _READ_HEADER[version](file)
    if min(shape, default=0) < 0:
        raise ValueError("an array has a negative size")
    return shape, fortran, dtype


def _too_large(n_bytes: int, max_bytes: int) -> str:
    return f"an array has {n_bytes / 1e6:,.0f} MB; at most {max_bytes / 1e6:,.0f} MB are read"
