"""Recognising what a column of items holds: numbers, dates, categories, texts, pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from latentcore.datasets.own.arrays.labels import text_of
from latentcore.datasets.own.layout import MAGIC
from latentcore.spaces.table.columns import ColumnKind
from latentcore.spaces.table.numbers import number_of

CODE_WITH_ZEROS = re.compile(r"[+-]?0\d+")
"""Such as 007, which is a name and not the number 7."""
MISSING_NUMBERS = frozenset({"na", "n/a", "nan", "null", "none", "-", "?", "."})
"""What stands for a missing number, in a column whose other cells are numbers. In others they are names."""
ISO_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
OTHER_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
MAX_CATEGORIES, MAX_CATEGORY_LENGTH = 1_000, 80
FEW = 20
LARGEST_WHOLE = 2**53
"""Whole numbers beyond lose digits as float64: they are ids."""


class UnusableColumn(ValueError):  # noqa: N818 - a state, not a fault
    """A column cannot be stored; the message ends a sentence that begins with its name."""


def typed_column(column: Any, *, decimal_comma: bool = False) -> tuple[ColumnKind, Any]:  # noqa: ANN401
    """Return the kind of an Arrow column, and its values in the stored type of that kind.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
    decimal_comma : bool
        Whether numbers in texts are written with a decimal comma.

    Raises
    ------
    UnusableColumn
        If it is empty, nested, or bytes that are no pictures.
    """
    kind = column.type
    if column.null_count == len(column):
        raise UnusableColumn("is empty")
    if pa.types.is_dictionary(kind):
        return typed_column(column.cast(kind.value_type), decimal_comma=decimal_comma)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _typed_texts(column.cast(pa.string()), decimal_comma=decimal_comma)
    return _typed_numbers(column) or _other_column(column)


def _typed_numbers(column: Any) -> tuple[ColumnKind, Any] | None:  # noqa: ANN401
    """Return the kind and the values of a column of numbers or times; None for another one."""
    kind = column.type
    if pa.types.is_integer(kind) and _exceeds_doubles(column):
        return ColumnKind.TEXT, column.cast(pa.string())
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return ColumnKind.NUMBER, number_column(column.cast(pa.float64(), safe=False).to_numpy())
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return ColumnKind.DATE, column.cast(pa.timestamp("ms"), safe=False)
    if pa.types.is_time(kind) or pa.types.is_duration(kind):
        return ColumnKind.TEXT, column.cast(pa.string())
    return (ColumnKind.CATEGORY, column.cast(pa.string())) if pa.types.is_boolean(kind) else None


def number_column(numbers: npt.NDArray[np.float64]) -> Any:  # noqa: ANN401
    """Return numbers as an Arrow column; NaN and infinite ones are missing."""
    return pa.chunked_array([pa.array(numbers, pa.float64(), mask=~np.isfinite(numbers))])


def as_texts(column: Any) -> list[str | None]:  # noqa: ANN401
    """Return the cells of a column as texts: whole floats without a point, empty ones as None."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.string())
    values = column.to_pylist()
    texts = (None if value is None or value != value else text_of(value) for value in values)  # noqa: PLR0124
    return [text if text else None for text in texts]


def parsed_numbers(
    texts: Sequence[str | None], *, decimal_comma: bool = False
) -> npt.NDArray[np.float64] | None:
    """Return texts as numbers, NaN where one is missing; None if one is no number, or none is.

    Numbers with leading zeros are names; see `number_of` on thousands separators.
    """
    numbers = np.full(len(texts), np.nan)
    found = False
    for row, text in enumerate(texts):
        cell = "" if text is None else text.strip()
        number = number_of(cell, decimal_comma=decimal_comma)
        if number is not None:
            if CODE_WITH_ZEROS.fullmatch(cell):
                return None
            numbers[row] = number
            found = True
        elif cell and cell.lower() not in MISSING_NUMBERS:
            return None
    return numbers if found else None


def parsed_dates(texts: Sequence[str | None]) -> list[datetime | None] | None:
    """Return texts as dates, in UTC where they state a zone; None if one is no date.

    Understood are ISO 8601, and day, month and year with dots, slashes or hyphens if their order is certain.
    """
    cells = [text.strip() if text else "" for text in texts]
    parts = [OTHER_DATE.fullmatch(cell) for cell in cells if cell]
    if parts and all(parts):
        pairs = [(int(part[1]), int(part[3]), part[2]) for part in parts if part]
        day_first = any(pair[0] > 12 or pair[2] == "." for pair in pairs)  # noqa: PLR2004
        month_first = any(pair[1] > 12 for pair in pairs)  # noqa: PLR2004
        if day_first == month_first:
            return None
        style = "%d/%m/%Y" if day_first else "%m/%d/%Y"
        return _each(cells, lambda cell: datetime.strptime(re.sub(r"[.-]", "/", cell), style))
    if not parts or not all(ISO_DATE.fullmatch(cell) for cell in cells if cell):
        return None
    return _each(cells, _iso)


def is_category(texts: Sequence[str | None]) -> bool:
    """Return whether texts are few, short and repeated enough to be categories."""
    distinct = {text for text in texts if text is not None}
    known = sum(text is not None for text in texts)
    if max(map(len, distinct), default=0) > MAX_CATEGORY_LENGTH:
        return False
    return len(distinct) <= min(MAX_CATEGORIES, max(FEW, len(texts) // 10)) and 2 * len(distinct) <= known


def _typed_texts(column: Any, *, decimal_comma: bool) -> tuple[ColumnKind, Any]:  # noqa: ANN401
    texts = [text if text and text.strip() else None for text in column.to_pylist()]
    if not any(texts):
        raise UnusableColumn("is empty")
    numbers = parsed_numbers(texts, decimal_comma=decimal_comma)
    if numbers is not None and np.abs(np.nan_to_num(numbers)).max() <= LARGEST_WHOLE:
        return ColumnKind.NUMBER, number_column(numbers)
    dates = parsed_dates(texts)
    if dates is not None:
        return ColumnKind.DATE, pa.chunked_array([pa.array(dates, pa.timestamp("ms"))])
    kind = ColumnKind.CATEGORY if is_category(texts) else ColumnKind.TEXT
    return kind, pa.chunked_array([pa.array(texts, pa.string())])


def _other_column(column: Any) -> tuple[ColumnKind, Any]:  # noqa: ANN401
    kind = column.type
    if pa.types.is_struct(kind) and "bytes" in [part.name for part in kind]:
        column = pc.struct_field(column, "bytes")
        kind = column.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        first = next((cell for cell in column.to_pylist() if cell), b"")
        if not first.startswith(MAGIC):
            raise UnusableColumn("holds bytes that are no pictures")
        return ColumnKind.PICTURE, column.cast(pa.binary())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        part = kind.value_type
        if pa.types.is_string(part) or pa.types.is_large_string(part):
            joined = [None if cell is None else ", ".join(map(str, cell)) for cell in column.to_pylist()]
            return ColumnKind.TEXT, pa.chunked_array([pa.array(joined, pa.string())])
    raise UnusableColumn("is nested" if pa.types.is_nested(kind) else f"is of type {kind}")


def _exceeds_doubles(column: Any) -> bool:  # noqa: ANN401
    extremes = pc.min_max(column).as_py()
    return bool(max(abs(extremes["min"]), abs(extremes["max"])) > LARGEST_WHOLE)


def _each(cells: Sequence[str], parse: Any) -> list[datetime | None] | None:  # noqa: ANN401
    try:
        return [parse(cell) if cell else None for cell in cells]
    except ValueError:  # such as the 31st of February
        return None


def _iso(cell: str) -> datetime:
    day, _, time = cell.replace("T", " ").replace(",", ".").partition(" ")
    year, month, date = day.split("-")
    clock, _, rest = time.partition(":")
    found = datetime.fromisoformat(
        f"{year}-{month:0>2}-{date:0>2}" + (f"T{clock:0>2}:{rest}" if time else "")
    )
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)
