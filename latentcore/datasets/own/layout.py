"""Labels and splits of pictures from their paths: ImageFolder, flat folders, and metadata tables."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from latentcore.datasets.own.array_files import cause_of
from latentcore.datasets.own.entries import READ_ERRORS, Entry, Problem, printable
from latentcore.exceptions import DatasetError
from latentcore.image_input import natural_key

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
TABLES = ("metadata.csv", "metadata.jsonl")
"""The Hugging Face imagefolder convention: columns ``file_name`` and ``label``."""
SPLIT_NAMES = {"train": "train", "training": "train", "test": "test", "val": "val", "valid": "val",
               "validation": "val"}  # fmt: skip
LABEL_COLUMNS = ("label", "class", "category")


@dataclass(frozen=True)
class Listed:
    """A picture with what its path or a table says of it.

    Attributes
    ----------
    entry : Entry
    label : str or None
    split : str or None
        "train", "test" or "val"; None where the source does not say.
    """

    entry: Entry
    label: str | None
    split: str | None


def list_pictures(entries: Sequence[Entry]) -> tuple[list[Listed], list[Problem]]:
    """Return the pictures among the files of a source in natural order, and the files that are none.

    Parameters
    ----------
    entries : sequence of Entry

    Raises
    ------
    DatasetError
        If a metadata table cannot be read, or names a picture that is not there.
    """
    pictures = [entry for entry in entries if PurePosixPath(entry.name).suffix.lower() in SUFFIXES]
    tables = [entry for entry in entries if PurePosixPath(entry.name).name in TABLES]
    known = {entry.name for entry in [*pictures, *tables]}
    problems = [Problem(entry.name, "is no picture") for entry in entries if entry.name not in known]
    pictures.sort(key=lambda entry: natural_key(entry.name))
    labels = _table_labels(tables, {entry.name for entry in pictures})
    root = _common_folder([entry.name for entry in pictures])
    return [_listed(entry, root, labels) for entry in pictures], problems


def _listed(entry: Entry, root: int, labels: Mapping[str, str] | None) -> Listed:
    parts = PurePosixPath(entry.name).parts[root:]
    split = SPLIT_NAMES.get(parts[0].lower()) if len(parts) > 1 else None
    folders = parts[1:-1] if split else parts[:-1]
    label = labels.get(entry.name) if labels is not None else folders[0] if folders else None
    return Listed(entry, None if label is None else printable(label), split)


def _common_folder(names: Sequence[str]) -> int:
    """Return how many leading folders all pictures share, as where an archive holds one folder of all."""
    folders = [PurePosixPath(name).parts[:-1] for name in names]
    if not folders:
        return 0
    shared = 0
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared += 1
    # the only class of a source with a single class folder stays a class; a split folder stays a split
    while shared and (shared == min(map(len, folders)) == max(map(len, folders)) and len(set(folders)) == 1):
        shared -= 1
    while shared and folders[0][shared - 1].lower() in SPLIT_NAMES:
        shared -= 1
    return shared


def _table_labels(tables: Sequence[Entry], pictures: set[str]) -> dict[str, str] | None:
    """Return the label of each picture by its name, or None without a table."""
    if not tables:
        return None
    labels: dict[str, str] = {}
    for table in tables:
        folder = PurePosixPath(table.name).parent
        for number, row in enumerate(_rows(table), start=1):
            file_name = row.get("file_name") if isinstance(row, dict) else None
            if not isinstance(file_name, str) or not file_name:
                raise DatasetError(f"{table.name}: row {number} has no file_name.")
            name = (folder / file_name).as_posix().removeprefix("./")
            if name not in pictures:
                raise DatasetError(
                    f"{table.name}: row {number} names {file_name[:80]!r}, which is not there."
                )
            label = next((row[column] for column in LABEL_COLUMNS if row.get(column) not in (None, "")), None)
            if label is not None:
                labels[name] = str(label)
    return labels


def _rows(table: Entry) -> Iterable[Mapping[str, object]]:
    try:
        text = table.read().decode("utf-8-sig")
        if table.name.endswith(".csv"):
            return list(csv.DictReader(io.StringIO(text)))
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (*READ_ERRORS, csv.Error) as error:
        raise DatasetError(f"{table.name} cannot be read: {cause_of(error)}.") from error
