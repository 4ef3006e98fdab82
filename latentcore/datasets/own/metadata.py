"""Metadata tables beside pictures: the Hugging Face imagefolder convention, and its usual variations."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from unicodedata import normalize

from latentcore.datasets.own.array_files import cause_of
from latentcore.datasets.own.entries import READ_ERRORS, Entry, Problem
from latentcore.exceptions import DatasetError

TABLES = ("metadata.csv", "metadata.tsv", "metadata.jsonl", "labels.csv", "labels.tsv", "labels.jsonl")
"""Names of tables, without case: columns ``file_name`` and ``label``."""
FILE_COLUMNS = ("file_name", "filename", "file", "image", "path")
LABEL_COLUMNS = ("label", "class", "category", "labels", "target")
Row = Mapping[object, object]


def is_table(name: str) -> bool:
    """Return whether a path is that of a table of labels."""
    return PurePosixPath(name).name.lower() in TABLES


def table_labels(
    tables: Sequence[Entry], pictures: Collection[str], problems: list[Problem]
) -> dict[str, str] | None:
    """Return the label of each picture by its name, or None without a table.

    Parameters
    ----------
    tables : sequence of Entry
    pictures : collection of str
        Names of the pictures.
    problems : list of Problem
        Pictures that a table names and that are not there are added.

    Raises
    ------
    DatasetError
        If a table cannot be read, a row names no file, or none of its pictures is there.
    """
    if not tables:
        return None
    own = {_plain(name): name for name in pictures}
    labels: dict[str, str] = {}
    for table in tables:
        missing, n_found = [], 0
        for number, row in enumerate(_rows(table), start=1):
            file_name = _cell(row, FILE_COLUMNS)
            if not isinstance(file_name, str) or not file_name.strip():
                raise DatasetError(f"{table.name}: row {number} has no file_name.")
            name = own.get(_plain((PurePosixPath(table.name).parent / _slashes(file_name)).as_posix()))
            if name is None:
                missing.append((number, file_name))
                continue
            n_found += 1
            label = _cell(row, LABEL_COLUMNS)
            if label is not None:
                labels[name] = str(label)
        if missing and not n_found:
            number, file_name = missing[0]
            raise DatasetError(f"{table.name}: row {number} names {file_name[:80]!r}, which is not there.")
        problems += [
            Problem(table.name, f"names {file_name[:80]!r} in row {number}, which is not there")
            for number, file_name in missing
        ]
    return labels


def _cell(row: object, columns: Sequence[str]) -> object:
    """Return the first cell that is not empty of the columns of these names, or None."""
    if not isinstance(row, Mapping):
        return None
    cells = {str(name).strip().lower(): value for name, value in row.items()}
    return next((cells[column] for column in columns if cells.get(column) not in (None, "")), None)


def _slashes(name: str) -> str:
    return name.strip().replace("\\", "/")


def _plain(name: str) -> str:
    """Return a path as it is compared: accents as one character, no leading dot."""
    return normalize("NFC", PurePosixPath(name).as_posix())


def _rows(table: Entry) -> Iterable[Row]:
    try:
        text = table.read().decode("utf-8-sig")
        if table.name.lower().endswith(".jsonl"):
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        header = text.partition("\n")[0]
        delimiter = max(",;\t", key=header.count)
        rows: list[Row] = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
    except (*READ_ERRORS, csv.Error) as error:
        raise DatasetError(f"{table.name} cannot be read: {cause_of(error)}.") from error
    else:
        return rows
