"""Tables in text files: csv, tsv and their relatives, read in one pass."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa

from latentcore.exceptions import SpaceError
from latentcore.spaces.reading.dialect import SAMPLE_ROWS, STATED_DELIMITER, Dialect, found_dialect
from latentcore.spaces.reading.source import CELLS_PER_CHUNK, BadRow, Batch, TableFile, unique_names

SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".vec")
MAX_CELL = 2**24
INDEX = "index"
"""Name of a first column without one, as tables of pandas have it."""
DELIMITER_WORDS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars", " ": "spaces"}


def open_delimited(path: Path, *, header: bool | None = None) -> TableFile:
    """Return the table of a text file.

    Parameters
    ----------
    path : Path
    header : bool, optional
        Whether the first row names the columns; found out by default.

    Raises
    ------
    SpaceError
        If it cannot be read as a table.
    """
    csv.field_size_limit(MAX_CELL)  # a vector in a cell exceeds the usual 131,072 characters
    dialect = found_dialect(path, header)
    rows = _rows(path, dialect)
    first = next(rows)[1]
    sampled = [cells for _, cells in islice(rows, SAMPLE_ROWS)]
    sized = _states_size(first, sampled)
    if sized:  # the first row is neither names nor data
        dialect = replace(dialect, header=True)
    if not dialect.header:
        sampled.insert(0, first)
    if not sampled:
        raise SpaceError(f"{path} has a header and no rows.")
    width = Counter(map(len, sampled)).most_common(1)[0][0]
    names = _names(first, width) if dialect.header and not sized else _made_up(width)
    unique = unique_names(names)
    notes = _notes(dialect)
    if list(unique) != names:
        notes.append("Columns of the same name are told apart by a number.")
    fitting = [row for row in sampled if len(row) == width]
    return TableFile(
        path=path,
        names=unique,
        sample=_table(fitting, unique),
        batches=partial(_batches, path, dialect, unique),
        has_header=dialect.header and not sized,
        header_is_certain=dialect.header_is_certain,
        decimal_comma=dialect.decimal_comma,
        notes=notes,
    )


def _names(first: Sequence[str], width: int) -> list[str]:
    """Return the names of columns; a first column without a name holds the names of the rows."""
    names = [name.strip() for name in first]
    if len(names) == width - 1:
        names.insert(0, "")
    names[0] = names[0] or INDEX
    named = [name or f"column {k + 1}" for k, name in enumerate(names)]
    return [*named, *_made_up(width)[len(named) :]][:width]


def _made_up(width: int) -> list[str]:
    return [f"column {k + 1}" for k in range(width)]


def _states_size(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row states rows and dimensions, as in word2vec's format."""
    cells = [cell for cell in first if cell]
    return (
        len(cells) == 2  # noqa: PLR2004
        and all(map(str.isdecimal, cells))
        and bool(rows)
        and len([cell for cell in rows[0] if cell]) == int(cells[1]) + 1
    )


def _notes(dialect: Dialect) -> list[str]:
    header = "a header" if dialect.header else "no header: its first row is data"
    notes = [f"The table has {header}; columns are separated by {DELIMITER_WORDS[dialect.delimiter]}."]
    if dialect.decimal_comma:
        notes.append("Numbers have a decimal comma.")
    if dialect.encoding == "cp1252":
        notes.append("The text is not UTF-8; it is read as Windows-1252.")
    return notes


def _rows(path: Path, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with the line on which it begins."""
    try:
        with path.open(encoding=dialect.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=dialect.delimiter, skipinitialspace=dialect.delimiter == " ")
            line = 1
            for row in reader:
                if row and (len(row) > 1 or row[0].strip()):
                    if line == 1:
                        row[0] = row[0].removeprefix("\ufeff")
                    if line > 1 or not STATED_DELIMITER.match(dialect.delimiter.join(row) + "\n"):
                        yield line, row
                line = reader.line_num + 1
    except (csv.Error, UnicodeError) as error:
        raise SpaceError(f"{path} cannot be read: {str(error)[:100]}.") from error
    except OSError as error:
        raise SpaceError(f"{path} cannot be read: {error.strerror or error}.") from error


def _batches(path: Path, dialect: Dialect, names: Sequence[str]) -> Iterator[Batch]:
    rows = _rows(path, dialect)
    if dialect.header:
        next(rows, None)
    size = max(64, min(4096, CELLS_PER_CHUNK // max(len(names), 1)))
    start = 0
    while part := list(islice(rows, size)):
        bad, cells = [], []
        for k, (line, row) in enumerate(part):
            fits = len(row) == len(names)
            if not fits:
                reason = f"{len(row):,} cells, where the table has {len(names):,} columns"
                bad.append(BadRow(start + k, reason, None, line))
            cells.append(row if fits else [None] * len(names))
        lines = [line for line, _ in part]
        yield Batch(table=_table(cells, names), start=start, lines=lines, bad=bad)
        start += len(part)


def _table(rows: Sequence[Sequence[str | None]], names: Sequence[str]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    arrays = [pa.array([cell or None for cell in column], pa.string()) for column in columns]
    return pa.table(arrays, names=list(names))
