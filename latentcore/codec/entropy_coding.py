"""Entropy coding of integers with a range coder and one frequency table per dimension.

The bits are the same on every machine. A table holds integer counts only; the coder turns them into
fixed-point probabilities of 24 bits by sums of integers, which doubles represent exactly, and by single
multiplications and divisions, which IEEE 754 rounds identically everywhere. No bit depends on a logarithm,
an exponential or the order of a sum.

References
----------
R. Bamler, "Understanding entropy coding with asymmetric numeral systems (ANS): a statistician's
perspective", 2022, for the library `constriction`; G. N. N. Martin, "Range encoding", 1979.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from latentcore.exceptions import CodecError
from latentcore.types import LabelArray

SymbolArray: TypeAlias = npt.NDArray[np.int32]
"""Quantised codes: integer multiples of the steps, ``(n, latent_dim)``."""

MAX_TABLE_VALUES = 2**16
"""Limit for the number of values in a table; a step that needs more is uselessly fine."""

_HALF_WORD = 2**16


@dataclass(frozen=True)
class FrequencyTable:
    """Frequencies of the values of one dimension.

    Attributes
    ----------
    low : int
        Value of the first count; the others are of consecutive values.
    counts : int64 array, shape (n_values + 1,)
        At least 1 each; the last one is of an escape symbol for all other values, which are written in full.
    """

    low: int
    counts: LabelArray

    @property
    def n_values(self) -> int:
        """Number of values with a count of their own."""
        return len(self.counts) - 1


def fit_tables(symbols: SymbolArray) -> list[FrequencyTable]:
    """Return one table per dimension: twice the count of every value between the extremes, plus one.

    That is a histogram with half an observation added to each bin (Krichevsky and Trofimov, 1981).

    Parameters
    ----------
    symbols : int32 array, shape (n, latent_dim)
        Typical symbols, such as quantised train codes.

    Raises
    ------
    CodecError
        If a dimension spans more than 65,536 values.
    """
    tables = []
    for column in symbols.T.astype(np.int64):
        low, high = int(column.min()), int(column.max())
        if high - low >= MAX_TABLE_VALUES:
            raise CodecError(
                f"The step is too small: codes span {high - low + 1:,} steps, at most {MAX_TABLE_VALUES:,} "
                "can be coded. Choose a larger step."
            )
        counts = 2 * np.bincount(column - low, minlength=high - low + 1) + 1
        tables.append(FrequencyTable(low, np.append(counts, 1).astype(np.int64)))
    return tables


def fingerprint(tables: Sequence[FrequencyTable]) -> str:
    """Return a hash of the tables, 16 hexadecimal digits: reader and writer must have the same tables."""
    digest = hashlib.sha256()
    for table in tables:
        digest.update(np.array([table.low, len(table.counts)], "<i8").tobytes())
        digest.update(table.counts.astype("<i8").tobytes())
    return digest.hexdigest()[:16]


def table_bytes(tables: Sequence[FrequencyTable]) -> int:
    """Return the size of the tables in a decoder: two bytes per count and four per dimension."""
    return sum(2 * len(table.counts) + 4 for table in tables)


def encode_symbols(symbols: SymbolArray, tables: Sequence[FrequencyTable]) -> bytes:
    """Encode symbols ``(n, len(tables))``, dimension by dimension, with escaped values at the end."""
    from constriction import stream  # noqa: PLC0415 - imported only for coding

    coder, outside = stream.queue.RangeEncoder(), []
    for column, table in zip(symbols.T.astype(np.int64), tables, strict=True):
        places = column - table.low
        escaped = (places < 0) | (places >= table.n_values)
        outside.append(column[escaped])
        coder.encode(np.where(escaped, table.n_values, places).astype(np.int32), _model(table))
    coder.encode(_split_words(np.concatenate(outside)), _uniform())
    data: bytes = coder.get_compressed().astype("<u4").tobytes()
    return data


def decode_symbols(data: bytes, tables: Sequence[FrequencyTable], n: int) -> SymbolArray:
    """Decode symbols; the inverse of `encode_symbols`.

    Parameters
    ----------
    data : bytes
    tables : sequence of FrequencyTable
        The same as for encoding.
    n : int
        Number of rows.

    Returns
    -------
    int32 array, shape (n, len(tables))

    Raises
    ------
    CodecError
        If the bytes do not belong to these tables and this number of rows.
    """
    from constriction import stream  # noqa: PLC0415

    damaged = CodecError("The codes in the file cannot be decoded: it is damaged. Compress the images again.")
    if len(data) % 4:
        raise damaged
    coder = stream.queue.RangeDecoder(np.frombuffer(data, "<u4").astype(np.uint32))
    try:
        columns = [coder.decode(_model(table), n).astype(np.int64) for table in tables]
        escaped = [column == table.n_values for column, table in zip(columns, tables, strict=True)]
        n_outside = sum(int(rows.sum()) for rows in escaped)
        outside = _join_words(coder.decode(_uniform(), 2 * n_outside))
    except AssertionError as error:  # raised by the coder for invalid bits
        raise damaged from error
    symbols = np.stack(columns, axis=1) + np.array([table.low for table in tables])
    symbols.T[np.stack(escaped)] = outside
    decoded: SymbolArray = symbols.astype(np.int32)
    if encode_symbols(decoded, tables) != data:  # the coder does not detect missing bits
        raise damaged
    return decoded


def _model(table: FrequencyTable) -> Any:  # noqa: ANN401 - the coder has no types
    from constriction import stream  # noqa: PLC0415

    return stream.model.Categorical(table.counts.astype(np.float64), perfect=False)


def _uniform() -> Any:  # noqa: ANN401
    from constriction import stream  # noqa: PLC0415

    return stream.model.Uniform(_HALF_WORD)


def _split_words(values: LabelArray) -> SymbolArray:
    """Split 32-bit integers into two 16-bit words each, the upper one first."""
    words = values.astype(np.int32).view(np.uint32)
    return np.stack([words >> 16, words & (_HALF_WORD - 1)], axis=1).astype(np.int32).ravel()


def _join_words(halves: SymbolArray) -> LabelArray:
    """Join pairs of 16-bit words; the inverse of `_split_words`."""
    pairs = halves.reshape(-1, 2).astype(np.uint32)
    return ((pairs[:, 0] << 16) | pairs[:, 1]).view(np.int32).astype(np.int64)
