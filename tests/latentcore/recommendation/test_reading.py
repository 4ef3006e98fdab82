"""Reading ratings and items from MovieLens' formats and other tables."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from latentcore.exceptions import SpaceError
from latentcore.recommendation.item_columns import item_columns, items_beside
from latentcore.recommendation.reading import read_ratings
from latentcore.recommendation.tables import GENRES_100K
from tests.latentcore.recommendation.tables_of_ratings import (
    WRITERS,
    rows_of,
    triples,
    write_csv,
    write_pairs,
)


@pytest.mark.parametrize("kind", WRITERS)
def test_every_format_gives_the_same_ratings(tmp_path: Path, kind: str) -> None:
    rows = rows_of()
    ratings = read_ratings(WRITERS[kind](tmp_path, rows))
    assert triples(ratings) == rows
    assert "270 ratings of 24 items by 30 users." in ratings.notes


def test_a_folder_a_parquet_file_and_pairs_without_ratings(tmp_path: Path) -> None:
    rows = rows_of()
    write_csv(tmp_path, rows)
    assert triples(read_ratings(tmp_path)) == rows
    path = tmp_path / "ratings.parquet"
    table = pd.DataFrame(rows, columns=["who", "what", "how"]).astype({"who": int})
    table.to_parquet(path)
    assert triples(read_ratings(path, user="who", item="what", rating="how")) == rows
    seen = read_ratings(write_pairs(tmp_path, rows))
    assert triples(seen) == [(user, item, 1.0) for user, item, _ in rows]


def test_the_last_of_repeated_ratings_counts_and_low_ones_can_be_left_out(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [("1", "a", 2.0), ("1", "b", 5.0), ("1", "a", 4.0), ("2", "b", 1.0)])
    ratings = read_ratings(path, from_rating=3)
    assert triples(ratings) == [("1", "b", 5.0), ("1", "a", 4.0)]
    assert "1 ratings are followed by a later one of the same pair." in ratings.notes
    assert "1 ratings below 3 are left out." in ratings.notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("userId,movieId,rating\n1,2,3\n1,3,good\n", "row 1 (line 3), column 'rating': 'good' is no number"),
        ("userId,movieId,rating\n1,2,3\n1,3,\n", "row 1 (line 3), column 'rating': there is no rating"),
        ("userId,movieId,rating\n1,2,nan\n1,3,4\n", "row 0 (line 2), column 'rating': 'nan' is no number"),
        ("userId,movieId,rating\n1,2,3\n,3,4\n", "row 1 (line 3), column 'userId': there is no id"),
        ("userId,movieId,rating\n1,2,3\n1,3,4\n1,2\n", "row 2 (line 4): 2 cells, where the table has 3"),
        ("userId,rating\n1,3\n2,4\n", "not certain; name them with --item"),
        ("movieId\n1\n2\n", "only one column"),
        ("userId,movieId,rating\n", "has a header and no rows"),
        ("", "is empty"),
    ],
)
def test_what_cannot_be_used_is_named_with_row_and_column(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpaceError, match=re.escape(message)):
        read_ratings(path)


def test_rows_of_files_without_a_header_are_named_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "u.data").write_text("1\t2\t3\t0\n\n1\t2\t3\n")
    with pytest.raises(SpaceError, match=r"row 1 \(line 3\): 3 cells, where the table has 4 columns"):
        read_ratings(tmp_path)
    with pytest.raises(SpaceError, match="holds no ratings"):
        read_ratings(Path(__file__).parent)
    with pytest.raises(SpaceError, match="--user"):
        read_ratings(write_csv(tmp_path, rows_of()), user="nobody")


FILMS = [
    ("1", "Toy Story (1995)", ("Animation", "Comedy")),
    ("2", "Höhle (1931)", ()),
    ("3", "A | B", ("War",)),
]


def _write_items(folder: Path, kind: str) -> None:
    films = FILMS if kind != "u.item" else [*FILMS[:2], ("3", "A / B", ("War",))]
    if kind == "movies.csv":
        lines = ["movieId,title,genres"]
        lines += [f'{i},"{title}",{"|".join(genres) or "(no genres listed)"}' for i, title, genres in films]
        (folder / kind).write_text("\n".join(lines), encoding="utf-8")
    elif kind == "movies.dat":
        lines = [f"{i}::{title}::{'|'.join(genres)}" for i, title, genres in films]
        (folder / kind).write_text("\n".join(lines), encoding="latin-1")
    else:
        lines = [
            "|".join([i, title, "01-Jan-1995", "", "url", *("01"[one in genres] for one in GENRES_100K)])
            for i, title, genres in films
        ]
        (folder / kind).write_text("\n".join(lines), encoding="latin-1")


@pytest.mark.parametrize("kind", ["movies.csv", "movies.dat", "u.item"])
def test_titles_years_and_genres_become_columns(tmp_path: Path, kind: str) -> None:
    ratings = read_ratings(write_csv(tmp_path, [("1", "3", 2), ("1", "1", 5), ("2", "2", 4), ("2", "1", 4)]))
    assert items_beside(tmp_path) is None
    _write_items(tmp_path, kind)
    columns = item_columns(ratings, items_beside(tmp_path))
    assert columns["id"] == ["3", "1", "2"]
    assert columns["title"][1:] == ["Toy Story", "Höhle"]
    assert columns["year"] == [None, 1995, 1931]
    assert columns["genre"] == ["War", "Animation", None]
    assert columns["genres"] == ["War", "Animation, Comedy", None]
    assert columns["ratings"] == [1, 2, 1]
    assert columns["mean rating"] == [2, 4.5, 4]


def test_items_without_a_match_and_repeated_ids_are_refused(tmp_path: Path) -> None:
    ratings = read_ratings(write_csv(tmp_path, rows_of()))
    items = tmp_path / "items.csv"
    items.write_text("id,title\nx,A\ny,B\n")
    with pytest.raises(SpaceError, match=r"column 'id' holds no id of a rated item, such as"):
        item_columns(ratings, items)
    items.write_text("id,title\n1,A\n2,B\n1,C\n")
    with pytest.raises(SpaceError, match=r"row 2, column 'id': the id '1' is that of row 0"):
        item_columns(ratings, items)
