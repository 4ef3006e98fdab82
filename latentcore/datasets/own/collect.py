"""The items of a source of any kind: pictures with labels and splits, decoded when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from latentcore.datasets.own.array_files import MAX_ARRAY_BYTES, cause_of
from latentcore.datasets.own.arrays import ArraySource, is_idx, read_arrays
from latentcore.datasets.own.entries import READ_ERRORS, Problem, opened_entries
from latentcore.datasets.own.items import Item
from latentcore.datasets.own.layout import list_pictures
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.pictures import Target, UnreadablePicture, open_picture
from latentcore.datasets.own.tables import table_items
from latentcore.types import PixelArray


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
def collected(
    source: Path, options: AddOptions, max_array_bytes: int = MAX_ARRAY_BYTES
) -> Iterator[Collected]:
    """List the items of a folder, archive, array, idx or Parquet file; decode them while the block runs.

    Parameters
    ----------
    source : Path
    options : AddOptions
    max_array_bytes : int
        Largest array, or column of a table, that is read.

    Raises
    ------
    DatasetError
        If the source cannot be read.
    """
    if source.is_file() and source.suffix == ".parquet":
        yield Collected(table_items(source, max_array_bytes), [], [])
    elif source.is_file() and (source.suffix in (".npy", ".npz") or is_idx(source)):
        yield _from_arrays(read_arrays(source, options.channels, max_array_bytes), source)
    elif source.is_dir() and (idx := sorted(path for path in source.iterdir() if is_idx(path))):
        arrays = (read_arrays(path, options.channels, max_array_bytes) for path in idx)
        yield _from_arrays([one for found in arrays for one in found], source)
    else:
        with opened_entries(source) as (entries, problems):
            pictures, others = list_pictures(entries)
            items = [
                Item(one.entry.name, one.label, one.split, _picture_decoder(one.entry.read))
                for one in pictures
            ]
            yield Collected(items, [*problems, *others], [])


def _picture_decoder(read: Callable[[], bytes]) -> Callable[[Target | None], Image.Image]:
    def decode(target: Target | None) -> Image.Image:
        try:
            data = read()
        except READ_ERRORS as error:
            raise UnreadablePicture(f"cannot be read: {cause_of(error)}") from error
        return open_picture(data, target)

    return decode


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
