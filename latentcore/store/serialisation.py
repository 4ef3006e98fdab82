"""Arrays as the bytes of npz and safetensors files, in half precision where that is exact."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from safetensors.numpy import save

from latentcore.store.code_table import CodeTable
from latentcore.store.derived import DerivedTables
from latentcore.types import FloatArray


def codes_npz(test: CodeTable, train: CodeTable, *, own_plane: bool) -> bytes:
    """Return ``codes.npz``: both code tables, without the plane if the codes are the plane themselves.

    Errors are stored in half precision: nothing that is shown has more than three digits.
    """
    columns = {
        f"{split}_{name}": column.astype(np.float16) if name == "errors" else _half_if_exact(column)
        for split, table in (("test", test), ("train", train))
        for name, column in vars(table).items()
        if not (own_plane and name == "plane")
    }
    return npz_bytes(columns)


def derived_npz(derived: DerivedTables, **others: FloatArray) -> bytes:
    """Return ``derived.npz``, with other arrays by name; see `DerivedTables.arrays`."""
    arrays = {**derived.arrays(), **others}
    return npz_bytes({name: _half_if_exact(array) for name, array in arrays.items()})


def safetensors_bytes(arrays: Mapping[str, FloatArray]) -> bytes:
    """Return a safetensors file, each array in half precision if that is exact."""
    # The format stores raw memory: a transposed view would be read back in the wrong order.
    return save({name: np.ascontiguousarray(_half_if_exact(array)) for name, array in arrays.items()})


def npz_bytes(arrays: Mapping[str, Any]) -> bytes:
    """Return an npz file, made in memory because NumPy raises other errors when the disk is full."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def _half_if_exact(array: np.ndarray) -> np.ndarray:
    """Return a float32 array as float16 if that is exact, else unchanged."""
    if array.dtype != np.float32:
        return array
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.array_equal(half.astype(np.float32), array) else array
