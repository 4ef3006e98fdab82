"""Pictures in Parquet tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from latentcore.datasets.own.array_files import cause_of
from latentcore.datasets.own.items import Item
from latentcore.datasets.own.layout import LABEL_COLUMNS
from latentcore.datasets.own.pictures import Target, open_picture
from latentcore.exceptions import DatasetError

ROWS = 64
"""Rows that are read at a time, so that a table that unpacks to far more than its file is noticed."""


def table_items(path: Path, max_bytes: int) -> list[Item]:
    """Return the rows of a table with a column of pictures: bytes, or structs of bytes and path.

    Parameters
    ----------
    path : Path
    max_bytes : int
        Limit for the columns of pictures and labels, unpacked.

    Raises
    ------
    DatasetError
        If the file is damaged or too large, or has no column of pictures.
    """
    try:
        with pq.ParquetFile(path) as file:
            return _items(file, path, max_bytes)
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        raise DatasetError(f"{path} cannot be read: {cause_of(error)}.") from error


def _items(file: pq.ParquetFile, path: Path, max_bytes: int) -> list[Item]:
    schema = file.schema_arrow
    column = next((name for name in schema.names if _holds_pictures(schema.field(name).type)), None)
    if column is None:
        raise DatasetError(f"{path} has no column of pictures (bytes, or a struct with bytes).")
    label = next((name for name in schema.names if name.lower() in LABEL_COLUMNS), None)
    batches, total = [], 0
    for batch in file.iter_batches(ROWS, columns=[column] if label is None else [column, label]):
        total += batch.nbytes
        if total > max_bytes:
            raise DatasetError(f"{path} unpacks to more than {max_bytes / 1e6:,.0f} MB; split it.")
        batches.append(batch)
    if not batches:
        raise DatasetError(f"{path} has no rows.")
    table = pa.Table.from_batches(batches)
    labels = [None] * len(table) if label is None else table[label].to_pylist()
    cells = table[column]
    return [
        Item(
            f"{path.name}, row {k}",
            None if labels[k] is None else str(labels[k]),
            None,
            _cell_decoder(cells, k),
        )
        for k in range(len(table))
    ]


def _holds_pictures(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return any(field.name == "bytes" and _holds_pictures(field.type) for field in kind)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _cell_decoder(cells: pa.ChunkedArray, k: int) -> Callable[[Target | None], Image.Image]:
    def decode(target: Target | None) -> Image.Image:
        value = cells[k].as_py()
        data = value.get("bytes") if isinstance(value, dict) else value
        return open_picture(data or b"", target)

    return decode
