"""Vectors in safetensors files of any origin: the header is checked before anything is read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from latentcore.exceptions import SpaceError
from latentcore.spaces.reading.arrays import StoredArray, array_source, split_arrays
from latentcore.spaces.reading.source import Source, shown

MAX_HEADER_BYTES = 100_000_000
TYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "?",
}


def open_safetensors(path: Path) -> Source:
    """Return the vectors of a safetensors file, and tensors of one value per vector as columns.

    Raises
    ------
    SpaceError
        If the header is too long or no JSON, a tensor's shape does not fit its range of bytes, or ranges
        overlap, leave gaps, or do not reach the end of the file.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > min(MAX_HEADER_BYTES, size - 8):  # noqa: PLR2004
                raise SpaceError(f"{path} is no safetensors file: it claims a header of {length:,} bytes.")
            header = json.loads(file.read(length).decode("utf-8"))
        tensors = _tensors(header, size - 8 - length)
    except OSError as error:
        raise SpaceError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SpaceError(f"{path} is no valid safetensors file: {str(error)[:150]}.") from error
    arrays = [
        StoredArray(name, shape, _read_type(kind), partial(_blocks, path, shape, kind, 8 + length + begin))
        for name, kind, shape, begin in tensors
    ]
    return array_source(path, *split_arrays(path, arrays))


def _tensors(header: Any, n_bytes: int) -> list[tuple[str, str, tuple[int, ...], int]]:  # noqa: ANN401 - JSON
    """Return name, type, shape and first byte of each tensor; raises `ValueError` where they do not fit."""
    if not isinstance(header, dict):
        raise ValueError("its header is no object")  # noqa: TRY004
    found, ranges = [], []
    for name, facts in header.items():
        if name == "__metadata__":
            continue
        kind, shape, (begin, end) = facts["dtype"], facts["shape"], facts["data_offsets"]
        if kind not in TYPES:
            raise ValueError(f"tensor {shown(name)} is of type {shown(kind)}")
        if not all(type(part) is int and part >= 0 for part in (*shape, begin, end)):
            raise ValueError(f"tensor {shown(name)} has a negative size")
        if math.prod(shape) * np.dtype(TYPES[kind]).itemsize != end - begin:
            raise ValueError(f"the shape of tensor {shown(name)} does not fit its range of bytes")
        found.append((name, kind, tuple(shape), begin))
        ranges.append((begin, end, name))
    reached = 0
    for begin, end, name in sorted(ranges):
        if begin != reached:
            raise ValueError(f"tensor {shown(name)} overlaps another one, or leaves a gap before it")
        reached = end
    if reached != n_bytes:
        raise ValueError(f"its tensors end at byte {reached:,} of {n_bytes:,}")
    return found


def _read_type(kind: str) -> np.dtype[Any]:
    """Return the type that values are read as: bfloat16 becomes float32."""
    return np.dtype("<f4" if kind == "BF16" else TYPES[kind])


def _blocks(
    path: Path, shape: tuple[int, ...], kind: str, offset: int, size: int
) -> Iterator[npt.NDArray[Any]]:
    row = math.prod(shape[1:]) * np.dtype(TYPES[kind]).itemsize
    with path.open("rb") as file:
        file.seek(offset)
        for start in range(0, shape[0], size):
            n = min(size, shape[0] - start)
            data = file.read(n * row)
            if len(data) != n * row:
                raise ValueError("a tensor is cut off")
            values = np.frombuffer(data, TYPES[kind]).reshape(n, *shape[1:])
            yield (values.astype("<u4") << 16).view("<f4") if kind == "BF16" else values
