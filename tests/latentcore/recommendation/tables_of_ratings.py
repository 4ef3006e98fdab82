"""Small tables of ratings for tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from latentcore.recommendation.ratings import Ratings

Rows = list[tuple[str, str, float]]


def rows_of(n_users: int = 30, n_items: int = 24) -> Rows:
    """Return ratings of two groups of users, each of which rates its half of the items."""
    generator = np.random.default_rng(0)
    rows: Rows = []
    for user in range(n_users):
        own = np.arange(user % 2, n_items, 2)
        for item in generator.choice(own, 9, replace=False):
            rows.append((str(user + 1), str(item + 1), float(generator.integers(1, 6))))
    return rows


def write_csv(folder: Path, rows: Rows) -> Path:
    lines = ["userId,movieId,rating,timestamp", *(f"{u},{i},{r},0" for u, i, r in rows)]
    return _written(folder / "ratings.csv", "\n".join(lines))


def write_100k(folder: Path, rows: Rows) -> Path:
    return _written(folder / "u.data", "\n".join(f"{u}\t{i}\t{r:g}\t0" for u, i, r in rows))


def write_1m(folder: Path, rows: Rows) -> Path:
    return _written(folder / "ratings.dat", "\n".join(f"{u}::{i}::{r:g}::0" for u, i, r in rows))


def write_table(folder: Path, rows: Rows) -> Path:
    lines = ["reader;stars;book_id", *(f"{u};{str(r).replace('.', ',')};{i}" for u, i, r in rows)]
    return _written(folder / "books.csv", "\n".join(["user;rating;book_id", *lines[1:]]), encoding="utf-16")


def write_atomic(folder: Path, rows: Rows) -> Path:
    lines = ["user_id:token\titem_id:token\trating:float", *(f"{u}\t{i}\t{r}" for u, i, r in rows)]
    return _written(folder / "films.inter", "\n".join(lines))


def write_pairs(folder: Path, rows: Rows) -> Path:
    return _written(folder / "seen.tsv", "\n".join(["user\titem", *(f"{u}\t{i}" for u, i, _ in rows)]))


WRITERS: dict[str, Callable[[Path, Rows], Path]] = {
    "ratings.csv": write_csv,
    "u.data": write_100k,
    "ratings.dat": write_1m,
    "semicolons and decimal commas": write_table,
    "header with types": write_atomic,
}


def triples(ratings: Ratings) -> Rows:
    return [
        (ratings.user_ids[user], ratings.item_ids[item], float(value))
        for user, item, value in zip(ratings.users, ratings.items, ratings.values, strict=True)
    ]


def _written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text + "\n", encoding=encoding)
    return path
