"""Choosing which columns of an items table are ids, labels, texts and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from unicodedata import normalize

import numpy as np

from latentcore.exceptions import SpaceError
from latentcore.image_input import natural_key
from latentcore.spaces.table.columns import ColumnKind
from latentcore.store.config import MAX_CLASSES

ID_NAMES = ("id", "ids", "uid", "uuid", "guid", "item_id", "itemid", "doc_id", "document_id", "key")
INDEX_NAMES = ("index", "__index_level_0__", "unnamed: 0", "")
"""Taken as ids if they are unique; else left as they are."""
LABEL_NAMES = (
    *("label", "labels", "class", "classes", "category", "target", "y"),
    *("species", "genre", "topic", "group", "class_name", "label_name"),
)
TEXT_NAMES = (
    *("text", "sentence", "title", "name", "word", "token", "content", "document", "description"),
    *("caption", "question", "abstract", "review", "body", "label_text"),
)
NUMBER_ROWS = "-"
"""Given as the id column: items are numbered, whatever columns there are."""
UNLABELLED_NAME = "(no label)"


def id_column(columns: Sequence[str], asked: str | None) -> tuple[str | None, bool]:
    """Return the column of ids, and whether repeated ids are an error (else it is no id column)."""
    if asked == NUMBER_ROWS and NUMBER_ROWS not in columns:
        return None, False
    if asked is not None:
        return check_column(columns, asked, "--id"), True
    for names, strict in ((ID_NAMES, True), (INDEX_NAMES, False)):
        for wanted in names:
            for column in columns:
                if column.strip().lower() == wanted:
                    return column, strict
    return None, False


def label_column(kinds: Mapping[str, ColumnKind], asked: str | None) -> str | None:
    """Return the column of labels: the one asked for, one of a usual name, or the only column of categories.

    Parameters
    ----------
    kinds : mapping of str to ColumnKind
        By column.
    asked : str, optional
    """
    if asked is not None:
        return check_column(tuple(kinds), asked, "--label")
    usable = [name for name, kind in kinds.items() if kind not in (ColumnKind.PICTURE, ColumnKind.ID)]
    named = _named(usable, LABEL_NAMES)
    if named is not None:
        return named
    categories = [name for name in usable if kinds[name] is ColumnKind.CATEGORY]
    return categories[0] if len(categories) == 1 else None


def text_column(
    kinds: Mapping[str, ColumnKind], lengths: Mapping[str, float], asked: str | None
) -> str | None:
    """Return the column of texts: the one asked for, one of a usual name, or that of the longest texts.

    Parameters
    ----------
    kinds : mapping of str to ColumnKind
        By column.
    lengths : mapping of str to float
        Mean length of the texts, by column.
    asked : str, optional
    """
    if asked is not None:
        return check_column(tuple(kinds), asked, "--text")
    words = [name for name, kind in kinds.items() if kind in (ColumnKind.TEXT, ColumnKind.CATEGORY)]
    named = _named(words, TEXT_NAMES)
    if named is not None:
        return named
    texts = [name for name in words if kinds[name] is ColumnKind.TEXT]
    return max(texts, key=lambda name: lengths[name], default=None)


def found_classes(labels: Sequence[str | None]) -> tuple[tuple[str, ...], bool]:
    """Return the class names in natural order, and whether the last one is for items without a label.

    Raises
    ------
    SpaceError
        If there are more than 1,000.
    """
    names = sorted({label for label in labels if label}, key=lambda name: (natural_key(name), name))
    if len(names) > MAX_CLASSES:
        raise SpaceError(f"There are {len(names):,} classes; at most {MAX_CLASSES:,} are possible.")
    if not any(label is None for label in labels):
        return tuple(names), False
    rest = UNLABELLED_NAME
    while rest in names:
        rest += "_"
    return (*names, rest), True


def class_name(label: str | None) -> str | None:
    """Return a label without blanks around it, its accents as one character."""
    return (normalize("NFC", label).strip() or None) if label else None


def repeated(ids: Sequence[str | None]) -> dict[int, int]:
    """Return by row of an id that occurred before the row where it did."""
    first: dict[str, int] = {}
    again: dict[int, int] = {}
    for row, one in enumerate(ids):
        if one is not None and first.setdefault(one, row) != row:
            again[row] = first[one]
    return again


def mean_length(texts: Sequence[str | None]) -> float:
    """Return the mean length of the texts that are there."""
    return float(np.mean([len(text) for text in texts if text is not None] or [0]))


def check_column(columns: Sequence[str], asked: str, option: str) -> str:
    """Return a column that was asked for; raise `SpaceError` if there is none of this name."""
    if asked not in columns:
        known = ", ".join(columns) or "none"
        raise SpaceError(f"{option}: there is no column {asked[:80]!r}. There is: {known[:500]}.")
    return asked


def _named(columns: Sequence[str], names: Sequence[str]) -> str | None:
    by_name = {column.strip().lower(): column for column in reversed(columns)}
    return next((by_name[name] for name in names if name in by_name), None)
