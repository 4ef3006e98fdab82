"""Search among all items of a collection, and files with what was found."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard.data.items.spaces import ItemSpace
from latentcore.spaces.table.items import SEARCHED
from latentcore.types import LabelArray


def searched_columns(space: ItemSpace) -> list[str]:
    """Return the columns that can be searched: texts, categories and ids."""
    return [one.name for one in space.items.columns if one.kind in SEARCHED]


def found_items(space: ItemSpace, text: str, column: str | None) -> LabelArray:
    """Return the rows of all items that contain a text, without case, in a column or in any."""
    return space.items.search(text, None if column is None else [column])


def items_csv(space: ItemSpace, rows: Sequence[int] | LabelArray) -> bytes:
    """Return items with their columns and positions on the stored plane as CSV, in UTF-8."""
    return _frame(space, rows).to_csv(index=False).encode()


def items_parquet(space: ItemSpace, rows: Sequence[int] | LabelArray) -> bytes:
    """Return items with their columns and positions on the stored plane as Parquet."""
    buffer = io.BytesIO()
    _frame(space, rows).to_parquet(buffer, index=False)
    return buffer.getvalue()


def _frame(space: ItemSpace, rows: Sequence[int] | LabelArray) -> pd.DataFrame:
    chosen: LabelArray = np.asarray(rows, np.int64)
    frame, places = space.items.frame(chosen), space.train.plane[chosen]
    return frame.assign(**{f"{space.spec.plane}_{axis}": places[:, k] for k, axis in enumerate("xy")})
