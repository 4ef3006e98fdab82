"""The items of a source of any kind: pictures with labels and splits, decoded when asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from latentcore.datasets.own.array_files import MAX_ARRAY_BYTES, MAX_ENTRIES, cause_of
from latentcore.datasets.own.arrays.idx_pairs import is_idx_images, is_idx_name, split_of
from latentcore.datasets.own.arrays.read import ArraySource, read_arrays
from latentcore.datasets.own.entries import READ_ERRORS, Entry, Problem, opened_entries, printable
from latentcore.datasets.own.items import Item
from latentcore.datasets.own.layout import list_pictures
from latentcore.datasets.own.options import AddOptions
from latentcore.datasets.own.pictures import Target, UnreadablePicture, open_picture
from latentcore.datasets.own.tables import table_items
from latentcore.exceptions import DatasetError
from latentcore.types import PixelArray

ARRAY_SUFFIXES, PARQUET = (".npy", ".npz"), ".parquet"


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
    if source.is_file() and _holds_arrays(source):
        yield _from_arrays({source: str(source)}, options, max_array_bytes)
    elif source.is_dir() and (idx := sorted(path for path in source.iterdir() if is_idx_images(path))):
        yield _from_arrays({path: str(path) for path in idx}, options, max_array_bytes)
    else:
        with ExitStack() as stack:
            entries, problems = stack.enter_context(opened_entries(source))
            pictures, others = list_pictures(entries)
            if not pictures and (files := _unpacked(entries, stack, max_array_bytes)):
                yield _from_arrays(files, options, max_array_bytes)
                return
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


def _holds_arrays(path: Path) -> bool:
    return path.suffix.lower() in (*ARRAY_SUFFIXES, PARQUET) or is_idx_name(path.name)


def _unpacked(entries: Sequence[Entry], stack: ExitStack, max_bytes: int) -> dict[Path, str]:
    """Write the arrays and tables of a source without pictures to a folder that the stack removes.

    Returns
    -------
    dict of Path to str
        The files that hold images, each with its name in the source.
    """
    arrays = [entry for entry in entries if _holds_arrays(Path(entry.name))]
    if not arrays:
        return {}
    if len(arrays) > MAX_ENTRIES or sum(entry.n_bytes for entry in arrays) > max_bytes:
        raise DatasetError(
            f"The source holds {len(arrays):,} arrays or tables; at most {MAX_ENTRIES} are read, of "
            f"{max_bytes / 1e6:,.0f} MB in all."
        )
    folder = Path(stack.enter_context(TemporaryDirectory()))
    written = {}
    for number, entry in enumerate(arrays):
        path = folder / str(number) / PurePosixPath(entry.name).name
        if is_idx_name(path.name):
            path = folder / "idx" / path.name  # labels are found beside their images
        try:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(entry.read())
        except READ_ERRORS as error:
            raise DatasetError(f"{printable(entry.name)} cannot be read: {cause_of(error)}.") from error
        written[path] = printable(entry.name)
    return {path: name for path, name in written.items() if not is_idx_name(path.name) or is_idx_images(path)}


def _from_arrays(paths: Mapping[Path, str], options: AddOptions, max_bytes: int) -> Collected:
    """Return the images of array, idx and Parquet files, which messages call by the names given."""
    items: list[Item] = []
    notes: list[str] = []
    for path, name in paths.items():
        try:
            if path.suffix.lower() == PARQUET:
                items += table_items(path, max_bytes)
                continue
            sources = read_arrays(path, options.channels, max_bytes)
        except DatasetError as error:
            raise DatasetError(str(error).replace(str(path), name)) from error
        for one in sources:
            items += _array_items(one, path)
            notes += [note for note in one.notes if note not in notes]
    return Collected(items, [], notes)


def _array_items(one: ArraySource, path: Path) -> Iterator[Item]:
    split = one.split or (split_of(path) if is_idx_name(path.name) else None)
    prefix = f"{path.name}, {split} image" if split else f"{path.name}, image"
    for number, pixels in enumerate(one.pixels):
        label = None if one.labels is None else one.labels[number]
        yield Item(f"{prefix} {number}", label, split, _pixel_decoder(pixels))


def _pixel_decoder(pixels: PixelArray) -> Callable[[Target | None], Image.Image]:
    return lambda _: Image.fromarray(
        pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0))
    )
