"""What items can be coloured by: their class, density of codes, distance to the nearest, any column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.data.items.distances import n_nearest, nearest_distances
from dashboard.data.items.spaces import ItemSpace
from latentcore.image_input import natural_key
from latentcore.spaces.table.columns import ColumnKind
from latentcore.types import FloatArray, LabelArray

CLASS, DENSITY, DISTANCE, COLUMN = "class", "density", "distance", "column:"
"""In the address; a column has its name after the last."""
NONE = "(none)"
COLOURED = (ColumnKind.NUMBER, ColumnKind.DATE, ColumnKind.CATEGORY)


@dataclass(frozen=True)
class Colouring:
    """The colour of some items: groups with a name each, or numbers.

    Attributes
    ----------
    groups : tuple of str
        Empty for numbers.
    names : object array, shape (n,)
        Group of each item; of numbers, their texts.
    values : float64 array, shape (n,), or None
        Numbers, dates as milliseconds; None for groups.
    is_date : bool
    """

    groups: tuple[str, ...]
    names: npt.NDArray[np.object_]
    values: npt.NDArray[np.float64] | None = None
    is_date: bool = False


def item_colours(space: ItemSpace) -> dict[str, str]:
    """Return what the items can be coloured by: display names by the name in the address, the usual first."""
    label = space.spec.collection.roles.label
    usual = label or "Cluster (k-means)"
    columns = {
        f"{COLUMN}{one.name}": one.name
        for one in space.items.columns
        if one.kind in COLOURED and one.name != label
    }
    distance = f"Mean distance to the {n_nearest(space)} nearest items"
    return {CLASS: usual, **columns, DENSITY: "Local density of codes", DISTANCE: distance}


def groups_of(space: ItemSpace, rows: LabelArray) -> npt.NDArray[np.object_]:
    """Return the class of items, or their cluster where they have no labels, as names ``(n,)``."""
    if space.has_labels:
        numbers = space.items.labels[rows]
    else:
        numbers = space.assigned_groups(np.asarray(space.train.codes[rows], np.float32))
    return np.array(space.groups, object)[numbers]


def colouring(space: ItemSpace, colour: str, rows: LabelArray) -> Colouring:
    """Return the colours of items.

    Parameters
    ----------
    space : ItemSpace
    colour : str
        Of `item_colours`.
    rows : int64 array, shape (n,)
    """
    if colour == CLASS:
        return Colouring(space.groups, groups_of(space, rows))
    if colour == DENSITY:
        return _numbers(_density(space, rows))
    if colour == DISTANCE:
        return _numbers(nearest_distances(space)[rows])
    name = colour.removeprefix(COLUMN)
    values = space.items.values(name, rows)
    kind = next(one.kind for one in space.items.columns if one.name == name)
    if kind is ColumnKind.CATEGORY:
        return _categories(values)
    if kind is ColumnKind.DATE:
        missing = np.isnat(values)
        numbers = np.where(missing, np.nan, values.astype("datetime64[ms]").astype(np.float64))
        texts = np.where(missing, NONE, np.datetime_as_string(values, unit="D")).astype(object)
        return Colouring((), texts, numbers, is_date=True)
    return _numbers(np.asarray(values, np.float64))


def _density(space: ItemSpace, rows: LabelArray) -> npt.NDArray[np.float64]:
    """Return the local density of drawn items; NaN for others."""
    density = np.full(space.n_items, np.nan)
    density[space.test.indices] = space.derived.test_density
    return density[rows]


def _categories(values: npt.NDArray[np.object_]) -> Colouring:
    names = np.array([NONE if value is None else str(value) for value in values], object)
    groups = sorted(set(names) - {NONE}, key=natural_key)
    return Colouring((*groups, NONE) if NONE in names else tuple(groups), names)


def _numbers(values: npt.NDArray[np.float64] | FloatArray) -> Colouring:
    names = [NONE if np.isnan(value) else f"{value:.6g}" for value in values]
    return Colouring((), np.array(names, object), np.asarray(values, np.float64))
