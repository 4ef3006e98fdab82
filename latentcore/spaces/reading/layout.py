"""Finding the vectors among the columns of a table; what is an id or a label never becomes a dimension."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from latentcore.exceptions import SpaceError
from latentcore.spaces.reading.cells import is_vector_text, list_lengths, parsed_vector
from latentcore.spaces.reading.numbered import Sample, in_order, numbered_vectors, numbers_column
from latentcore.spaces.reading.source import MAX_DIM, TableFile, VectorColumn, unique_names
from latentcore.spaces.table.kinds import parsed_numbers
from latentcore.spaces.table.numbers import is_ambiguous
from latentcore.spaces.table.roles import check_column

SHARE_OF_VECTORS = 0.5


def find_vectors(
    file: TableFile, asked: Sequence[str], others: Sequence[str], notes: list[str], hints: dict[str, str]
) -> tuple[VectorColumn, ...]:
    """Return the vector columns of a table.

    Parameters
    ----------
    file : TableFile
    asked : sequence of str
        Columns to take, or patterns such as ``dim_*``; by default all that are found.
    others : sequence of str
        Columns that are no vectors, because they are the label, the text or the ids.
    notes : list of str
        Sentences on what was chosen are added.
    hints : dict of str to str
        Columns of numbers that were set aside are added: "id" and "label".

    Raises
    ------
    SpaceError
        If there is none, a column that was asked for is not there or holds no vectors, or vectors have more
        than 4,096 dimensions.
    """
    numeric = _numeric(file, others)
    found = [_asked(file, pattern, numeric) for pattern in asked if _is_cell_pattern(file, pattern, numeric)]
    single = [name for name in asked if not _is_cell_pattern(file, name, numeric)]
    if single:
        found.append(numbers_column(single, "vectors"))
    if not asked:
        found = [one for name in file.names if name not in others and (one := _cell_vectors(file, name))]
        found += numbered_vectors(file, numeric, notes, hints, beside=bool(found))
    if not found:
        raise SpaceError(f"{file.path}: {_why_none(file)}")
    for column in found:
        if column.latent_dim > MAX_DIM:
            raise SpaceError(
                f"{file.path}: the vectors of {column.name!r} have {column.latent_dim:,} dimensions; "
                f"at most {MAX_DIM:,} are possible."
            )
    unique = unique_names([column.name for column in found])
    found = [replace(column, name=name) for column, name in zip(found, unique, strict=True)]
    notes += [_described(column) for column in found]
    return tuple(found)


def _is_cell_pattern(file: TableFile, pattern: str, numeric: Sample) -> bool:
    """Return whether an entry of the option names one vector by itself: not a single column of numbers."""
    return pattern not in numeric or pattern not in file.names


def _asked(file: TableFile, pattern: str, numeric: Sample) -> VectorColumn:
    if pattern not in file.names and "*" in pattern:
        chosen = [name for name in file.names if fnmatchcase(name, pattern) and name in numeric]
        if chosen:
            return numbers_column(in_order(chosen), pattern.replace("*", "").strip("_.- ") or "vectors")
        raise SpaceError(f"--vector: no columns of numbers match {pattern[:80]!r}.")
    name = check_column(file.names, pattern, "--vector")
    column = _cell_vectors(file, name)
    if column is None:
        nested = _nested(file.sample.schema.field(name).type)
        why = "is nested: each cell must be one list of numbers" if nested else "holds no vectors"
        raise SpaceError(f"{file.path}: column {name!r} {why}.")
    return column


def _cell_vectors(file: TableFile, name: str) -> VectorColumn | None:
    """Return a column as one that holds a vector per cell, or None."""
    cells = file.sample[name]
    kind = cells.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        part = kind.value_type
        if not (pa.types.is_floating(part) or pa.types.is_integer(part)):
            return None
        dim = kind.list_size if pa.types.is_fixed_size_list(kind) else _usual(list_lengths(cells).tolist())
        half = pa.types.is_float16(part)
        return VectorColumn(name=name, columns=(name,), form="list", latent_dim=dim, half=half)
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return None
    texts = [text for text in cells.to_pylist() if text and text.strip()]
    vectors = [text for text in texts if is_vector_text(text)]
    if not vectors or len(vectors) <= SHARE_OF_VECTORS * len(texts):
        return None
    whole = [numbers for text in vectors if (numbers := parsed_vector(text)[0]) is not None]
    if not whole:
        row = cells.to_pylist().index(vectors[0])
        raise SpaceError(f"{file.path}: row {row}, column {name!r}: {parsed_vector(vectors[0])[1]}.")
    dim = _usual([len(numbers) for numbers in whole])
    return VectorColumn(name=name, columns=(name,), form="text", latent_dim=dim)


def _numeric(file: TableFile, others: Sequence[str]) -> Sample:
    """Return the columns of the sample that are numbers, by name."""
    found: Sample = {}
    for name in file.names:
        cells = file.sample[name]
        kind = cells.type
        if name in others or cells.null_count == len(cells):
            continue
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            found[name] = cells.cast(pa.float64(), safe=False).to_numpy()
        elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
            numbers = _mostly_numbers(cells.to_pylist(), decimal_comma=file.decimal_comma)
            if numbers is not None:
                found[name] = numbers
    return found


def _mostly_numbers(texts: list[str | None], *, decimal_comma: bool) -> npt.NDArray[np.float64] | None:
    """Return texts as numbers, NaN for a few that are none; None if they are no numbers."""
    numbers = parsed_numbers(texts, decimal_comma=decimal_comma)
    if numbers is None:
        single = [parsed_numbers([text], decimal_comma=decimal_comma) for text in texts]
        unclear = sum(is_ambiguous(text, decimal_comma=decimal_comma) for text in texts if text)
        known = sum(one is not None for one in single) + unclear  # refused when they are read
        if 10 * known < 9 * sum(bool(text and text.strip()) for text in texts) or known < 10:  # noqa: PLR2004
            return None
        numbers = np.array([np.nan if one is None else one[0] for one in single])
    return numbers


def _usual(lengths: Sequence[int]) -> int:
    """Return the most common length above 0; 1 if there is none."""
    return Counter([length for length in lengths if length > 0] or [1]).most_common(1)[0][0]


def _nested(kind: Any) -> bool:  # noqa: ANN401
    lists: Callable[[Any], bool] = lambda one: (  # noqa: E731
        pa.types.is_list(one) or pa.types.is_large_list(one) or pa.types.is_fixed_size_list(one)
    )
    return bool(
        pa.types.is_struct(kind) or (lists(kind) and (lists(kind.value_type) or _nested(kind.value_type)))
    )


def _why_none(file: TableFile) -> str:
    nested = [name for name in file.names if _nested(file.sample.schema.field(name).type)]
    if nested:
        return f"column {nested[0]!r} is nested: each cell must be one list of numbers."
    return (
        "no vectors are found: neither a column of lists, nor numbers in brackets, nor columns of numbers. "
        "Name them with --vector."
    )


def _described(column: VectorColumn) -> str:
    if column.form == "numbers":
        first, last = column.columns[0], column.columns[-1]
        names = f"columns {first!r} to {last!r}" if len(column.columns) > 1 else f"column {first!r}"
        return f"The vectors {column.name!r} are {names}: {column.latent_dim:,} dimensions."
    return f"The vectors are those of column {column.name!r}: {column.latent_dim:,} dimensions."
