"""Joining vectors with a table of metadata beside them: by id where both have one, else row by row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from latentcore.exceptions import SpaceError
from latentcore.spaces.adding.add_options import AddOptions
from latentcore.spaces.reading import read_items
from latentcore.spaces.reading.source import TableFile, shown, unique_names
from latentcore.spaces.table.kinds import as_texts
from latentcore.spaces.table.roles import NUMBER_ROWS, id_column

COUNTING_NAMES = ("index", "row", "idx", "unnamed: 0", "")


def joined(
    columns: Any,  # noqa: ANN401 - pyarrow has no types
    metadata: Path,
    n: int,
    options: AddOptions,
    notes: list[str],
) -> tuple[Any, TableFile]:
    """Return the columns of the items with those of a table of metadata.

    Parameters
    ----------
    columns : pyarrow.Table or None
        Columns beside the vectors.
    metadata : Path
    n : int
        Number of vectors.
    options : AddOptions
    notes : list of str
        Sentences on what was done are added.

    Raises
    ------
    SpaceError
        If the table cannot be read, has another number of rows, or both have ids that differ.
    """
    table, file = read_items(metadata, n, header=options.metadata_header)
    if len(table) != n:
        raise SpaceError(
            f"{metadata} has {len(table):,} rows{'' if file.has_header else ' (and no header)'}, but there "
            f"are {n:,} vectors; nothing is cut or filled in."
        )
    notes += file.notes
    if columns is None:
        _warn_of_order(table, notes)
        return table, file
    common = _common_id(columns.column_names, table.column_names, options.id)
    if common is not None:
        table = _matched(columns, table, common, metadata, notes)
    names = [name for name in columns.column_names if name != common]
    parts = [*table.columns, *(columns[name] for name in names)]
    return pa.table(parts, names=list(unique_names([*table.column_names, *names]))), file


def _common_id(first: Sequence[str], second: Sequence[str], asked: str | None) -> str | None:
    """Return the column of ids that both tables have, or None."""
    if asked == NUMBER_ROWS:
        return None
    common = [name for name in first if name in second]
    if asked is not None:
        return asked if asked in common else None
    return id_column(common, None)[0]


def _matched(first: Any, second: Any, name: str, path: Path, notes: list[str]) -> Any:  # noqa: ANN401
    """Return the second table in the order of the first one's ids."""
    ids, others = as_texts(first[name]), as_texts(second[name])
    rows = {one: row for row, one in enumerate(others)}
    if len(rows) < len(others) or len(set(ids)) < len(ids):
        raise SpaceError(f"{path}: ids in column {name!r} repeat, so that rows cannot be matched.")
    missing = next((one for one in ids if one not in rows), None)
    if missing is not None:
        raise SpaceError(f"{path}: there is no row with {name} {shown(missing)}, which a vector has.")
    order = [rows[one] for one in ids]
    if order != list(range(len(order))):
        notes.append(f"The metadata is in another order: rows are matched by column {name!r}.")
    return second.take(order)


def _warn_of_order(table: Any, notes: list[str]) -> None:  # noqa: ANN401
    """Note that a column counts the rows in another order than they have."""
    for name in table.column_names:
        if name.strip().lower() not in COUNTING_NAMES:
            continue
        texts = as_texts(table[name])
        if all(text is not None and text.isdecimal() for text in texts):
            numbers = np.array([int(text) for text in texts if text])
            if (np.sort(numbers) == np.arange(len(numbers))).all() and (np.diff(numbers) < 0).any():
                notes.append(
                    f"Column {name!r} of the metadata counts in another order than its rows; rows are "
                    "matched with vectors by their order."
                )
