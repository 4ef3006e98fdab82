"""Controls of the map: owns the names "plane", "colour", "points" and "shade"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state
from dashboard.data.catalogue import Bundle
from dashboard.data.maps import plane_names
from dashboard.ui.class_filter import chosen_classes, pick_classes

SIZES = (100, 250, 500, 1000, 2500, 5000, 10_000)
DEFAULT_SIZE = 5000
DEFAULT_COLOUR = "class"
"""Colour by class, or without labels by cluster."""


@dataclass(frozen=True)
class MapChoice:
    """What the map shows.

    Attributes
    ----------
    plane : str
        Name of the plane, such as "codes", "umap" or "dims-1-2".
    colour : str
        "class", or the column that colours the points.
    n_shown : int
        At most this many points.
    shade : bool
        Whether trust shading is on.
    only : tuple of str
        Of more classes than a legend holds, those whose points are shown; empty for all.
    """

    plane: str
    colour: str
    n_shown: int
    shade: bool
    only: tuple[str, ...]


def chosen_map(bundle: Bundle) -> MapChoice:
    """Return the choice; an unknown value in the URL falls back to the default, with a notice."""
    latent_dim, n_total = bundle.latent_dim, len(bundle.test)
    planes, sizes = plane_names(latent_dim), _sizes(n_total)
    default_size = max(size for size in sizes if size <= max(DEFAULT_SIZE, sizes[0]))
    return MapChoice(
        plane=state.choose("plane", planes, planes[0]),
        colour=state.choose("colour", _colours(latent_dim), DEFAULT_COLOUR),
        n_shown=int(
            state.choose("points", [str(size) for size in sizes], str(default_size), "number of points")
        ),
        shade=state.choose("shade", ("on", "off"), "off") == "on",
        only=chosen_classes(bundle.groups),
    )


def pick_map(choice: MapChoice, bundle: Bundle) -> None:
    """Draw the controls above the map, in a row."""
    latent_dim, n_total, group_word = bundle.latent_dim, len(bundle.test), bundle.group_word
    two_dimensions = choice.plane.startswith("dims-")
    columns = st.columns(
        [1.3, 1.3, *([0.7, 0.7] if two_dimensions else []), 1, 1.4], vertical_alignment="bottom"
    )
    columns[0].selectbox(
        "Colour by",
        _colours(latent_dim),
        format_func=partial(colour_title, group_word=group_word),
        help=f"{colour_title(DEFAULT_COLOUR, group_word)}, reconstruction error, local density of the codes, "
        "or one latent dimension.",
        **state.bind("pick_colour", choice.colour, _set, "colour"),
    )
    _pick_plane(choice, latent_dim, columns[1:-2])
    columns[-2].selectbox(
        "Points",
        _sizes(n_total),
        format_func=lambda size: f"{size:,}",
        help=f"How many test images are shown: a {group_word}-stratified random sample.",
        **state.bind("pick_points", choice.n_shown, _set, "points"),
    )
    columns[-1].toggle(
        "Trust shading",
        help="Shades positions whose code is far from every train code: none up to the median distance of "
        "test codes to their nearest train code, strongest from twice the 95th percentile.",
        **state.bind("pick_shade", choice.shade, _set_shade),
    )
    if choice.colour == DEFAULT_COLOUR:
        pick_classes(bundle.groups, choice.only)


def colour_title(colour: str, group_word: str) -> str:
    """Return the display name of a colour column; images without labels are coloured by cluster."""
    groups = "Cluster (k-means)" if group_word == "cluster" else "Class"
    names = {DEFAULT_COLOUR: groups, "error": "Reconstruction error", "density": "Local density"}
    return names.get(colour, colour)


def legend_title(colour: str) -> str:
    """Return the title of a numeric colour's legend, with its unit."""
    titles = {"error": "MSE, pixels in [0, 1]", "density": "-log10 mean distance to 10 neighbours"}
    return titles.get(colour, colour)


def _pick_plane(choice: MapChoice, latent_dim: int, columns: list[DeltaGenerator]) -> None:
    kinds = ["codes", "pca"] if latent_dim == 2 else ["umap", "pca", "dims"]
    kind, _, pair = choice.plane.partition("-")
    titles = {"codes": "Codes (z1, z2)", "umap": "UMAP", "pca": "PCA of the codes", "dims": "Two dimensions"}
    columns[0].selectbox(
        "Plane",
        kinds if latent_dim > 1 else ["umap"],
        format_func=titles.__getitem__,
        help="How the codes are projected to two axes.",
        **state.bind("pick_plane", kind, _set_plane),
    )
    if kind == "dims":
        first, second = (int(part) for part in pair.split("-"))
        for column, key, label, value, other in (
            (columns[1], "pick_first", "x axis", first, second),
            (columns[2], "pick_second", "y axis", second, first),
        ):
            column.selectbox(
                label,
                [k for k in range(1, latent_dim + 1) if k != other],
                format_func="z{}".format,
                **state.bind(key, value, _set_dimensions),
            )


def _set(name: str) -> None:
    state.put(name, str(state.widget(f"pick_{name}")))


def _set_shade() -> None:
    state.put("shade", "on" if state.widget("pick_shade") else "off")


def _set_plane() -> None:
    kind = state.widget("pick_plane")
    state.put("plane", "dims-1-2" if kind == "dims" else kind)
    state.put("at", None)


def _set_dimensions() -> None:
    state.put("plane", f"dims-{state.widget('pick_first')}-{state.widget('pick_second')}")
    state.put("at", None)


def _colours(latent_dim: int) -> list[str]:
    return [DEFAULT_COLOUR, "error", "density", *(f"z{k + 1}" for k in range(latent_dim))]


def _sizes(n_total: int) -> list[int]:
    sizes = [size for size in SIZES if size < n_total]
    return [*sizes, n_total] if n_total <= SIZES[-1] else sizes
