"""The items of a source of any kind: pictures with labels and splits, decoded when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from latentcore.datasets.own.arrays import ArraySource, is_idx, read_arrays
from latentcore.datasets.own.entries import Problem, opened_entries
from latentcore.datasets.own.layout import LABEL_COLUMNS, list_pictures
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.pictures import Target, open_picture
from latentcore.exceptions import DatasetError
from latentcore.types import PixelArray


@dataclass(frozen=True)
class Item:
    """An image of a source.

    Attributes
    ----------
    name : str
    label : str or None
    split : "train", "test", "val" or None
    decode : callable
        Returns the picture in mode "L" or "RGB"; raises `UnreadablePicture`.
    """

    name: str
    label: str | None
    split: str | None
    decode: Callable[[Target | None], Image.Image]


@dataclass(frozen=True)
class Collected:
    """Everything that a source holds.

    Attributes
    ----------
    items : list of Item
    problems : list of Problem
        Files that are no pictures.
    notes : list of str
        Sentences on how values were understood.
    """

    items: list[Item]
    problems: list[Problem]
    notes: list[str]


@contextmanager
def collected(source: Path, options: AddOptions) -> Iterator[Collected]:
    """List the items of a folder, archive, array, idx or Parquet file; decode them while the block runs.

    Raises
    ------
    DatasetError
        If the source cannot be read.
    """
    if source.is_file() and source.suffix == ".parquet":
        yield Collected(_parquet_items(source), [], [])
    elif source.is_file() and (source.suffix in (".npy", ".npz") or is_idx(source)):
        yield _from_arrays(read_arrays(source, options.channels), source)
    elif source.is_dir() and (idx := sorted(path for path in source.iterdir() if is_idx(path))):
        yield _from_arrays([one for path in idx for one in read_arrays(path, options.channels)], source)
    else:
        with opened_entries(source) as (entries, problems):
            pictures, others = list_pictures(entries)
            items = [
                Item(one.entry.name, one.label, one.split, _picture_decoder(one.entry.read))
                for one in pictures
            ]
            yield Collected(items, [*problems, *others], [])


def _picture_decoder(read: Callable[[], bytes]) -> Callable[[Target | None], Image.Image]:
    return lambda target: open_picture(read(), target)


def _from_arrays(sources: list[ArraySource], path: Path) -> Collected:
    items, notes = [], []
    for one in sources:
        prefix = f"{path.name}, {one.split} image" if one.split else f"{path.name}, image"
        for number, pixels in enumerate(one.pixels):
            label = None if one.labels is None else one.labels[number]
            items.append(Item(f"{prefix} {number}", label, one.split, _pixel_decoder(pixels)))
        notes += [note for note in one.notes if note not in notes]
    return Collected(items, [], notes)


def _pixel_decoder(pixels: PixelArray) -> Callable[[Target | None], Image.Image]:
    return lambda _: Image.fromarray(
        pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0))
    )


def _parquet_items(path: Path) -> list[Item]:
    """Return the rows of a table with a column of pictures: bytes, or structs of bytes and path."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(f"{path} cannot be read: {error}.") from error
    column = next(
        (name for name in table.column_names if _holds_pictures(table.schema.field(name).type)), None
    )
    if column is None:
        raise DatasetError(f"{path} has no column of pictures (bytes, or a struct with bytes).")
    label = next((name for name in table.column_names if name.lower() in LABEL_COLUMNS), None)
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
