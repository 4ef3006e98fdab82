"""Opening a file of vectors, or a table of items, by what its name and its beginning say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from latentcore.exceptions import SpaceError
from latentcore.spaces.reading.arrow_files import ARROW_SUFFIXES, PARQUET_SUFFIXES, open_arrow, open_parquet
from latentcore.spaces.reading.cells import read_vectors
from latentcore.spaces.reading.delimited import SUFFIXES as TEXT_SUFFIXES
from latentcore.spaces.reading.delimited import open_delimited
from latentcore.spaces.reading.layout import find_vectors
from latentcore.spaces.reading.numpy_files import RAW_SUFFIXES, open_npy, open_npz, open_raw
from latentcore.spaces.reading.safetensors_file import open_safetensors
from latentcore.spaces.reading.source import BadRow, Chunk, Source, TableFile, VectorColumn

FORMATS = "parquet, csv, tsv, npy, npz, safetensors, arrow, feather, or a memory map (.dat, .bin, .f32)"
PROJECTOR_METADATA = "metadata.tsv"
PROJECTOR_VECTORS = ("vectors.tsv", "vecs.tsv", "tensors.tsv", "tensor.tsv")
"""The pair of the Embedding Projector: vectors without a header, and a table beside them."""


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What the user says about a file.

    Attributes
    ----------
    vectors : sequence of str
        Columns of vectors, or patterns such as ``dim_*``; by default all that are found.
    others : sequence of str
        Columns that are no vectors.
    header : bool, optional
        Whether a text file has a header; found out by default.
    latent_dim : int, optional
    dtype : str, optional
        Both of a memory map.
    """

    vectors: Sequence[str] = ()
    others: Sequence[str] = ()
    header: bool | None = None
    latent_dim: int | None = None
    dtype: str | None = None


def open_source(path: Path, options: ReadOptions | None = None) -> Source:
    """Return the vectors of a file, not yet read.

    Parameters
    ----------
    path : Path
    options : ReadOptions, optional

    Returns
    -------
    Source

    Raises
    ------
    SpaceError
        If there is no such file, its format is unknown, it is damaged, or holds no vectors.
    """
    options = options or ReadOptions()
    _check_file(path)
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return open_npy(path)
    if suffix == ".npz":
        return open_npz(path)
    if suffix == ".safetensors":
        return open_safetensors(path)
    if suffix in RAW_SUFFIXES:
        return open_raw(path, options.latent_dim, options.dtype)
    if suffix in (".pkl", ".pickle", ".pt", ".pth", ".joblib"):
        raise SpaceError(f"{path} is a pickle, which may run any program and is never read; save it as npy.")
    file = open_table(path, header=options.header)
    notes = list(file.notes)
    hints: dict[str, str] = {}
    vectors = find_vectors(file, options.vectors, options.others, notes, hints)
    return Source(
        path=path,
        vectors=vectors,
        chunks=partial(_table_chunks, file, vectors),
        n_rows=file.n_rows,
        decimal_comma=file.decimal_comma,
        notes=notes,
        hints=hints,
    )


def open_table(path: Path, *, header: bool | None = None) -> TableFile:
    """Return the table of a file, not yet read; raises `SpaceError`."""
    _check_file(path)
    suffix = path.suffix.lower()
    if suffix in PARQUET_SUFFIXES:
        return open_parquet(path)
    if suffix in ARROW_SUFFIXES:
        return open_arrow(path)
    if suffix in TEXT_SUFFIXES:
        return open_delimited(path, header=header)
    raise SpaceError(f"{path} has an unknown format; known are {FORMATS}.")


def read_items(
    path: Path, n_items: int | None = None, *, header: bool | None = None
) -> tuple[Any, TableFile]:
    """Return the whole table of a file of metadata.

    Parameters
    ----------
    path : Path
    n_items : int, optional
        Number of rows that it should have: it decides whether a doubtful first row is a header.
    header : bool, optional

    Returns
    -------
    (pyarrow.Table, TableFile)

    Raises
    ------
    SpaceError
        If it cannot be read, or a row has another number of cells.
    """
    file = open_table(path, header=header)
    table = _whole(file)
    if not file.header_is_certain and n_items is not None and len(table) != n_items:
        other = open_table(path, header=not file.has_header)
        again = _whole(other)
        if len(again) == n_items:
            return again, other
    return table, file


def projector_metadata(path: Path) -> Path | None:
    """Return the table beside the vectors of an Embedding Projector's pair, if there is one."""
    name = path.name.lower()
    beside = path.with_name(PROJECTOR_METADATA)
    return beside if name in PROJECTOR_VECTORS and beside.is_file() else None


def _check_file(path: Path) -> None:
    if not path.exists():
        raise SpaceError(f"There is no {path}.")
    if path.is_dir():
        raise SpaceError(f"{path} is a folder; give a file: {FORMATS}.")


def _whole(file: TableFile) -> Any:  # noqa: ANN401 - pyarrow has no types
    parts: list[Any] = []
    bad: list[BadRow] = []
    for batch in file.batches():
        parts.append(batch.table)
        bad += batch.bad
    if bad:
        raise SpaceError(f"{file.path}: {bad[0]}.")
    return pa.concat_tables(parts, promote_options="permissive") if parts else file.sample.slice(0, 0)


def _table_chunks(file: TableFile, vectors: Sequence[VectorColumn]) -> Iterator[Chunk]:
    used = {name for column in vectors for name in column.columns}
    others = [name for name in file.names if name not in used]
    for batch in file.batches():
        bad: list[BadRow] = list(batch.bad)
        ragged = {one.row for one in bad}
        found: dict[str, np.ndarray] = {}
        for column in vectors:
            found[column.name], wrong = read_vectors(column, batch, decimal_comma=file.decimal_comma)
            bad += [one for one in wrong if one.row not in ragged]
        columns = batch.table.select(others) if others else None
        yield Chunk(n=len(batch.table), vectors=found, columns=columns, bad=bad, lines=batch.lines)
