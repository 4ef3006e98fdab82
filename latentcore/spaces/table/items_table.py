"""Making the items of a collection from a table: kinds, roles and classes, said back in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from latentcore.exceptions import SpaceError
from latentcore.spaces.reading.source import shown, unique_names
from latentcore.spaces.table.columns import ColumnKind, ItemColumn, Roles, stored_type
from latentcore.spaces.table.kinds import UnusableColumn, as_texts, typed_column
from latentcore.spaces.table.roles import (
    class_name,
    found_classes,
    id_column,
    label_column,
    mean_length,
    repeated,
    text_column,
)
from latentcore.store.config import MAX_CLASSES, MAX_NAME_LENGTH

WHOLE = re.compile(r"-?\d+\.0+")
"""A whole number written as one with fractions: labels are shown without."""
WORDS = (ColumnKind.TEXT, ColumnKind.CATEGORY, ColumnKind.ID)


@dataclass(frozen=True, kw_only=True)
class ItemsTable:
    """Items, ready to be stored.

    Attributes
    ----------
    table : pyarrow.Table
        Its columns have the types of `latentcore.spaces.table.columns.stored_type`.
    columns : tuple of ItemColumn
    roles : Roles
    classes : tuple of str
    has_unlabelled : bool
    notes : list of str
        Sentences on what was recognised.
    """

    table: Any
    columns: tuple[ItemColumn, ...]
    roles: Roles
    classes: tuple[str, ...]
    has_unlabelled: bool
    notes: list[str] = field(default_factory=list)


def find_bad_ids(table: Any, asked: str | None, hint: str | None = None) -> tuple[str | None, dict[int, str]]:  # noqa: ANN401
    """Return the column of ids, and what is wrong with the id of a row, by row.

    Parameters
    ----------
    table : pyarrow.Table
    asked : str, optional
        The column to take; "-" for none.
    hint : str, optional
        Taken if no column has a usual name.
    """
    column, strict = id_column(table.column_names, asked)
    if column is None and asked is None and hint in table.column_names:
        column = hint
    if column is None:
        return None, {}
    ids = as_texts(table[column])
    again = repeated(ids)
    bad = {row: "there is no id" for row, one in enumerate(ids) if one is None}
    bad |= {row: f"the id {shown(ids[row])} is that of row {first}, too" for row, first in again.items()}
    if bad and not strict:
        return None, {}
    return column, bad


def with_rows(table: Any, n: int) -> tuple[Any, str]:  # noqa: ANN401
    """Return a table (or None) with a column of row numbers in front, and the name of that column."""
    columns, names = ([], []) if table is None else (table.columns, table.column_names)
    name = unique_names([*names, "row"])[-1]
    return pa.table([pa.array(range(n)), *columns], names=[name, *names]), name


def items_table(
    table: Any,  # noqa: ANN401 - pyarrow has no types
    *,
    label: str | None = None,
    text: str | None = None,
    id_column: str | None = None,
    label_hint: str | None = None,
    decimal_comma: bool = False,
) -> ItemsTable:
    """Return a table as items: each column's kind is recognised, and their roles are chosen.

    Parameters
    ----------
    table : pyarrow.Table or mapping of str to sequence
        One row per item. May have no columns, but then has no rows either.
    label, text : str, optional
        Columns to take; by default those of usual names, or of usual content.
    id_column : str, optional
        Column of ids, unique and complete; none by default; see `find_bad_ids`.
    label_hint : str, optional
        Column of labels if none has a usual name or is the only one of categories.
    decimal_comma : bool
        Whether numbers in texts are written with a decimal comma.

    Raises
    ------
    SpaceError
        If there is no such column, an id repeats, or there are more than 1,000 classes.
    """
    table = pa.table(dict(table)) if isinstance(table, Mapping) else table
    notes: list[str] = []
    found = _recognised(table, id_column, notes, decimal_comma=decimal_comma)
    kinds = {name: kind for name, (kind, _) in found.items()}
    chosen, classes, has_unlabelled = _labelled(table, found, label, label_hint, notes)
    lengths = {
        name: mean_length(column.to_pylist()) for name, (kind, column) in found.items() if kind in WORDS
    }
    text_name = text_column({name: kind for name, kind in kinds.items() if name != chosen}, lengths, text)
    if text_name is not None:
        column = pa.chunked_array([pa.array(as_texts(table[text_name]), pa.string())])
        found[text_name] = ColumnKind.TEXT, column
    pictures = [name for name, (kind, _) in found.items() if kind is ColumnKind.PICTURE]
    roles = Roles(id=id_column, label=chosen, text=text_name, picture=pictures[0] if pictures else None)
    columns = tuple(ItemColumn(name, kind, _summary(kind, column)) for name, (kind, column) in found.items())
    typed = {name: column.cast(stored_type(kind)) for name, (kind, column) in found.items()}
    return ItemsTable(
        table=pa.table(typed),
        columns=columns,
        roles=roles,
        classes=classes,
        has_unlabelled=has_unlabelled,
        notes=notes,
    )


def _recognised(
    table: Any,  # noqa: ANN401
    id_column: str | None,
    notes: list[str],
    *,
    decimal_comma: bool,
) -> dict[str, tuple[ColumnKind, Any]]:
    """Return kind and values of each column; what cannot be stored is left out, and noted."""
    found: dict[str, tuple[ColumnKind, Any]] = {}
    for name in table.column_names:
        if name == id_column:
            found[name] = ColumnKind.ID, _ids(table[name], name)
            continue
        try:
            found[name] = typed_column(table[name], decimal_comma=decimal_comma)
        except UnusableColumn as reason:
            notes.append(f"Column {name!r} {reason} and is left out.")
    return found


def _ids(column: Any, name: str) -> Any:  # noqa: ANN401
    ids = as_texts(column)
    again = repeated(ids)
    if None in ids or again:
        row = ids.index(None) if None in ids else next(iter(again))
        raise SpaceError(f"Row {row}, column {name!r}: the id is missing, or that of another row, too.")
    return pa.chunked_array([pa.array(ids, pa.string())])


def _labelled(
    table: Any,  # noqa: ANN401
    found: dict[str, tuple[ColumnKind, Any]],
    asked: str | None,
    hint: str | None,
    notes: list[str],
) -> tuple[str | None, tuple[str, ...], bool]:
    """Return the column of labels and the classes; it becomes a column of categories."""
    name = label_column({one: kind for one, (kind, _) in found.items()}, asked)
    name = hint if name is None and hint in found else name
    if name is None:
        return None, (), False
    labels = [class_name(label) for label in as_texts(table[name])]
    distinct = {label for label in labels if label}
    if distinct and all(WHOLE.fullmatch(label) for label in distinct):
        labels = [label and label.partition(".")[0] for label in labels]
        distinct = {label for label in labels if label}
    why = ""
    if len(distinct) < 2:  # noqa: PLR2004
        why = "has only one value"
    elif asked is None and len(distinct) > min(MAX_CLASSES, len(labels) - 1):
        why = f"has {len(distinct):,} different values"
    elif asked is None and _is_measured(found[name]):
        why = "holds numbers that are not whole"
    if why:
        notes.append(f"Column {name!r} {why}: it is not taken as the label.")
        return None, (), False
    long = next((one for one in distinct if len(one) > MAX_NAME_LENGTH), None)
    if long is not None:
        raise SpaceError(f"The class name {long[:40]!r}… is longer than {MAX_NAME_LENGTH} letters.")
    classes, has_unlabelled = found_classes(labels)
    found[name] = ColumnKind.CATEGORY, pa.chunked_array([pa.array(labels, pa.string())])
    n_missing = sum(label is None for label in labels)
    missing = f", and {n_missing:,} items without a label" if has_unlabelled else ""
    notes.append(f"The labels are those of column {name!r}: {len(distinct):,} classes{missing}.")
    return name, classes, has_unlabelled


def _is_measured(column: tuple[ColumnKind, Any]) -> bool:
    kind, values = column
    if kind is not ColumnKind.NUMBER:
        return False
    numbers = values.drop_null().to_numpy()
    return bool((numbers != np.rint(numbers)).any())


def _summary(kind: ColumnKind, column: Any) -> str:  # noqa: ANN401
    """Return in words what a column holds."""
    missing = f", {column.null_count:,} missing" if column.null_count else ""
    if kind in (ColumnKind.NUMBER, ColumnKind.DATE):
        extremes = pc.min_max(column).as_py()
        low, high = extremes["min"], extremes["max"]
        ends = f"{low:g} to {high:g}" if kind is ColumnKind.NUMBER else f"{low:%Y-%m-%d} to {high:%Y-%m-%d}"
        return f"{kind}, {ends}{missing}"
    if kind is ColumnKind.CATEGORY:
        return f"category, {len(column.drop_null().unique()):,} values{missing}"
    return f"{kind}{missing}"
