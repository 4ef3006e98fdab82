"""The selected items of a space: those that contain a text, lie in a box on the map, or are near an item."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT
from dashboard.data.items.planes import all_positions
from dashboard.data.items.spaces import ItemSpace
from dashboard.data.map_targets import inside
from dashboard.explore.services.item_map import MAX_FOUND
from dashboard.explore.services.item_search import found_items, items_csv, items_parquet
from latentcore.geometry import Extent
from latentcore.types import LabelArray

MAX_NEAREST = 1000
"""Most nearest items of an item that can be selected."""


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """What the selected items have in common: everything that is given here.

    Attributes
    ----------
    text : str or None
        They contain it.
    column : str or None
        The column that is searched for the text; None for any.
    box : (float, float, float, float) or None
        They lie in it: x_min, x_max, y_min, y_max.
    plane : str
        Of `dashboard.data.items.planes.item_planes`: what the box is drawn on.
    example : int or None
        Row of an item: they are among its nearest ones.
    k : int
        Number of nearest items.
    """

    text: str | None = None
    column: str | None = None
    box: Extent | None = None
    plane: str = ""
    example: int | None = None
    k: int = 0

    @property
    def are_given(self) -> bool:
        """Whether there are any."""
        return self.text is not None or self.box is not None or self.example is not None


def most_nearest(space: ItemSpace) -> int:
    """Return how many nearest items of an item can be selected."""
    return min(MAX_NEAREST, space.n_items - 1)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_CONTENT)
def selected_rows(space: ItemSpace, criteria: Criteria) -> LabelArray:
    """Return the rows of all items that meet the criteria, in order; none without criteria."""
    if not criteria.are_given:
        return np.zeros(0, np.int64)
    chosen = np.ones(space.n_items, bool)
    if criteria.text is not None:
        chosen &= _mask(space, found_items(space, criteria.text, criteria.column))
    if criteria.example is not None:
        chosen &= _mask(space, nearest_rows(space, criteria.example, criteria.k))
    if criteria.box is not None:
        chosen &= inside(all_positions(space, criteria.plane), criteria.box)
    return np.flatnonzero(chosen)


def nearest_rows(space: ItemSpace, row: int, k: int) -> LabelArray:
    """Return the `k` items nearest to an item among all others, nearest first; exact."""
    rows, _ = space.nearest_items(space.train.codes[row], k=k + 1)
    others: LabelArray = rows[rows != row][:k]
    return others


def ringed_rows(space: ItemSpace, criteria: Criteria) -> tuple[int, ...]:
    """Return the rows that the map rings, at most `MAX_FOUND`: the box, which can be seen, is ignored.

    So the map stays as it is while a box is drawn.
    """
    return tuple(selected_rows(space, replace(criteria, box=None))[:MAX_FOUND].tolist())


def selection_csv(space: ItemSpace, criteria: Criteria) -> bytes:
    """Return the selected items as CSV; see `items_csv`."""
    return items_csv(space, selected_rows(space, criteria))


def selection_parquet(space: ItemSpace, criteria: Criteria) -> bytes:
    """Return the selected items as Parquet; see `items_parquet`."""
    return items_parquet(space, selected_rows(space, criteria))


def _mask(space: ItemSpace, rows: LabelArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    mask = np.zeros(space.n_items, bool)
    mask[rows] = True
    return mask
