"""Pictures in Parquet tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from latentcore.datasets.own.array_files import cause_of
from latentcore.datasets.own.arrays.idx_pairs import split_of
from latentcore.datasets.own.arrays.labels import text_of
from latentcore.datasets.own.items import Item
from latentcore.datasets.own.layout import MAGIC
from latentcore.datasets.own.metadata import LABEL_COLUMNS
from latentcore.datasets.own.pictures import Target, UnreadablePicture, open_picture
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
    columns = [name for name in schema.names if _holds_pictures(schema.field(name).type)]
    if not columns:
        raise DatasetError(f"{path} has no column of pictures (bytes, or a struct with bytes).")
    label = _label_column(schema)
    batches, total = [], 0
    for batch in file.iter_batches(ROWS, columns=columns if label is None else [*columns, label]):
        total += batch.nbytes
        if total > max_bytes:
            raise DatasetError(f"{path} unpacks to more than {max_bytes / 1e6:,.0f} MB; split it.")
        batches.append(batch)
    if not batches:
        raise DatasetError(f"{path} has no rows.")
    table = pa.Table.from_batches(batches)
    cells = next((table[name] for name in columns if _begins_with_picture(table[name])), table[columns[0]])
    labels = [None] * len(table) if label is None else _labels(table[label], schema, label)
    return [
        Item(f"{path.name}, row {k}", labels[k], split_of(path), _cell_decoder(cells, k))
        for k in range(len(table))
    ]


def _label_column(schema: pa.Schema) -> str | None:
    """Return the column of labels: one of a usual name, or the first whose name ends like one."""
    for wanted in LABEL_COLUMNS:
        for name in schema.names:
            if name.lower() == wanted:
                return str(name)
    ending = [name for name in schema.names if name.lower().endswith(LABEL_COLUMNS)]
    return str(ending[0]) if ending else None


def _labels(cells: pa.ChunkedArray, schema: pa.Schema, column: str) -> list[str | None]:
    """Return each row's label, by the names that Hugging Face's datasets store beside the table."""
    names: list[str] = []
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        names = [str(name) for name in features[column]["names"]]
    except (KeyError, TypeError, ValueError):
        pass  # a table of another origin
    found: list[str | None] = []
    for value in cells.to_pylist():
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(names):
            found.append(names[value])
        else:
            found.append(None if value is None else text_of(value))
    return found


def _begins_with_picture(cells: pa.ChunkedArray) -> bool:
    """Return whether the first cell that is not empty begins like a picture."""
    first = next((data for k in range(len(cells)) if (data := _bytes_of(cells[k].as_py()))), b"")
    return first.startswith(MAGIC)


def _bytes_of(value: object) -> bytes:
    data = value.get("bytes") if isinstance(value, dict) else value
    return data if isinstance(data, bytes) else b""


def _holds_pictures(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return any(field.name == "bytes" and _holds_pictures(field.type) for field in kind)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _cell_decoder(cells: pa.ChunkedArray, k: int) -> Callable[[Target | None], Image.Image]:
    def decode(target: Target | None) -> Image.Image:
        data = _bytes_of(cells[k].as_py())
        if not data:
            raise UnreadablePicture("holds no picture")
        return open_picture(data, target)

    return decode
