"""Whole numbers to bytes and back, with a range coder and one table of frequencies a dimension.

The bits must not depend on the machine. So a table is made of counts alone, whole numbers; the coder
turns them into fixed-point probabilities of 24 bits by sums of whole numbers, which a double holds
exactly, and by single multiplications and divisions, which IEEE 754 rounds alike everywhere. No
logarithm, exponential or error function decides a bit, and no sum depends on its order.

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
"""Codes as whole numbers of steps, ``(n, latent_dim)``."""

MOST_VALUES = 2**16
"""A table has no more values than this: a step that asks for more is finer than any use."""

_HALF = 2**16


@dataclass(frozen=True)
class FrequencyTable:
    """How often each value of one dimension is expected.

    Attributes
    ----------
    low : int
        The value that the first count is of; the next ones follow without a gap.
    counts : int64 array, shape (n_values + 1,)
        At least 1 each; the last stands for every value outside, which is then written in full.
    """

    low: int
    counts: LabelArray

    @property
    def n_values(self) -> int:
        """Values that have a count of their own."""
        return len(self.counts) - 1


def fit_tables(symbols: SymbolArray) -> list[FrequencyTable]:
    """Return a table a dimension: twice the count of every value between the extremes, plus one.

    That is a histogram with half an observation more in each bin (Krichevsky and Trofimov, 1981).

    Parameters
    ----------
    symbols : int32 array, shape (n, latent_dim)
        What is typical, such as quantised train codes.

    Raises
    ------
    CodecError
        If a dimension spans more than 65,536 values.
    """
    tables = []
    for column in symbols.T.astype(np.int64):
        low, high = int(column.min()), int(column.max())
        if high - low >= MOST_VALUES:
            raise CodecError(
                f"The step is too small: codes span {high - low + 1:,} steps, at most {MOST_VALUES:,} can be "
                "coded. Choose a larger step."
            )
        counts = 2 * np.bincount(column - low, minlength=high - low + 1) + 1
        tables.append(FrequencyTable(low, np.append(counts, 1).astype(np.int64)))
    return tables


def fingerprint(tables: Sequence[FrequencyTable]) -> str:
    """Return 16 hexadecimal digits that change with any count: a reader must have the writer's tables."""
    digest = hashlib.sha256()
    for table in tables:
        digest.update(np.array([table.low, len(table.counts)], "<i8").tobytes())
        digest.update(table.counts.astype("<i8").tobytes())
    return digest.hexdigest()[:16]


def table_bytes(tables: Sequence[FrequencyTable]) -> int:
    """Return how many bytes the tables would take in a decoder: two a count and four a dimension."""
    return sum(2 * len(table.counts) + 4 for table in tables)


def encode_symbols(symbols: SymbolArray, tables: Sequence[FrequencyTable]) -> bytes:
    """Return symbols ``(n, len(tables))`` as bytes, dimension after dimension, values outside at the end."""
    from constriction import stream  # noqa: PLC0415 - only where something is coded

    coder, outside = stream.queue.RangeEncoder(), []
    for column, table in zip(symbols.T.astype(np.int64), tables, strict=True):
        places = column - table.low
        escaped = (places < 0) | (places >= table.n_values)
        outside.append(column[escaped])
        coder.encode(np.where(escaped, table.n_values, places).astype(np.int32), _model(table))
    coder.encode(_halves(np.concatenate(outside)), _uniform())
    data: bytes = coder.get_compressed().astype("<u4").tobytes()
    return data


def decode_symbols(data: bytes, tables: Sequence[FrequencyTable], n: int) -> SymbolArray:
    """Return the `n` rows that `encode_symbols` was given.

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
        outside = _whole(coder.decode(_uniform(), 2 * n_outside))
    except AssertionError as error:  # what the coder raises on bits that nothing can have written
        raise damaged from error
    symbols = np.stack(columns, axis=1) + np.array([table.low for table in tables])
    symbols.T[np.stack(escaped)] = outside
    decoded: SymbolArray = symbols.astype(np.int32)
    if encode_symbols(decoded, tables) != data:  # the coder reads on where bits are missing
        raise damaged
    return decoded


def _model(table: FrequencyTable) -> Any:  # noqa: ANN401 - the coder has no types
    from constriction import stream  # noqa: PLC0415

    return stream.model.Categorical(table.counts.astype(np.float64), perfect=False)


def _uniform() -> Any:  # noqa: ANN401
    from constriction import stream  # noqa: PLC0415

    return stream.model.Uniform(_HALF)


def _halves(values: LabelArray) -> SymbolArray:
    """Return whole numbers of 32 bits as two of 16 each, the upper first."""
    words = values.astype(np.int32).view(np.uint32)
    return np.stack([words >> 16, words & (_HALF - 1)], axis=1).astype(np.int32).ravel()


def _whole(halves: SymbolArray) -> LabelArray:
    """Return what `_halves` was given."""
    pairs = halves.reshape(-1, 2).astype(np.uint32)
    return ((pairs[:, 0] << 16) | pairs[:, 1]).view(np.int32).astype(np.int64)
