"""Arrays from bytes that nobody vouches for: what a header claims is compared with what is there first."""

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
from latentcore.store.schema import shown
from latentcore.types import FloatArray

MAX_ARRAY_BYTES = 128 * 2**20
"""All arrays of one file together, unpacked; the largest bundle that ships holds 3 MiB."""
MAX_HEADER_BYTES = 2**20
"""Names, types and places of a safetensors file's arrays."""
MAX_ENTRIES = 64
"""Files within an npz file."""

_ENTRY_SIGNATURE = b"PK\x01\x02"
NOT_NPZ = (
    *(OSError, ValueError, EOFError, KeyError, MemoryError, NotImplementedError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, OverflowError, SyntaxError, TypeError, IndexError, TokenError),
)
"""What reading something else as an npz file may raise."""
_READ_HEADER = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def parse_safetensors(data: bytes, path: Path) -> dict[str, FloatArray]:
    """Return the arrays of a safetensors file as float32; half precision is widened.

    Raises
    ------
    BundleError
        If it is none, its header exceeds 1 MiB, or an array is neither float32 nor float16.
    """
    header = int.from_bytes(data[:8], "little")
    if header > MAX_HEADER_BYTES:
        raise BundleError(f"{path}: not a safetensors file (it claims a header of {header:,} bytes).")
    try:
        arrays = load_safetensors(data)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BundleError(f"{path}: not a safetensors file ({shown(str(error))}).") from error
    for name, array in arrays.items():
        if array.dtype not in (np.float16, np.float32):
            raise BundleError(f"{path}: array {shown(name)} is {array.dtype}, expected float32 or float16.")
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def parse_npz(data: bytes, path: Path, expected: Mapping[str, np.dtype[Any]]) -> dict[str, np.ndarray]:
    """Return the arrays of an npz file: exactly the expected names and types, finite, without pickle.

    An array that was stored in half precision is widened to float32 where that is expected.

    Parameters
    ----------
    data : bytes
        The file.
    path : Path
        Where it lies, for messages.
    expected : mapping of str to dtype

    Raises
    ------
    BundleError
        If it is anything else, or claims to hold more than 128 MiB.
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
    except NOT_NPZ as error:
        raise BundleError(f"{path}: not a plain npz file ({_cause(error)}).") from error
    return {name: _as_expected(array, expected[name], name, path) for name, array in arrays.items()}


def _check_names(found: Mapping[str, object], expected: Mapping[str, object]) -> None:
    missing, extra = sorted(set(expected) - set(found)), sorted(set(found) - set(expected))
    if missing:
        raise ValueError(f"array {missing[0]!r} is missing")
    if extra:
        raise ValueError(f"array {shown(extra[0])} does not belong here")


def read_array(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, most: int = MAX_ARRAY_BYTES
) -> np.ndarray:
    """Return one array of an npz file; its header has to claim exactly the bytes that follow it.

    Raises
    ------
    ValueError
        If it does not, the array holds Python objects, or its entry more than `most` bytes. Other entries
        than arrays raise any of `NOT_NPZ`.
    """
    with archive.open(entry) as file:
        shape, fortran, dtype = _read_header(file)
        if dtype.hasobject:
            raise ValueError("it holds Python objects")
        claimed = math.prod(shape) * dtype.itemsize
        content = file.read(most + 1)
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
        raise ValueError(f"an array claims the shape {shown(shape)}")
    return shape, fortran, dtype


def _as_expected(array: np.ndarray, dtype: np.dtype[Any], name: str, path: Path) -> np.ndarray:
    if dtype == np.float32 and array.dtype == np.float16:
        array = array.astype(np.float32)
    if array.dtype != dtype:
        raise BundleError(f"{path}: array {name!r} is {shown(str(array.dtype))}, expected {dtype}.")
    if dtype.kind == "f" and not np.isfinite(array).all():
        raise BundleError(f"{path}: array {name!r} holds NaN or infinite values.")
    return array


def _cause(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__
