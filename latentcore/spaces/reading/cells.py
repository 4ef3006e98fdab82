"""Vectors in the cells of a table: lists, texts with numbers in brackets, or one number per column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from latentcore.spaces.reading.source import BadRow, Batch, VectorColumn, shown
from latentcore.spaces.table.numbers import decimal_mark, is_ambiguous, is_number, number_of

FEWEST_BARE = 3
"""Numbers in a text without brackets that make it a vector."""
ELLIPSIS = ("...", "…")
CUT_OFF = "the numbers are cut off by '...': the vector was printed, not saved"
MISSING = "there is no vector"
_WRAPPED = re.compile(r"(?:np|numpy|torch)\.\w+\(([^()]*)\)")
_TOKENS = re.compile(r"[\s,;|]+")
_TOKEN = re.compile(
    r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf(?:inity)?|none|null)", re.IGNORECASE
)

Matrix = npt.NDArray[np.floating[Any]]


def is_vector_text(cell: str) -> bool:
    """Return whether a text is a vector: numbers in brackets, or at least three numbers; perhaps cut off."""
    text, bracketed = _inside(cell)
    tokens = [token for token in _TOKENS.split(text) if token]
    if len(tokens) < (1 if bracketed else FEWEST_BARE):
        return False
    return all(token in ELLIPSIS or _TOKEN.fullmatch(token) for token in tokens)


def parsed_vector(cell: str) -> tuple[list[float] | None, str]:
    """Return the numbers of a text; or None, and the reason."""
    if any(mark in cell for mark in ELLIPSIS):
        return None, CUT_OFF
    text, _ = _inside(cell)
    if ";" in text and re.search(r"\d,\d", text):
        parts = [part.strip() for part in text.split(";") if part.strip()]
        if "." not in text:
            text = text.replace(",", ".")  # decimal commas
        elif all(decimal_mark(part) in (",", None) and is_number(part, decimal_comma=True) for part in parts):
            return None, f"{shown(next(part for part in parts if '.' in part))} may be one number or two"
    tokens = [token for token in _TOKENS.split(text) if token]
    try:
        return [float(token) for token in tokens], ""
    except ValueError:
        wrong = next(token for token in tokens if not _is_float(token))
        return None, f"{shown(wrong)} is no number"


def read_vectors(column: VectorColumn, batch: Batch, *, decimal_comma: bool) -> tuple[Matrix, list[BadRow]]:
    """Return the vectors of a batch, NaN where a row is bad, and the bad rows.

    Parameters
    ----------
    column : VectorColumn
    batch : Batch
    decimal_comma : bool

    Returns
    -------
    (float array (n, latent_dim), list of BadRow)
    """
    if column.form == "numbers":
        return _numbers(column, batch, decimal_comma=decimal_comma)
    return (_lists if column.form == "list" else _texts)(column, batch)


def list_lengths(column: Any) -> npt.NDArray[np.int64]:  # noqa: ANN401 - pyarrow has no types
    """Return the length of each list of an Arrow column, -1 for a missing one."""
    return np.asarray(pc.list_value_length(column).fill_null(-1).to_numpy(), np.int64)


def _inside(cell: str) -> tuple[str, bool]:
    """Return what is within the brackets of a text, and whether there are any."""
    text = _WRAPPED.sub(r"\1", cell.strip())
    for opening, closing in ("[]", "()", "{}"):
        begin, end = text.find(opening), text.rfind(closing)
        if 0 <= begin < end:
            head = text[:begin]
            if not head or re.fullmatch(r"(np\.|numpy\.|torch\.)?(array|tensor)\(", head):
                return text[begin + 1 : end], True
    return text, False


def _is_float(token: str) -> bool:
    try:
        float(token)
    except ValueError:
        return False
    return True


def _texts(column: VectorColumn, batch: Batch) -> tuple[Matrix, list[BadRow]]:
    (name,), n = column.columns, len(batch.table)
    found = np.full((n, column.latent_dim), np.nan)
    bad = []
    for k, cell in enumerate(batch.table[name].to_pylist()):
        numbers, reason = (None, MISSING) if not cell or not cell.strip() else parsed_vector(cell)
        if numbers is not None and len(numbers) != column.latent_dim:
            reason = _other_length(len(numbers), column)
        if reason:
            bad.append(batch.bad_row(k, name, reason))
        else:
            found[k] = numbers
    return found, bad


def _lists(column: VectorColumn, batch: Batch) -> tuple[Matrix, list[BadRow]]:
    (name,), n = column.columns, len(batch.table)
    cells = batch.table[name].combine_chunks()
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.chunk(0) if cells.num_chunks else pa.array([], cells.type)
    lengths = list_lengths(cells)
    right = lengths == column.latent_dim
    values = pc.list_flatten(cells.filter(pa.array(right)))
    missing = np.asarray(values.is_null())
    dtype = np.float16 if column.half else np.float32
    kind = (
        pa.float32() if pa.types.is_float16(values.type) or pa.types.is_float32(values.type) else pa.float64()
    )
    flat = values.cast(kind, safe=False).to_numpy(zero_copy_only=False).reshape(-1, column.latent_dim)
    found = np.full((n, column.latent_dim), np.nan, np.promote_types(dtype, flat.dtype))
    found[right] = flat
    bad = [
        batch.bad_row(int(k), name, MISSING if lengths[k] <= 0 else _other_length(int(lengths[k]), column))
        for k in np.flatnonzero(~right)
    ]
    if missing.any():
        gaps = missing.reshape(-1, column.latent_dim)
        for k, gap in zip(np.flatnonzero(right), gaps, strict=True):
            if gap.any():
                bad.append(batch.bad_row(int(k), name, f"number {int(gap.argmax())} of the list is missing"))
                found[k] = np.nan
    return found, bad


def _numbers(column: VectorColumn, batch: Batch, *, decimal_comma: bool) -> tuple[Matrix, list[BadRow]]:
    ragged = {row.row - batch.start for row in batch.bad}
    found = np.empty((len(batch.table), column.latent_dim), np.float64)
    bad: list[BadRow] = []
    for k, name in enumerate(column.columns):
        cells = batch.table[name]
        if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type):
            found[:, k] = _parsed(cells, decimal_comma=decimal_comma)
        else:
            found[:, k] = cells.cast(pa.float64(), safe=False).to_numpy()
        for row in np.flatnonzero(np.isnan(found[:, k])):
            if row not in ragged and len(bad) < _MAX_CELLS:
                bad.append(
                    batch.bad_row(
                        int(row), name, _why_no_number(cells[int(row)].as_py(), decimal_comma=decimal_comma)
                    )
                )
    found[list(ragged)] = np.nan
    return found, _first_per_row(bad)


_MAX_CELLS = 100_000


def _first_per_row(bad: Sequence[BadRow]) -> list[BadRow]:
    first: dict[int, BadRow] = {}
    for one in bad:
        first.setdefault(one.row, one)
    return sorted(first.values(), key=lambda one: one.row)


def _parsed(cells: Any, *, decimal_comma: bool) -> npt.NDArray[np.float64]:  # noqa: ANN401
    """Return a column of texts as numbers, NaN for what is none."""
    trimmed = pc.utf8_trim_whitespace(cells)
    plain = trimmed
    if decimal_comma:  # a point becomes what no number has: it may separate thousands
        plain = pc.replace_substring(pc.replace_substring(trimmed, ".", "?"), ",", ".")
    try:
        return np.asarray(plain.cast(pa.float64()).to_numpy(), np.float64)
    except pa.ArrowInvalid:
        numbers = (_number(text or "", decimal_comma=decimal_comma) for text in trimmed.to_pylist())
        return np.array([np.nan if number is None else number for number in numbers])


def _number(text: str, *, decimal_comma: bool) -> float | None:
    number = number_of(text, decimal_comma=decimal_comma)
    if number is None and not decimal_comma and _is_float(text):  # such as inf
        return float(text)
    return number


def _why_no_number(cell: object, *, decimal_comma: bool) -> str:
    if cell is None or not str(cell).strip():
        return "the cell is empty"
    text = str(cell)
    if is_ambiguous(text, decimal_comma=decimal_comma):
        return f"{shown(text)} has a thousands separator or another decimal mark than the other numbers"
    return CUT_OFF if any(mark in text for mark in ELLIPSIS) else f"{shown(text)} is no number"


def _other_length(n: int, column: VectorColumn) -> str:
    return f"a vector of {n:,} numbers, where others have {column.latent_dim:,}"
