"""What a file of vectors holds, and its rows in chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

CELLS_PER_CHUNK = 2**20
"""Numbers, or texts, that are in memory at once."""
MAX_DIM = 4096
SHOWN_CELL = 40


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be used.

    Attributes
    ----------
    row : int
        Counted from 0, without the header.
    reason : str
    column : str or None
    line : int or None
        Line of a text file on which it begins, counted from 1.
    is_id : bool
        Whether only the id is wrong.
    """

    row: int
    reason: str
    column: str | None = None
    line: int | None = None
    is_id: bool = False

    def __str__(self) -> str:
        place = f"row {self.row}" + (f" (line {self.line})" if self.line is not None else "")
        column = f", column {self.column!r:.60}" if self.column is not None else ""
        return f"{place}{column}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class VectorColumn:
    """One vector per row: a column of lists, a column of texts with numbers, or several columns of numbers.

    Attributes
    ----------
    name : str
        Of the column, or what the columns have in common.
    columns : tuple of str
        The columns, one per dimension; or the one that holds it all.
    form : {"list", "text", "numbers", "array"}
    latent_dim : int
    half : bool
        Whether the numbers are given in half precision.
    """

    name: str
    columns: tuple[str, ...]
    form: Literal["list", "text", "numbers", "array"]
    latent_dim: int
    half: bool = False


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some rows of a source.

    Attributes
    ----------
    n : int
    vectors : mapping of str to float64, float32 or float16 array (n, latent_dim)
        By the name of the vector column; rows that are bad hold NaN.
    columns : pyarrow.Table or None
        The other columns; None where there are none.
    bad : list of BadRow
    lines : sequence of int, optional
        Line on which each row begins.
    """

    n: int
    vectors: Mapping[str, npt.NDArray[np.floating[Any]]]
    columns: Any
    bad: Sequence[BadRow] = ()
    lines: Sequence[int] | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file with vectors, which are read in chunks.

    Attributes
    ----------
    path : Path
    vectors : tuple of VectorColumn
        At least one.
    chunks : callable
        Begins to read; yields every row once, in order.
    n_rows : int or None
        None where that is not known before it is read.
    decimal_comma : bool
        Whether numbers in texts have a decimal comma.
    notes : list of str
        Sentences on what was recognised.
    hints : mapping of str to str
        Columns that were set aside "as an id" and "as a label", by what they are.
    """

    path: Path
    vectors: tuple[VectorColumn, ...]
    chunks: Callable[[], Iterator[Chunk]]
    n_rows: int | None = None
    decimal_comma: bool = False
    notes: list[str] = field(default_factory=list)
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some rows of a table file.

    Attributes
    ----------
    table : pyarrow.Table
    start : int
        Number of its first row.
    lines : sequence of int, optional
        Line on which each row begins.
    bad : list of BadRow
        Rows with another number of cells.
    """

    table: Any
    start: int
    lines: Sequence[int] | None = None
    bad: Sequence[BadRow] = ()

    def bad_row(self, k: int, column: str | None, reason: str) -> BadRow:
        """Return the `k`-th row as a bad one."""
        return BadRow(self.start + k, reason, column, None if self.lines is None else self.lines[k])


@dataclass(frozen=True, kw_only=True)
class TableFile:
    """A table on disk.

    Attributes
    ----------
    path : Path
    names : tuple of str
        Of its columns, all different.
    sample : pyarrow.Table
        The first rows.
    batches : callable
        Begins to read: ``batches(columns)`` yields the rows in order.
    has_header : bool
        False if `names` were made up.
    header_is_certain : bool
        False if the first row might as well be data, or the other way round.
    decimal_comma : bool
    n_rows : int or None
    notes : list of str
    """

    path: Path
    names: tuple[str, ...]
    sample: Any
    batches: Callable[[], Iterator[Batch]]
    has_header: bool = True
    header_is_certain: bool = True
    decimal_comma: bool = False
    n_rows: int | None = None
    notes: list[str] = field(default_factory=list)


def shown(cell: object) -> str:
    """Return an untrusted cell, shortened, for a message."""
    text = " ".join(str(cell).split())
    return repr(text if len(text) <= SHOWN_CELL else text[:SHOWN_CELL] + "…")


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names without repetition: a second ``x`` becomes ``x.2``."""
    found: list[str] = []
    for name in names:
        unique, k = name, 2
        while unique in found:
            unique, k = f"{name}.{k}", k + 1
        found.append(unique)
    return tuple(found)
