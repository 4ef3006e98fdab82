"""The items of a collection: a table of columns, read as they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from latentcore.exceptions import SpaceError
from latentcore.spaces.table.columns import ColumnKind, ItemColumn, Roles, stored_type
from latentcore.types import UNLABELLED, LabelArray

if TYPE_CHECKING:
    import pandas as pd

_Mask = npt.NDArray[np.bool_]
SEARCHED = (ColumnKind.TEXT, ColumnKind.CATEGORY, ColumnKind.ID)


@dataclass(frozen=True, eq=False)
class Items:
    """The items of a collection, row by row; a column is read from disk when it is first asked for.

    Attributes
    ----------
    path : Path
        ``items.parquet``.
    n : int
    columns : tuple of ItemColumn
    roles : Roles
    classes : tuple of str
    has_unlabelled : bool
        See `latentcore.spaces.specs.CollectionSpec`.
    """

    path: Path
    n: int
    columns: tuple[ItemColumn, ...]
    roles: Roles
    classes: tuple[str, ...]
    has_unlabelled: bool

    def __len__(self) -> int:
        return self.n

    @cached_property
    def _read(self) -> dict[str, Any]:
        return {}

    def arrow(self, name: str) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return a column as a `pyarrow.ChunkedArray`.

        Raises
        ------
        SpaceError
            If there is no such column, or the file is damaged.
        """
        column = next((one for one in self.columns if one.name == name), None)
        if column is None:
            known = ", ".join(one.name for one in self.columns) or "none"
            raise SpaceError(f"There is no column {name[:80]!r}. There is: {known}.")
        if name not in self._read:
            import pyarrow as pa  # noqa: PLC0415
            import pyarrow.parquet as pq  # noqa: PLC0415

            try:
                with pq.ParquetFile(self.path) as file:
                    position = file.schema_arrow.names.index(name)
                    found = file.read(columns=[name]).column(0)
                    fits = file.schema_arrow.field(position).type == stored_type(column.kind)
            except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
                raise SpaceError(f"{self.path} cannot be read: {str(error)[:200]}.") from error
            if len(found) != self.n or not fits:
                raise SpaceError(f"{self.path}: column {name!r} has another length or type than its config.")
            self._read[name] = found
        return self._read[name]

    def values(self, name: str, rows: LabelArray | None = None) -> npt.NDArray[Any]:
        """Return a column, or some rows of it, as an array.

        Parameters
        ----------
        name : str
        rows : int64 array, shape (m,), optional

        Returns
        -------
        array, shape (n,) or (m,)
            float64 with NaN for missing numbers; datetime64[ms] with NaT for dates; objects with None for
            others.
        """
        column = self.arrow(name)
        if rows is not None:
            column = column.take(rows)
        return np.asarray(column.to_numpy(zero_copy_only=False))

    @cached_property
    def ids(self) -> npt.NDArray[Any]:
        """The user's own ids, or the row numbers, as texts: objects ``(n,)``."""
        if self.roles.id is None:
            return np.arange(self.n).astype(str).astype(object)
        return self.values(self.roles.id)

    @cached_property
    def _rows_by_id(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.ids)}

    def row_of(self, item_id: str) -> int | None:
        """Return the row of an item by its id, or None."""
        return self._rows_by_id.get(item_id)

    @cached_property
    def labels(self) -> LabelArray:
        """Label of each item, an index into `classes`, int64 ``(n,)``; -1 without classes."""
        if self.roles.label is None or not self.classes:
            return np.full(self.n, UNLABELLED, np.int64)
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.compute as pc  # noqa: PLC0415

        named = self.classes[:-1] if self.has_unlabelled else self.classes
        column = self.arrow(self.roles.label)
        found = pc.index_in(column, value_set=pa.array(named, pa.string()), skip_nulls=True)
        labels: LabelArray = np.asarray(found.fill_null(len(named)).to_numpy(), np.int64)
        if len(labels) and labels.max() >= len(self.classes):
            raise SpaceError(f"{self.path}: column {self.roles.label!r} holds a class that is not listed.")
        return labels

    def names(self, rows: LabelArray) -> list[str]:
        """Return what items are called: their text, or else their id."""
        ids = self.ids[rows]
        if self.roles.text is None:
            return [str(one) for one in ids]
        texts = self.values(self.roles.text, rows)
        return [str(one) if text is None else str(text) for text, one in zip(texts, ids, strict=True)]

    def frame(self, rows: LabelArray, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return some rows as a DataFrame, for tables and exports; the first column is ``id``.

        Parameters
        ----------
        rows : int64 array, shape (m,)
        columns : sequence of str, optional
            All but pictures by default.
        """
        import pandas as pd  # noqa: PLC0415

        shown = [one.name for one in self.columns if one.kind is not ColumnKind.PICTURE]
        wanted = [name for name in (columns or shown) if name != self.roles.id]
        parts = {"id": pd.Series(self.ids[rows], dtype=object)}
        for name in wanted:
            values = self.values(name, rows)
            parts[name if name != "id" else "id (column)"] = pd.Series(values, dtype=values.dtype)
        return pd.DataFrame(parts)

    def search(self, text: str, columns: Sequence[str] | None = None) -> LabelArray:
        """Return the rows in which a text occurs, without case, int64 ``(m,)``, ascending.

        Parameters
        ----------
        text : str
        columns : sequence of str, optional
            All texts, categories and ids by default.
        """
        searched = {one.name: one.kind for one in self.columns if one.kind in SEARCHED}
        found = np.zeros(self.n, bool)
        for name in columns or searched:
            column = self.arrow(name)
            hits = _hits_by_value if searched.get(name) is ColumnKind.CATEGORY else _hits
            found |= hits(column.cast("string"), text)
        return np.flatnonzero(found)

    def picture(self, row: int) -> bytes | None:
        """Return the encoded picture of an item, or None."""
        if self.roles.picture is None:
            return None
        picture: bytes | None = self.arrow(self.roles.picture)[row].as_py()
        return picture


def _hits(column: Any, text: str) -> _Mask:  # noqa: ANN401 - pyarrow has no types
    """Return where a text occurs in a column of strings, without case."""
    import pyarrow.compute as pc  # noqa: PLC0415

    hits = pc.match_substring(column, pattern=text, ignore_case=True).fill_null(False)
    return np.asarray(hits, bool)


def _hits_by_value(column: Any, text: str) -> _Mask:  # noqa: ANN401 - pyarrow has no types
    """Return the same, by a search in the different strings only."""
    encoded = column.combine_chunks().dictionary_encode()
    numbers = np.asarray(encoded.indices.fill_null(len(encoded.dictionary)))
    found: _Mask = np.append(_hits(encoded.dictionary, text), False)[numbers]
    return found
