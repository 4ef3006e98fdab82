"""How a text file is written: encoding, delimiter, header, decimal comma."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from latentcore.exceptions import SpaceError
from latentcore.spaces.reading.cells import is_vector_text
from latentcore.spaces.table.kinds import MISSING_NUMBERS
from latentcore.spaces.table.numbers import decimal_mark, is_number
from latentcore.spaces.table.roles import ID_NAMES, INDEX_NAMES, LABEL_NAMES, TEXT_NAMES

SAMPLE_BYTES, SAMPLE_ROWS = 2**20, 1000
DELIMITERS = ",\t;|"
FEWEST_NUMBERED = 3
"""A first row of 0, 1, 2 ... of at least so many numbers is a header."""
KNOWN_NAMES = frozenset((*ID_NAMES, *INDEX_NAMES, *LABEL_NAMES, *TEXT_NAMES, "vector", "embedding"))
STATED_DELIMITER = re.compile(r"sep=([,;|\t])\r?\n")
"""First line by which Excel is told the delimiter."""
_BLOCK = 2**22


@dataclass(frozen=True)
class Dialect:
    """How a text file is written.

    Attributes
    ----------
    encoding, delimiter : str
    header : bool
        Whether the first row names the columns.
    header_is_certain : bool
    decimal_comma : bool
    """

    encoding: str
    delimiter: str
    header: bool
    header_is_certain: bool
    decimal_comma: bool


def found_encoding(path: Path) -> str:
    """Return the encoding of a text file: UTF-8, UTF-16, or else Windows-1252, after reading all of it.

    Raises
    ------
    SpaceError
        If it cannot be read, is empty, or holds bytes that are no text.
    """
    try:
        with path.open("rb") as file:
            begin = file.read(4096)
            if not begin.strip():
                raise SpaceError(f"{path} is empty.")
            if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            guess = _without_mark(begin)
            if guess is not None:
                return guess
            if b"\0" in begin:
                raise SpaceError(f"{path} is no text, although its name says so.")
            decoder = codecs.getincrementaldecoder("utf-8-sig")()
            block = begin
            while block:
                decoder.decode(block)
                block = file.read(_BLOCK)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except OSError as error:
        raise SpaceError(f"{path} cannot be read: {error.strerror or error}.") from error
    return "utf-8-sig"


def _without_mark(begin: bytes) -> str | None:
    """Return "utf-16-le" or "utf-16-be" if every other byte of the beginning is zero."""
    even, odd = begin[0::2], begin[1::2]
    if len(odd) > 1 and odd.count(0) > 0.8 * len(odd) and not even.count(0):
        return "utf-16-le"
    if len(even) > 1 and even.count(0) > 0.8 * len(even) and not odd.count(0):
        return "utf-16-be"
    return None


def found_dialect(path: Path, header: bool | None = None) -> Dialect:
    """Return how a text file is written, from its first rows.

    Parameters
    ----------
    path : Path
    header : bool, optional
        Whether it has a header, where that is known.

    Raises
    ------
    SpaceError
        If it cannot be read.
    """
    encoding = found_encoding(path)
    try:
        with path.open(encoding=encoding, newline="", errors="strict") as file:
            text = file.read(SAMPLE_BYTES)
    except (UnicodeError, OSError) as error:
        raise SpaceError(f"{path} cannot be read as text: {str(error)[:100]}.") from error
    text = text.removeprefix("\ufeff")
    stated = STATED_DELIMITER.match(text)
    text = text[stated.end() :] if stated else text
    delimiter = stated[1] if stated else _delimiter(text, path)
    rows = sample_rows(text, delimiter, complete=len(text) < SAMPLE_BYTES)
    if not rows:
        raise SpaceError(f"{path} holds no rows.")
    comma = delimiter != "," and _has_decimal_comma(rows)
    guess, certain = _has_header(rows, decimal_comma=comma)
    if header is not None:
        guess, certain = header, True
    return Dialect(encoding, delimiter, guess, certain, comma)


def sample_rows(text: str, delimiter: str, *, complete: bool) -> list[list[str]]:
    """Return the first rows of a text; the last one is left out where the text is cut off."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [row for row in islice(reader, SAMPLE_ROWS + 1) if row]
    except csv.Error:
        return []
    return rows if complete or len(rows) > SAMPLE_ROWS or len(rows) < 2 else rows[:-1]  # noqa: PLR2004


def _delimiter(text: str, path: Path) -> str:
    """Return the delimiter that gives most rows the same number of cells, and more than one."""
    best, best_score = "\t" if path.suffix.lower() == ".tsv" else ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in sample_rows(text, delimiter, complete=False)]
        if not widths:
            continue
        width, n_same = Counter(widths).most_common(1)[0]
        # a delimiter that occurs in texts only now and then gives rows of many widths
        score = 0.0 if width < 2 else n_same / len(widths) + width / 1e6  # noqa: PLR2004
        if delimiter == "," and width > 1 and _splits_numbers(text):
            score /= 2
        if score > best_score + 1e-3 or (score > best_score and delimiter != "|"):
            best, best_score = delimiter, score
    return best if best_score or not _is_spaced(text) else " "


def _is_spaced(text: str) -> bool:
    """Return whether most lines are numbers separated by spaces, as in word2vec's format."""
    lines = [line.split(" ") for line in text.splitlines()[1:20] if line.strip()]
    spaced = [
        line for line in lines if len(line) > FEWEST_NUMBERED and all(map(is_number, filter(None, line[1:])))
    ]
    return bool(lines) and len(spaced) > 0.5 * len(lines)


def _splits_numbers(text: str) -> bool:
    """Return whether other delimiters lie between numbers with a comma, as in ``0,5;1,2``."""
    lines = [line for line in text.splitlines()[1:20] if line]
    return bool(lines) and all(re.search(r"\d,\d+[;\t]-?[\d.]+,\d", line) for line in lines)


def _has_decimal_comma(rows: Sequence[Sequence[str]]) -> bool:
    marks = Counter(decimal_mark(cell) for row in rows for cell in row)
    return marks[","] > marks["."]


def _has_header(rows: Sequence[Sequence[str]], *, decimal_comma: bool) -> tuple[bool, bool]:
    """Return whether the first row names the columns, and whether that is certain."""
    first, rest = rows[0], [row for row in rows[1:] if abs(len(row) - len(rows[0])) <= 1]

    def number(cell: str) -> bool:
        return is_number(cell, decimal_comma=decimal_comma)

    if not rest or any(is_vector_text(cell) for cell in first):
        return not any(number(cell) or is_vector_text(cell) for cell in first), bool(rest)
    shift = 1 if all(len(row) == len(first) + 1 for row in rest) else 0
    columns = [[row[k + shift] for row in rest if k + shift < len(row)] for k in range(len(first))]
    numeric = [_mostly(column, number) for column in columns]
    if any(_mostly(column, is_vector_text) for column in columns):
        return True, True
    if any(numeric):
        tops = [cell for cell, is_numeric in zip(first, numeric, strict=True) if is_numeric and cell.strip()]
        if _counts_up(tops) and not all(cell.strip().lstrip("+-").isdigit() for row in rest for cell in row):
            return True, True
        return not any(number(cell) or cell.strip().lower() in MISSING_NUMBERS for cell in tops), True
    known = any(cell.strip().lower() in KNOWN_NAMES for cell in first)
    different = len(set(first)) == len(first)
    return different and (known or len(first) > 1), known and different


def _mostly(column: Sequence[str], holds: Callable[[str], bool]) -> bool:
    """Return whether most cells that are not empty are of a kind."""
    cells = [cell for cell in column if cell.strip() and cell.strip().lower() not in MISSING_NUMBERS]
    return bool(cells) and sum(map(holds, cells)) > 0.5 * len(cells)


def _counts_up(cells: Sequence[str]) -> bool:
    """Return whether cells are 0, 1, 2 ... or 1, 2, 3 ..., as tables without names have them as names."""
    if len(cells) < FEWEST_NUMBERED or not all(cell.strip().isdigit() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
