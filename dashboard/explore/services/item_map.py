"""Data of the map of a space of items: the drawn items, those that were found, and their texts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.data.catalogue import BY_CONTENT
from dashboard.data.items.colours import CLASS, Colouring, colouring, item_colours
from dashboard.data.items.pictures import N_TILES, item_strips
from dashboard.data.items.planes import axis_titles, positions
from dashboard.data.items.spaces import ItemSpace
from dashboard.data.items.texts import wrapped_text
from dashboard.data.map_targets import inside
from dashboard.data.maps import FRAMED
from latentcore.geometry import Extent, square_extent
from latentcore.metrics.sampling import stratified_rows

MAX_FOUND = 500
"""Found items that are ringed, drawn or not."""
LINES, LINES_BELOW_IMAGE = 22, 9
"""Of the text under the pointer."""


@dataclass(frozen=True)
class ItemMap:
    """Data of the map of a space.

    Attributes
    ----------
    points : DataFrame
        One row per shown item: ``x, y, row, class, value``. ``class`` is what it is coloured by, or
        ``value``, a number.
    cells : DataFrame
        The same items as pointer targets: ``x, y, i, j, gx, gy, row, class, head, text``.
    found : DataFrame
        ``x, y`` of the ringed items.
    extent : Extent
    axis_titles : (str, str)
    classes : tuple of str
        Empty where numbers colour the items.
    n_cells : int
        Images per strip.
    tile_shape : (int, int)
    strips : tuple of str
        Images of the items; empty without.
    is_date : bool
        Whether ``value`` is a date, in milliseconds.
    n_drawn, n_outside : int
        Drawn items, and how many of them the initial frame leaves out.
    """

    points: pd.DataFrame
    cells: pd.DataFrame
    found: pd.DataFrame
    extent: Extent
    axis_titles: tuple[str, str]
    classes: tuple[str, ...]
    n_cells: int
    tile_shape: tuple[int, int]
    strips: tuple[str, ...]
    is_date: bool
    n_drawn: int
    n_outside: int


@st.cache_resource(max_entries=10, show_spinner=False, hash_funcs=BY_CONTENT)
def item_map_data(
    space: ItemSpace,
    plane: str,
    colour: str,
    n_shown: int,
    found: tuple[int, ...] = (),
    *,
    stacked: bool = False,
) -> ItemMap:
    """Return the data of the map.

    Parameters
    ----------
    space : ItemSpace
    plane : str
        Of `dashboard.data.items.planes.item_planes`.
    colour : str
        Of `dashboard.data.items.colours.item_colours`.
    n_shown : int
        At most this many items: a class-stratified random sample of all.
    found : tuple of int
        Rows of items that were found; the first `MAX_FOUND` are ringed, and drawn if they are not yet.
    stacked : bool
        Whether the item under the pointer is shown below the map.
    """
    ringed = np.array(found[:MAX_FOUND], np.int64)
    drawn = space.test.indices[stratified_rows(space.test_groups, n_shown)]
    extra = np.setdiff1d(ringed, drawn)
    rows = np.concatenate([drawn, extra])
    places, coloured = positions(space, plane, rows), colouring(space, colour, rows)
    strips = item_strips(space, drawn, stacked=stacked)
    more = item_strips(space, extra, stacked=stacked) if len(extra) else None
    points = pd.DataFrame(
        {"x": places[:, 0], "y": places[:, 1], "row": rows, "class": coloured.names, "value": coloured.values}
    )
    extent = square_extent(places[: len(drawn)], share=FRAMED)
    return ItemMap(
        points=points,
        cells=_targets(space, points, coloured, colour, n_drawn=len(drawn), has_images=bool(strips.uris)),
        found=points.loc[points["row"].isin(ringed), ["x", "y"]].reset_index(drop=True),
        extent=extent,
        axis_titles=axis_titles(plane),
        classes=coloured.groups,
        n_cells=N_TILES,
        tile_shape=strips.tile_shape,
        strips=strips.uris + (() if more is None else more.uris),
        is_date=coloured.is_date,
        n_drawn=len(drawn),
        n_outside=int((~inside(places[: len(drawn)], extent)).sum()),
    )


def _targets(
    space: ItemSpace,
    points: pd.DataFrame,
    coloured: Colouring,
    colour: str,
    *,
    n_drawn: int,
    has_images: bool,
) -> pd.DataFrame:
    """Return the items as pointer targets, with the texts that are shown of them."""
    rows = points["row"].to_numpy(np.int64)
    first_extra = -(-n_drawn // N_TILES) * N_TILES  # found items that were not drawn have strips of their own
    tiles = np.arange(len(rows))
    tiles[n_drawn:] += first_extra - n_drawn
    title = "" if colour == CLASS else f"{item_colours(space)[colour]}: "
    lines = LINES_BELOW_IMAGE if has_images else LINES
    return points[["x", "y", "row", "class"]].assign(
        i=tiles // N_TILES,
        j=tiles % N_TILES,
        gx=points["x"],
        gy=points["y"],
        head=[wrapped_text(f"{title}{name}", 1) for name in coloured.names],
        text=[wrapped_text(name, lines) for name in space.items.names(rows)],
    )


def row_at(space: ItemSpace, item_id: str | None) -> int | None:
    """Return the row of an item by its id, or None; without an id, that of the first drawn item."""
    return int(space.test.indices[0]) if item_id is None else space.items.row_of(item_id)
