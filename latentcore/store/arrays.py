"""Parsing arrays from untrusted files: headers are checked against the data before anything is allocated."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from safetensors import SafetensorError
from safetensors.numpy import load as load_safetensors

from latentcore.exceptions import BundleError
from latentcore.store.schema import short_repr
from latentcore.types import FloatArray

MAX_ARRAY_BYTES = 128 * 2**20
"""Limit for all arrays of one file, unpacked; the largest shipped bundle has 3 MiB."""
MAX_HEADER_BYTES = 2**20
"""Limit for the header of a safetensors file: names, types and offsets of its arrays."""
MAX_ENTRIES = 64
"""Limit for the number of files within an npz file."""

_ENTRY_SIGNATURE = b"PK\x01\x02"
NPZ_ERRORS = (
    *(OSError, ValueError, EOFError, KeyError, MemoryError, NotImplementedError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, OverflowError, SyntaxError, TypeError, IndexError, TokenError),
)
"""Exceptions that reading an invalid npz file may raise."""
_READ_HEADER = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def parse_safetensors(data: bytes, path: Path) -> dict[str, FloatArray]:
    """Return the arrays of a safetensors file as float32; float16 is converted.

    Raises
    ------
    BundleError
        If the file is no safetensors file, its header exceeds 1 MiB, or an array is neither float32 nor
        float16.
    """
    header = int.from_bytes(data[:8], "little")
    if header > MAX_HEADER_BYTES:
        raise BundleError(f"{path}: not a safetensors file (it claims a header of {header:,} bytes).")
    try:
        arrays = load_safetensors(data)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BundleError(f"{path}: not a safetensors file ({short_repr(str(error))}).") from error
    for name, array in arrays.items():
        if array.dtype not in (np.float16, np.float32):
            raise BundleError(
                f"{path}: array {short_repr(name)} is {array.dtype}, expected float32 or float16."
            )
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def parse_npz(data: bytes, path: Path, expected: Mapping[str, np.dtype[Any]]) -> dict[str, np.ndarray]:
    """Return the arrays of an npz file: exactly the expected names and types, finite, without pickle.

    float16 is converted to float32 where that is expected.

    Parameters
    ----------
    data : bytes
        Content of the file.
    path : Path
        Path of the file, for messages.
    expected : mapping of str to dtype
        Names and types of its arrays.

    Raises
    ------
    BundleError
        If the content differs, or claims to unpack to more than 128 MiB.
    """
    try:
        if data.count(_ENTRY_SIGNATURE) > MAX_ENTRIES:
            raise ValueError("it holds too many files")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
            total = sum(entry.file_size for entry in entries.values())
            if total > MAX_ARRAY_BYTES:
                raise BundleError(f"{path}: unpacks to {total / 2**20:,.0f} MiB, more than any bundle holds.")
            _check_names(entries, expected)
            arrays = {name: read_array(archive, entry) for name, entry in entries.items()}
    except NPZ_ERRORS as error:
        raise BundleError(f"{path}: not a plain npz file ({_cause(error)}).") from error
    return {name: _as_expected(array, expected[name], name, path) for name, array in arrays.items()}


def _check_names(found: Mapping[str, object], expected: Mapping[str, object]) -> None:
    missing, extra = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    if missing:
        raise ValueError(f"array {missing[0]!r} is missing")
    if extra:
        raise ValueError(f"array {short_repr(extra[0])} is not expected")


def read_array(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, max_bytes: int = MAX_ARRAY_BYTES
) -> np.ndarray:
    """Return one array of an npz file, after checking that its header matches the bytes that follow.

    Parameters
    ----------
    archive : ZipFile
    entry : ZipInfo
        Entry of the array.
    max_bytes : int
        Limit for the unpacked entry.

    Raises
    ------
    ValueError
        If the header does not match, the array holds Python objects, or the entry exceeds `max_bytes`. An
        entry that is no array raises one of `NPZ_ERRORS`.
    """
    with archive.open(entry) as file:
        shape, fortran, dtype = _read_header(file)
        if dtype.hasobject:
            raise ValueError("it holds Python objects")
        claimed = math.prod(shape) * dtype.itemsize
        content = file.read(max_bytes + 1)
    if claimed != len(content) or dtype.itemsize == 0:
        raise ValueError(f"an array claims {claimed:,} bytes where {len(content):,} follow")
    array = np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
    return np.ascontiguousarray(array) if fortran else array.copy()


def _read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(file)
    if version not in _READ_HEADER:
        raise ValueError(f"array format {version}")
    shape, fortran, dtype = _READ_HEADER[version](file)
    if min(shape, default=0) < 0:
        raise ValueError(f"an array claims the shape {short_repr(shape)}")
    return shape, fortran, dtype


def _as_expected(array: np.ndarray, dtype: np.dtype[Any], name: str, path: Path) -> np.ndarray:
    if dtype == np.float32 and array.dtype == np.float16:
        array = array.astype(np.float32)
    if array.dtype != dtype:
        raise BundleError(f"{path}: array {name!r} is {short_repr(str(array.dtype))}, expected {dtype}.")
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise BundleError(f"{path}: array {name!r} holds NaN or infinite values.")
    return array


def _cause(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__
