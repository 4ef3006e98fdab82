"""Controls of the map of a space of items: own the names "plane", "colour", "points" and "classes"."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import state
from dashboard.data.items.colours import CLASS, item_colours
from dashboard.data.items.planes import DIMENSIONS_NAME, item_planes
from dashboard.data.items.spaces import ItemSpace
from dashboard.explore.items.search import pick_search
from dashboard.ui.class_filter import chosen_classes, pick_classes

SIZES = (100, 250, 500, 1000, 2500)
PLANE_TITLES = {"codes": "Codes (z1, z2)", "umap": "UMAP", "pca": "PCA", "dims": "Two dimensions"}


@dataclass(frozen=True)
class ItemMapChoice:
    """What the map shows.

    Attributes
    ----------
    plane, colour : str
        Of `item_planes` and `item_colours`.
    n_shown : int
        At most this many items.
    only : tuple of str
        Of more classes than a legend holds, those whose items are shown; empty for all.
    """

    plane: str
    colour: str
    n_shown: int
    only: tuple[str, ...]


def chosen_item_map(space: ItemSpace) -> ItemMapChoice:
    """Return the choice; an unknown value in the URL falls back to the default, with a notice."""
    planes, sizes = item_planes(space, state.get("plane")), _sizes(space)
    return ItemMapChoice(
        plane=state.choose("plane", planes, planes[0]),
        colour=state.choose("colour", list(item_colours(space)), CLASS),
        n_shown=int(
            state.choose("points", [str(size) for size in sizes], str(sizes[-1]), "number of points")
        ),
        only=chosen_classes(space.groups),
    )


def pick_item_map(choice: ItemMapChoice, space: ItemSpace) -> None:
    """Draw the controls above the map, in a row."""
    pair = DIMENSIONS_NAME.fullmatch(choice.plane)
    columns = st.columns([1.2, 1.2, *([0.6, 0.6] if pair else []), 0.7, 1.7, 1], vertical_alignment="bottom")
    colours = item_colours(space)
    columns[0].selectbox(
        "Colour by",
        list(colours),
        format_func=colours.__getitem__,
        help="Classes, a column of the items, how densely the codes lie around an item, or how far its "
        "nearest items are, for anomalies.",
        **state.bind("pick_colour", choice.colour, _set, "colour"),
    )
    planes = item_planes(space) + (["dims"] if space.latent_dim > 2 else [])
    columns[1].selectbox(
        "Plane",
        planes,
        format_func=PLANE_TITLES.__getitem__,
        help="How the codes are projected to two axes.",
        **state.bind("pick_plane", "dims" if pair else choice.plane, _set_plane),
    )
    if pair:
        for column, k, label in ((columns[2], 1, "x axis"), (columns[3], 2, "y axis")):
            column.number_input(
                label,
                1,
                space.latent_dim,
                **state.bind(f"pick_dimension_{k}", int(pair[k]), _set_dimensions, space.latent_dim),
            )
    columns[-3].selectbox(
        "Points",
        _sizes(space),
        format_func=lambda size: f"{size:,}",
        help=f"How many items are shown: a {space.group_word}-stratified random sample.",
        **state.bind("pick_points", choice.n_shown, _set, "points"),
    )
    pick_search(space, columns[-2], columns[-1])
    if choice.colour == CLASS:
        pick_classes(space.groups, choice.only)


def _sizes(space: ItemSpace) -> list[int]:
    n_drawn = len(space.test)
    return [*(size for size in SIZES if size < n_drawn), n_drawn]


def _set(name: str) -> None:
    state.put(name, str(state.widget(f"pick_{name}")))


def _set_plane() -> None:
    plane = state.widget("pick_plane")
    state.put("plane", "dims-1-2" if plane == "dims" else plane)


def _set_dimensions(latent_dim: int) -> None:
    first, second = (int(state.widget(f"pick_dimension_{k}")) for k in (1, 2))
    if first == second:
        second = first % latent_dim + 1
    state.put("plane", f"dims-{first}-{second}")
