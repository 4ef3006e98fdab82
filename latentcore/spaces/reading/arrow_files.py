"""Tables in Parquet, Feather and Arrow files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ipc

from latentcore.datasets.own.array_files import cause_of
from latentcore.exceptions import SpaceError
from latentcore.spaces.reading.source import Batch, TableFile, unique_names

PARQUET_SUFFIXES = (".parquet", ".pq")
ARROW_SUFFIXES = (".arrow", ".feather", ".ipc", ".arrows")
ROWS, SAMPLE_ROWS = 1024, 1000
ARROW_ERRORS = (pa.ArrowException, OSError, ValueError, KeyError, MemoryError)


def open_parquet(path: Path) -> TableFile:
    """Return the table of a Parquet file; raises `SpaceError`."""
    try:
        with pq.ParquetFile(path) as file:
            n_rows = file.metadata.num_rows
    except ARROW_ERRORS as error:
        raise SpaceError(f"{path} is no Parquet file, or damaged: {cause_of(error)}.") from error
    return _table_file(path, partial(_parquet_batches, path), n_rows)


def open_arrow(path: Path) -> TableFile:
    """Return the table of an Arrow file, of either format, or a Feather file; raises `SpaceError`."""
    return _table_file(path, partial(_arrow_batches, path), None)


def _table_file(path: Path, batches: Any, n_rows: int | None) -> TableFile:  # noqa: ANN401
    parts: list[pa.Table] = []
    reading = batches()
    for batch in reading:
        parts.append(batch.table)
        if sum(map(len, parts)) >= SAMPLE_ROWS:
            break
    reading.close()
    if not sum(map(len, parts)):
        raise SpaceError(f"{path} has no rows.")
    sample = pa.concat_tables(parts).slice(0, SAMPLE_ROWS)
    return TableFile(
        path=path, names=tuple(sample.column_names), sample=sample, batches=batches, n_rows=n_rows
    )


def _parquet_batches(path: Path) -> Iterator[Batch]:
    try:
        with pq.ParquetFile(path, buffer_size=2**20, pre_buffer=False) as file:
            yield from _numbered(pa.Table.from_batches([part]) for part in file.iter_batches(ROWS))
    except ARROW_ERRORS as error:
        raise SpaceError(f"{path} cannot be read: {cause_of(error)}.") from error


def _arrow_batches(path: Path) -> Iterator[Batch]:
    try:
        with pa.memory_map(str(path)) as source:
            yield from _numbered(_record_batches(source))
    except ARROW_ERRORS as error:
        raise SpaceError(f"{path} is no Arrow file, or damaged: {cause_of(error)}.") from error


def _record_batches(source: Any) -> Iterator[pa.Table]:  # noqa: ANN401
    try:
        file = ipc.open_file(source)
    except pa.ArrowInvalid:
        source.seek(0)
        parts: Iterator[Any] = iter(ipc.open_stream(source))
    else:
        parts = (file.get_batch(k) for k in range(file.num_record_batches))
    for part in parts:
        part.validate(full=True)  # offsets of a damaged file could lead out of it
        table = pa.Table.from_batches([part])
        for start in range(0, len(table), ROWS):
            yield table.slice(start, ROWS)


def _numbered(tables: Iterator[pa.Table]) -> Iterator[Batch]:
    start = 0
    for table in tables:
        yield Batch(table=_decoded(table), start=start)
        start += len(table)


def _decoded(table: pa.Table) -> pa.Table:
    """Return a table with names that are all different, and without dictionaries, which differ by batch."""
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, names=list(unique_names(table.column_names)))
