"""Reading ratings: which user rated which item, from MovieLens' files or any table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from latentcore.exceptions import SpaceError
from latentcore.recommendation.ratings import Ratings
from latentcore.recommendation.tables import RATING_FILES, file_in, open_rows
from latentcore.spaces.config import MAX_ITEMS
from latentcore.spaces.reading.source import Batch, TableFile, shown
from latentcore.spaces.table.kinds import as_texts, parsed_numbers
from latentcore.types import FloatArray, LabelArray

USER_NAMES = ("user", "userid", "user_id", "customer", "customer_id", "reader", "reviewer_id", "visitor", "u")
ITEM_NAMES = (
    *(
        "item",
        "itemid",
        "item_id",
        "movieid",
        "movie_id",
        "movie",
        "film",
        "book",
        "book_id",
        "isbn",
        "product",
    ),
    *("product_id", "asin", "track", "track_id", "song", "artist", "artist_id", "title", "i"),
)
RATING_NAMES = ("rating", "ratings", "score", "stars", "value", "plays", "count", "weight", "r")


@dataclass(frozen=True)
class RatingColumns:
    """Columns of a table of ratings; None for ratings where every row is one interaction."""

    user: str
    item: str
    rating: str | None


def read_ratings(
    path: Path,
    *,
    user: str | None = None,
    item: str | None = None,
    rating: str | None = None,
    from_rating: float | None = None,
) -> Ratings:
    """Read a table of ratings.

    Parameters
    ----------
    path : Path
        ``ratings.csv``, ``u.data`` or ``ratings.dat`` of MovieLens, a folder with one of them, or any table
        with a row per rating.
    user, item, rating : str, optional
        Columns; by default those of usual names, else the first three.
    from_rating : float, optional
        Lower ratings are left out.

    Returns
    -------
    Ratings

    Raises
    ------
    SpaceError
        With the row or column that cannot be used.
    """
    file = open_rows(file_in(path, RATING_FILES, "ratings") if path.is_dir() else path)
    columns = _columns(file, (user, item, rating))
    reader = _Reader(file, columns)
    for batch in file.batches():
        reader.add(batch)
    return reader.ratings(from_rating)


def _columns(file: TableFile, asked: Sequence[str | None]) -> RatingColumns:
    names = list(file.names)
    for option, name in zip(("--user", "--item", "--rating"), asked, strict=True):
        if name is not None and name not in names:
            raise SpaceError(f"{option}: {file.path} has no column {name!r:.80}; it has {', '.join(names)}.")
    if len(names) < 2:  # noqa: PLR2004
        raise SpaceError(f"{file.path} has only one column; a table of ratings has users and items.")
    by_name = {name.strip().lower(): name for name in reversed(names)}
    found = [
        given or next((by_name[one] for one in usual if one in by_name), None)
        for given, usual in zip(asked, (USER_NAMES, ITEM_NAMES, RATING_NAMES), strict=True)
    ]
    if found[0] is None and found[1] is None and not (file.has_header and file.header_is_certain):
        found[:2] = names[:2]
        found[2] = found[2] or (names[2] if len(names) > 2 else None)  # noqa: PLR2004
    missing = [option for option, name in zip(("--user", "--item"), found, strict=False) if name is None]
    if missing:
        raise SpaceError(
            f"{file.path}: which columns hold users and items is not certain; name them with "
            f"{' and '.join(missing)}. The columns are {', '.join(names)}."
        )
    if found[0] == found[1]:
        raise SpaceError(f"{file.path}: column {found[0]!r} cannot hold both users and items.")
    return RatingColumns(str(found[0]), str(found[1]), found[2])


@dataclass
class _Reader:
    """Collects the batches of a table of ratings as integers."""

    file: TableFile
    columns: RatingColumns
    users: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    parts: list[tuple[LabelArray, LabelArray, FloatArray]] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        """Add the rows of a batch; raises `SpaceError` at the first bad one."""
        if batch.bad:
            raise SpaceError(f"{self.file.path}: {batch.bad[0]}.")
        users, items = (
            self._indices(batch, name, known)
            for name, known in ((self.columns.user, self.users), (self.columns.item, self.items))
        )
        if len(self.items) > MAX_ITEMS:
            raise SpaceError(f"{self.file.path} rates more than {MAX_ITEMS:,} items.")
        self.parts.append((users, items, self._values(batch)))

    def ratings(self, from_rating: float | None) -> Ratings:
        """Return all of it; of a pair that occurs again the last rating counts."""
        if not self.parts:
            raise SpaceError(f"{self.file.path} holds no ratings.")
        users, items, values = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        pairs = users * np.int64(len(self.items)) + items
        _, last = np.unique(pairs[::-1], return_index=True)
        rows = np.sort(len(pairs) - 1 - last)
        notes = [f"{len(rows):,} ratings of {len(self.items):,} items by {len(self.users):,} users."]
        if len(rows) < len(pairs):
            notes.append(f"{len(pairs) - len(rows):,} ratings are followed by a later one of the same pair.")
        if from_rating is not None:
            high = values[rows] >= from_rating
            notes.append(f"{int((~high).sum()):,} ratings below {from_rating:g} are left out.")
            rows = rows[high]
        if not len(rows):
            raise SpaceError(f"{self.file.path} holds no ratings of at least {from_rating:g}.")
        return Ratings(
            users=users[rows], items=items[rows], values=values[rows],
            user_ids=tuple(self.users), item_ids=tuple(self.items), notes=[*self.file.notes, *notes],
        )  # fmt: skip

    def _indices(self, batch: Batch, name: str, known: dict[str, int]) -> LabelArray:
        column = _coded(batch.table[name])
        ids = as_texts(column.dictionary)
        codes = column.indices
        empty = codes.null_count or any(one is None for one in ids)
        if empty:
            missing = {k for k, one in enumerate(ids) if one is None}
            row = next(k for k, code in enumerate(codes.to_pylist()) if code is None or code in missing)
            raise SpaceError(f"{self.file.path}: {batch.bad_row(row, name, 'there is no id')}.")
        places = np.array([known.setdefault(str(one), len(known)) for one in ids], np.int64)
        rows: LabelArray = places[np.asarray(codes.to_numpy())]
        return rows

    def _values(self, batch: Batch) -> FloatArray:
        name = self.columns.rating
        if name is None:
            return np.ones(len(batch.table), np.float32)
        column = _coded(batch.table[name])
        texts = as_texts(column.dictionary)
        comma = self.file.decimal_comma
        parsed = [parsed_numbers([text], decimal_comma=comma) for text in texts]
        numbers = np.array([np.nan if one is None else one[0] for one in parsed] or [np.nan], np.float32)
        codes = np.asarray(column.indices.fill_null(0).to_numpy())
        values: FloatArray = numbers[codes]
        wrong = ~np.isfinite(values) | np.asarray(column.indices.is_null())
        if wrong.any():
            row = int(wrong.argmax())
            cell = batch.table[name][row].as_py()
            reason = "there is no rating" if cell is None else f"{shown(cell)} is no number"
            raise SpaceError(f"{self.file.path}: {batch.bad_row(row, name, reason)}.")
        return values


def _coded(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a column as one dictionary-encoded array."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    array = pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array
    return array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
