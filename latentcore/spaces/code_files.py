"""Arrays of spaces on disk: npy files that are written in blocks and read memory-mapped, never by pickle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from latentcore.datasets.own.array_files import ARRAY_ERRORS, cause_of
from latentcore.datasets.own.stored import checksum
from latentcore.exceptions import BundleError, SpaceError
from latentcore.large_arrays import row_blocks
from latentcore.store.checked_files import resolve_inside
from latentcore.store.schema import short_repr

BLOCK_ROWS = 4096
VERIFIED_BYTES = 64 * 2**20
"""Files up to this size are compared with their checksum whenever a space is loaded; larger ones, which would
take seconds, by `latentcore space info` only."""


class CodesWriter:
    """Writes rows to an npy file, block by block; use it as a context manager.

    Parameters
    ----------
    path : Path
    latent_dim : int
    dtype : dtype
        float32 or float16.
    """

    def __init__(self, path: Path, latent_dim: int, dtype: npt.DTypeLike) -> None:
        self.path, self.n, self.latent_dim = path, 0, latent_dim
        self.dtype = np.dtype(dtype).newbyteorder("<")
        self._file = path.open("wb")
        self._write_header(2**40)  # as long as that of any number of rows

    def write(self, rows: npt.NDArray[np.floating[Any]]) -> None:
        """Append rows ``(m, latent_dim)``."""
        self._file.write(np.ascontiguousarray(rows, self.dtype).tobytes())
        self.n += len(rows)

    def __enter__(self) -> CodesWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write the number of rows into the header, and close the file."""
        self._file.seek(0)
        self._write_header(self.n)
        self._file.close()

    def _write_header(self, n: int) -> None:
        text = f"{{'descr': '{self.dtype.str}', 'fortran_order': False, 'shape': ({n}, {self.latent_dim}), }}"
        self._file.write(npy.magic(1, 0) + (118).to_bytes(2, "little") + text.ljust(117).encode() + b"\n")


def open_array(path: Path, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return the array of an npy file, memory-mapped and read-only.

    Raises
    ------
    SpaceError
        If the file is damaged, of another size than its header says, or of another shape or type.
    """
    try:
        with path.open("rb") as file:
            if npy.read_magic(file) != (1, 0):
                raise SpaceError(f"{path}: not an npy file of this program.")
            found, fortran, found_dtype = npy.read_array_header_1_0(file)
            offset = file.tell()
        wanted = np.dtype(dtype)
        if (found, fortran, found_dtype) != (shape, False, wanted):
            raise SpaceError(
                f"{path}: an array of {short_repr(found)}, {short_repr(str(found_dtype))}, "
                f"expected {shape}, {wanted}."
            )
        if path.stat().st_size != offset + math.prod(shape) * wanted.itemsize:
            raise SpaceError(f"{path}: truncated, or longer than its header says; add the space again.")
        return np.asarray(np.memmap(path, wanted, "r", offset, shape))
    except ARRAY_ERRORS as error:
        raise SpaceError(f"{path} cannot be read: {cause_of(error)}.") from error


def blocks(codes: npt.NDArray[Any]) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
    """Yield the rows of codes as float32, block by block, with the number of the first."""
    for start, part in row_blocks(codes, BLOCK_ROWS):
        yield start, np.asarray(part, np.float32)


def file_facts(folder: Path, names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return size and checksum of files, for a config."""
    return {
        name: {"bytes": (folder / name).stat().st_size, "sha256": checksum(folder / name)} for name in names
    }


def verify_listed(folder: Path, listed: Mapping[str, Mapping[str, Any]], *, every: bool) -> None:
    """Verify the size of every listed file, and its checksum if it is small or `every` is set.

    Raises
    ------
    SpaceError
        If a file is missing or differs.
    """
    for name, facts in listed.items():
        try:
            path = resolve_inside(folder, name)
            size = path.stat().st_size
            if size != facts["bytes"]:
                raise SpaceError(f"{path}: {size:,} bytes, expected {facts['bytes']:,}; add the space again.")
            if (every or size <= VERIFIED_BYTES) and checksum(path) != facts["sha256"]:
                raise SpaceError(f"{path}: wrong checksum; the file was changed. Add the space again.")
        except BundleError as error:
            raise SpaceError(str(error)) from error
        except OSError as error:
            raise SpaceError(f"{folder / name} cannot be read: {error.strerror or error}.") from error
