"""Details of an item: its text, its columns, and its nearest items in two spaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.data.items.colours import groups_of
from dashboard.data.items.distances import nearest_distances
from dashboard.data.items.pictures import item_picture
from dashboard.data.items.spaces import ItemSpace
from latentcore.spaces.table.columns import ColumnKind

N_NEAREST = 10


@dataclass(frozen=True)
class ItemDetails:
    """An item.

    Attributes
    ----------
    row : int
    id, text, group : str
        Its id, its text (or else its id), and its class or cluster.
    columns : dict of str to str
        Its other columns, without the label; missing values are left out.
    picture : str or None
        Data URI.
    """

    row: int
    id: str
    text: str
    group: str
    columns: dict[str, str]
    picture: str | None


@dataclass(frozen=True)
class NearItem:
    """One of the nearest items of an item.

    Attributes
    ----------
    id, text, group : str
    distance : float
    is_shared : bool
        Whether it is one of the nearest in the other space, too.
    picture : str or None
    """

    id: str
    text: str
    group: str
    distance: float
    is_shared: bool
    picture: str | None


def item_details(space: ItemSpace, row: int) -> ItemDetails:
    """Return what is known of an item."""
    rows = np.array([row], np.int64)
    roles = space.spec.collection.roles
    hidden = (roles.id, roles.text, roles.label)
    shown = [one for one in space.items.columns if one.kind is not ColumnKind.PICTURE]
    columns = {
        one.name: _text(space.items.values(one.name, rows)[0]) for one in shown if one.name not in hidden
    }
    return ItemDetails(
        row=row,
        id=str(space.items.ids[row]),
        text=space.items.names(rows)[0],
        group=str(groups_of(space, rows)[0]),
        columns={name: text for name, text in columns.items() if text},
        picture=item_picture(space, row),
    )


def nearest_in(space: ItemSpace, row: int, other: ItemSpace | None) -> list[NearItem]:
    """Return the nearest items of an item, with those marked that `other` agrees on."""
    rows, distances = space.item_neighbours(row, k=N_NEAREST)
    agreed = set() if other is None else set(other.item_neighbours(row, k=N_NEAREST)[0].tolist())
    names, groups = space.items.names(rows), groups_of(space, rows)
    return [
        NearItem(
            id=str(space.items.ids[near]),
            text=name,
            group=str(group),
            distance=float(distance),
            is_shared=near in agreed,
            picture=item_picture(space, near),
        )
        for near, name, group, distance in zip(rows.tolist(), names, groups, distances, strict=True)
    ]


@dataclass(frozen=True)
class FarItem:
    """One of the items farthest from their nearest ones.

    Attributes
    ----------
    id, text, group : str
    distance : float
        Mean distance to its nearest items.
    """

    id: str
    text: str
    group: str
    distance: float


def farthest_items(space: ItemSpace) -> list[FarItem]:
    """Return the items of all with the highest mean distance to their nearest ones, farthest first."""
    distances = nearest_distances(space)
    rows = np.argsort(-distances, kind="stable")[:N_NEAREST]
    described = zip(rows.tolist(), space.items.names(rows), groups_of(space, rows), strict=True)
    return [
        FarItem(str(space.items.ids[row]), name, str(group), float(distances[row]))
        for row, name, group in described
    ]


def _text(value: object) -> str:
    """Return a cell as text; a missing one is empty."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, np.datetime64):
        day = str(np.datetime_as_string(value, unit="m")).replace("T", " ")
        return day.removesuffix(" 00:00")
    return f"{value:.6g}" if isinstance(value, float) else str(value)
