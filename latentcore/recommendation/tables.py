"""Tables of ratings and of items as batches of rows: MovieLens' own formats, and any other table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa

from latentcore.exceptions import SpaceError
from latentcore.spaces.reading.dialect import found_encoding
from latentcore.spaces.reading.open_file import open_table
from latentcore.spaces.reading.source import BadRow, Batch, TableFile

RATING_FILES = ("ratings.csv", "u.data", "ratings.dat")
ITEM_FILES = ("movies.csv", "u.item", "movies.dat")
"""Of MovieLens: the names of its files since the 20M, in the 100k, and in the 1M and 10M."""
RATING_COLUMNS = ("user", "item", "rating", "timestamp")
MOVIE_COLUMNS = ("item", "title", "genres")
GENRES_100K = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama"),
    *(
        "Fantasy",
        "Film-Noir",
        "Horror",
        "Musical",
        "Mystery",
        "Romance",
        "Sci-Fi",
        "Thriller",
        "War",
        "Western",
    ),
)
ITEM_COLUMNS_100K = ("item", "title", "release date", "video release date", "url", *GENRES_100K)
HEADERLESS = {
    "u.data": ("\t", RATING_COLUMNS),
    "ratings.dat": ("::", RATING_COLUMNS),
    "u.item": ("|", ITEM_COLUMNS_100K),
    "movies.dat": ("::", MOVIE_COLUMNS),
}
"""Delimiter and columns of the files without a header."""
ATOMIC_SUFFIXES = (".inter", ".item")
"""Tab-separated tables with a header of names and types, such as ``user_id:token``."""
SAMPLE_ROWS = 1000
BATCH_ROWS = 65_536


def open_rows(path: Path) -> TableFile:
    """Return a table of ratings or items, not yet read.

    Parameters
    ----------
    path : Path
        A file of MovieLens by its usual name, or any table.

    Raises
    ------
    SpaceError
        If it cannot be read as a table.
    """
    if path.name.lower() in HEADERLESS and path.is_file():
        delimiter, names = HEADERLESS[path.name.lower()]
        return _split_table(path, delimiter, names, 0)
    if path.suffix.lower() in ATOMIC_SUFFIXES and path.is_file():
        _, first = next(_lines(path), (1, ""))
        names = tuple(name.partition(":")[0] for name in first.split("\t"))
        return _split_table(path, "\t", names, 1)
    return open_table(path)


def file_in(folder: Path, names: Sequence[str], what: str) -> Path:
    """Return the file of one of some names in a folder.

    Raises
    ------
    SpaceError
        If there is none.
    """
    found = next((folder / name for name in names if (folder / name).is_file()), None)
    if found is None:
        raise SpaceError(f"{folder} holds no {what}: none of {', '.join(names)}.")
    return found


def _split_table(path: Path, delimiter: str, names: Sequence[str], skip: int) -> TableFile:
    batches = partial(_batches, path, delimiter, names, skip)
    sample = next(batches(), None)
    if sample is None:
        raise SpaceError(f"{path} holds no rows.")
    return TableFile(
        path=path, names=tuple(names), sample=sample.table.slice(0, SAMPLE_ROWS), batches=batches,
        has_header=bool(skip),
    )  # fmt: skip


def _batches(path: Path, delimiter: str, names: Sequence[str], skip: int) -> Iterator[Batch]:
    lines = islice(_lines(path), skip, None)
    start = 0
    while part := list(islice(lines, BATCH_ROWS)):
        rows, bad = [], []
        for k, (number, text) in enumerate(part):
            cells: list[str | None] = [cell or None for cell in text.split(delimiter)]
            if len(cells) != len(names):
                reason = f"{len(cells):,} cells, where the table has {len(names):,} columns"
                bad.append(BadRow(start + k, reason, None, number))
                cells = [None] * len(names)
            rows.append(cells)
        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        numbers = [number for number, _ in part]
        yield Batch(table=pa.table(columns, names=list(names)), start=start, lines=numbers, bad=bad)
        start += len(part)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers."""
    try:
        with path.open(encoding=found_encoding(path)) as file:
            for number, line in enumerate(file, 1):
                text = line.rstrip("\n")
                if text.strip():
                    yield number, text
    except (UnicodeError, OSError) as error:
        raise SpaceError(f"{path} cannot be read: {str(error)[:100]}.") from error
