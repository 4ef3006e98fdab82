"""Titles, genres and years of rated items, from MovieLens' files or any table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from latentcore.exceptions import SpaceError
from latentcore.recommendation.ratings import Ratings
from latentcore.recommendation.tables import GENRES_100K, ITEM_COLUMNS_100K, ITEM_FILES, file_in, open_rows
from latentcore.spaces.table.kinds import as_texts

TITLE_NAMES = ("title", "movie_title", "name", "item_name", "artist", "text")
GENRE_NAMES = ("genres", "genre", "class", "category", "categories", "tags", "label")
ID_NAMES = ("item", "movieid", "movie_id", "item_id", "itemid", "id", "asin", "isbn", "book_id", "product_id")
YEAR = re.compile(r"\((\d{4})\)\s*$")
NO_GENRE = frozenset({"", "(no genres listed)", "unknown"})


def item_columns(ratings: Ratings, path: Path | None) -> dict[str, list[Any]]:
    """Return the columns of the rated items: id, number and mean of ratings, and what a table tells of them.

    Parameters
    ----------
    ratings : Ratings
    path : Path, optional
        Table of items, or a folder with MovieLens' one; its first genre becomes the column ``genre``.

    Raises
    ------
    SpaceError
        If the table cannot be read, an id repeats, or it knows none of the rated items.
    """
    n = len(ratings.item_ids)
    counts = np.bincount(ratings.items, minlength=n)
    sums = np.bincount(ratings.items, ratings.values, minlength=n)
    means = [round(total / count, 4) if count else None for total, count in zip(sums, counts, strict=True)]
    columns: dict[str, list[Any]] = {"id": list(ratings.item_ids)}
    if path is not None:
        columns |= _told(ratings.item_ids, path)
    columns["ratings"] = counts.tolist()
    if len(np.unique(ratings.values)) > 1:
        columns["mean rating"] = means
    return columns


def items_beside(path: Path) -> Path | None:
    """Return MovieLens' table of items in the folder of the ratings, if there is one."""
    folder = path if path.is_dir() else path.parent
    return next((folder / name for name in ITEM_FILES if (folder / name).is_file()), None)


def _told(item_ids: Sequence[str], path: Path) -> dict[str, list[Any]]:
    file = open_rows(file_in(path, ITEM_FILES, "items") if path.is_dir() else path)
    parts: list[dict[str, list[str | None]]] = []
    for batch in file.batches():
        if batch.bad:
            raise SpaceError(f"{file.path}: {batch.bad[0]}.")
        parts.append({name: as_texts(batch.table[name]) for name in file.names})
    table = {name: [cell for part in parts for cell in part[name]] for name in file.names}
    by_name = {name.strip().lower(): name for name in reversed(file.names)}
    key = next((by_name[name] for name in ID_NAMES if name in by_name), file.names[0])
    title = next((by_name[name] for name in TITLE_NAMES if name in by_name and by_name[name] != key), None)
    rows = _rows_by_id(table[key], file.path, key)
    taken = [rows.get(one) for one in item_ids]
    if not any(row is not None for row in taken):
        raise SpaceError(
            f"{file.path}: column {key!r} holds no id of a rated item, such as {item_ids[0]!r:.60}."
        )
    titles = [None if row is None or title is None else table[title][row] for row in taken]
    found: dict[str, list[Any]] = {}
    if title is not None:
        found["title"] = [YEAR.sub("", text).strip() if text else one
                          for text, one in zip(titles, item_ids, strict=True)]  # fmt: skip
    years = [YEAR.search(text) if text else None for text in titles]
    if any(years):
        found["year"] = [int(year[1]) if year else None for year in years]
    genres = _genres(table, by_name)
    if genres is not None:
        listed = [() if row is None else genres[row] for row in taken]
        found["genre"] = [one[0] if one else None for one in listed]
        found["genres"] = [", ".join(one) or None for one in listed]
    return found


def _rows_by_id(ids: Sequence[str | None], path: Path, key: str) -> dict[str, int]:
    rows: dict[str, int] = {}
    for row, one in enumerate(ids):
        if one is None:
            raise SpaceError(f"{path}: row {row}, column {key!r}: there is no id.")
        if rows.setdefault(one, row) != row:
            raise SpaceError(
                f"{path}: row {row}, column {key!r}: the id {one!r:.60} is that of row {rows[one]}, too."
            )
    return rows


def _genres(table: dict[str, list[str | None]], by_name: dict[str, str]) -> list[tuple[str, ...]] | None:
    """Return the genres of each item of a table, or None if it has none."""
    if tuple(table) == ITEM_COLUMNS_100K:
        flags = zip(*(table[name] for name in GENRES_100K), strict=True)
        return [
            tuple(
                name
                for name, flag in zip(GENRES_100K, row, strict=True)
                if flag == "1" and name not in NO_GENRE
            )
            for row in flags
        ]
    name = next((by_name[one] for one in GENRE_NAMES if one in by_name), None)
    if name is None:
        return None
    cells = [cell or "" for cell in table[name]]
    separator = next((mark for mark in "|,;" if any(mark in cell for cell in cells)), None)
    if separator is None and name.strip().lower() == "class":  # names without blanks, separated by blanks
        separator = " "
    return [
        tuple(part for one in (cell.split(separator) if separator else [cell])
              if (part := one.strip()) not in NO_GENRE)
        for cell in cells
    ]  # fmt: skip
