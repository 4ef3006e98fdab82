"""Reading the rows of a source into the files of its spaces, with what is wrong with rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from latentcore.exceptions import SpaceError
from latentcore.spaces.adding.new_codes import unit_rows
from latentcore.spaces.building import OnStage
from latentcore.spaces.code_files import CodesWriter, blocks, open_array
from latentcore.spaces.folders import CODES_FILE
from latentcore.spaces.loading import MAX_CODE
from latentcore.spaces.reading import BadRow, Chunk, Source, VectorColumn
from latentcore.types import FloatArray

MAX_BAD = 1_000
"""Bad rows after which a file is given up, unless they are set aside."""


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What was read: codes of all rows lie in files, zeros where a row is bad.

    Attributes
    ----------
    n : int
    columns : pyarrow.Table or None
    bad : list of BadRow
        The first thing that is wrong with each bad row, by row.
    """

    n: int
    columns: Any
    bad: list[BadRow]


def gather(
    source: Source, folders: Mapping[str, Path], *, cosine: bool, skip_bad: bool, on_stage: OnStage
) -> Gathered:
    """Read all rows of a source and write their codes.

    Parameters
    ----------
    source : Source
    folders : mapping of str to Path
        Folder of each vector column's space.
    cosine : bool
        Whether to scale vectors to length 1.
    skip_bad : bool
        Whether bad rows will be set aside, however many there are.
    on_stage : callable

    Raises
    ------
    SpaceError
        If the file cannot be read, or has more than 1,000 bad rows.
    """
    writers = {
        column.name: CodesWriter(folders[column.name] / CODES_FILE, column.latent_dim, dtype_of(column))
        for column in source.vectors
    }
    columns = {column.name: column for column in source.vectors}
    bad: dict[int, BadRow] = {}
    tables, start = [], 0
    try:
        for chunk in source.chunks():
            for one in chunk.bad:
                bad.setdefault(one.row, one)
            for name in chunk.vectors:
                _check_values(columns[name], chunk, start, bad, cosine=cosine)
            wrong = np.array([row - start for row in bad if row >= start], np.int64)
            for name, values in chunk.vectors.items():
                writers[name].write(_usable(values, wrong, cosine=cosine))
            if chunk.columns is not None:
                tables.append(chunk.columns)
            start += chunk.n
            on_stage("reading", start, source.n_rows)
            if len(bad) > MAX_BAD and not skip_bad:
                break
    finally:
        for writer in writers.values():
            writer.close()
    others = pa.concat_tables(tables, promote_options="permissive") if tables else None
    return Gathered(n=start, columns=others, bad=[bad[row] for row in sorted(bad)])


def keep_rows(folder: Path, n: int, column: VectorColumn, kept: npt.NDArray[np.bool_]) -> None:
    """Rewrite the codes in a folder with the rows that are kept."""
    path = folder / CODES_FILE
    codes = open_array(path, (n, column.latent_dim), dtype_of(column))
    shorter = path.with_name("kept.npy")
    writer = CodesWriter(shorter, column.latent_dim, dtype_of(column))
    try:
        for start, part in blocks(codes):
            writer.write(part[kept[start : start + len(part)]])
    finally:
        writer.close()
    shorter.replace(path)


def check_variety(codes: FloatArray, title: str, notes: list[str]) -> None:
    """Note how many codes repeat, and how many dimensions are constant.

    Raises
    ------
    SpaceError
        If all codes are equal.
    """
    seen: set[int] = set()
    repeats, first_repeat = 0, -1
    low, high = np.array(codes[0], np.float32), np.array(codes[0], np.float32)
    for start, part in blocks(codes):
        np.minimum(low, part.min(axis=0), out=low)
        np.maximum(high, part.max(axis=0), out=high)
        for row, code in enumerate(part + 0.0, start=start):  # minus zero equals zero
            key = hash(code.tobytes())
            if key in seen:
                repeats += 1
                first_repeat = row if first_repeat < 0 else first_repeat
            seen.add(key)
    if len(seen) == 1:
        raise SpaceError(f"All vectors of {title!r} are the same: there is nothing to tell items apart by.")
    if repeats:
        notes.append(
            f"{title}: {repeats:,} items have the vector of an earlier one; the first is item {first_repeat}."
        )
    constant = int((low == high).sum())
    if constant:
        notes.append(f"{title}: {constant:,} of {len(low):,} dimensions are the same for all items.")


def dtype_of(column: VectorColumn) -> str:
    """Return the type that codes are stored in."""
    return "float16" if column.half else "float32"


def _check_values(
    column: VectorColumn, chunk: Chunk, start: int, bad: dict[int, BadRow], *, cosine: bool
) -> None:
    """Add the rows that are not finite, too large, or without direction."""
    values = chunk.vectors[column.name]
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(values.astype(np.promote_types(values.dtype, np.float32))) <= MAX_CODE).all(axis=1)
    if cosine:
        wrong |= ~values.any(axis=1)
    for k in map(int, np.flatnonzero(wrong)):
        if start + k not in bad:
            line = None if chunk.lines is None else chunk.lines[k]
            name, reason = _why(values[k], column)
            bad[start + k] = BadRow(start + k, reason, name, line)


def _why(values: npt.NDArray[Any], column: VectorColumn) -> tuple[str, str]:
    """Return the column of a bad value, and what is wrong with it."""
    if not values.any():
        return column.name, "a vector of zeros has no direction, which the cosine distance needs"
    if np.isnan(values).any():
        k, words = int(np.isnan(values).argmax()), "is missing (NaN)"
    elif np.isinf(values).any():
        k, words = int(np.isinf(values).argmax()), "is infinite"
    else:
        k, words = int(np.abs(values).argmax()), f"is larger than {MAX_CODE:g}"
    if column.form == "numbers":
        return column.columns[k], f"the number {words}"
    return column.name, f"number {k} of the vector {words}"


def _usable(values: npt.NDArray[Any], wrong: npt.NDArray[np.int64], *, cosine: bool) -> FloatArray:
    """Return vectors as float32, zeros in place of the wrong ones."""
    usable = np.array(values, values.dtype.newbyteorder("="))
    usable[wrong] = 1
    usable = unit_rows(usable) if cosine else usable.astype(np.float32)
    usable[wrong] = 0
    return usable
