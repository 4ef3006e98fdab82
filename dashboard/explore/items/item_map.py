"""The map of a space of items as a chart, with its clicks and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import BY_CONTENT
from dashboard.data.items.colours import CLASS, item_colours
from dashboard.data.items.planes import plane_quality, positions
from dashboard.data.items.spaces import ItemSpace, open_space
from dashboard.explore.charts.item_map import ItemMapContent, with_found
from dashboard.explore.charts.item_map import item_map as draw_map
from dashboard.explore.charts.latent_map import MapStyle
from dashboard.explore.charts.preview import SPACING, WIDE
from dashboard.explore.items.controls import PLANE_TITLES, ItemMapChoice
from dashboard.explore.items.criteria import box_on_map, set_box
from dashboard.explore.items.pinned import select_item
from dashboard.explore.services.item_map import ItemMap, item_map_data
from dashboard.explore.services.item_selection import Criteria, ringed_rows
from dashboard.explore.services.item_taste import taste_of, taste_place
from dashboard.ui.chart_cache import compact
from dashboard.ui.charts.scatter import MAX_IN_LEGEND
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.keyboard import map_keyboard
from dashboard.ui.theme import is_dark

WIDE_SIZE, NARROW_SIZE, PREVIEW = 410, 260, 220
"""Pixels."""
BOX_KEYS = "; drag with the shift key to select the items in a box, click with it to remove the box."
KEY_STEP = 9
"""Pixels that an arrow key moves the pointer."""


def item_map(
    space: ItemSpace, choice: ItemMapChoice, criteria: Criteria, liked: tuple[int, ...], row: int
) -> None:
    """Draw the map; a click on it pins the nearest item, a box selects.

    Parameters
    ----------
    space : ItemSpace
    choice : ItemMapChoice
    criteria : Criteria
        What the items are selected by.
    liked : tuple of int
        Rows of the items that make a taste; what it is recommended is ringed, too.
    row : int
        The pinned item. A click or a box must not change the spec; see `dashboard.explore.latent_map`.
    """
    narrow, found = state.window_width() < WIDE, _ringed(space, criteria, liked)
    name, box = box_on_map(_reported())
    size = NARROW_SIZE if narrow else WIDE_SIZE
    data = item_map_data(space, choice.plane, choice.colour, choice.n_shown, found, stacked=narrow)
    dark = is_dark()
    x, y = positions(space, choice.plane, space.train.indices[row : row + 1])[0].tolist()
    anchor = state.hold("anchor", (space.id, choice, liked, narrow, dark, name), (x, y))
    style = MapStyle(
        colour="class" if data.classes else "value",
        colour_title=item_colours(space)[choice.colour],
        size=size,
        preview=PREVIEW,
        stacked=narrow,
        dark=dark,
        shade_uri=None,
        anchor=anchor,
        only=choice.only if choice.colour == CLASS else (),
        is_date=data.is_date,
        box_name=name,
        box=box,
    )
    st.vega_lite_chart(
        spec=_spec(space, choice, found, liked, style),
        width="content",
        key="latent_map",
        on_select=partial(_on_select, space.id),
        selection_mode=("cell", name),
        alt=f"Map of {data.n_drawn:,} items over {data.axis_titles[0]} and {data.axis_titles[1]}, "
        f"coloured by {item_colours(space)[choice.colour]}, with the item at the pointer.",
    )
    map_keyboard(
        holder="latent_map",
        label="Latent map. Arrow keys move the pointer, Enter pins the item under it.",
        plots=[(-size if narrow else -size - SPACING - PREVIEW, 6, size)],
        step=KEY_STEP,
        only_focused=False,
        widths=[WIDE],
    )
    st.caption(_caption(space, choice, data, has_keys=not narrow))


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(
    space: ItemSpace,
    choice: ItemMapChoice,
    found: tuple[int, ...],
    liked: tuple[int, ...],
    style: MapStyle,
) -> dict[str, Any]:
    """Return the map; the items that were found are put into the map without them.

    Images of those are in strips, which are part of the spec itself: then it is drawn as a whole.
    """
    content = _content(space, choice, found, style)
    if found and not content.strips:
        without = _content(space, choice, (), style)
        return with_found(_spec(space, choice, (), liked, style), without, content, style)
    taste = taste_place(space, choice.plane, liked) if liked else None
    return compact(draw_map, content, style, taste)


def _content(
    space: ItemSpace, choice: ItemMapChoice, found: tuple[int, ...], style: MapStyle
) -> ItemMapContent:
    data = item_map_data(space, choice.plane, choice.colour, choice.n_shown, found, stacked=style.stacked)
    return ItemMapContent(**{field.name: getattr(data, field.name) for field in fields(ItemMapContent)})


def _ringed(space: ItemSpace, criteria: Criteria, liked: tuple[int, ...]) -> tuple[int, ...]:
    """Return the rows of the items that are ringed: those that are recommended, then the selected ones."""
    recommended = taste_of(space, liked).rows.tolist() if liked else []
    return tuple(dict.fromkeys([*recommended, *ringed_rows(space, criteria)]))


@bundle_callback
def _on_select(space_id: str) -> None:
    """Select the items in the box if it is another one than before, or else pin the clicked item."""
    reported = _reported()
    clicked = reported.get("cell") or []
    if not set_box(reported) and clicked:
        select_item(open_space(space_id), int(clicked[0]["row"]))


def _reported() -> Mapping[str, Any]:
    """Return what is selected on the map, by name of the selection, as the browser reports it.

    Until it does, Streamlit has every selection as empty. A reported one is never without its last click.
    """
    reported: Mapping[str, Any] = (state.widget("latent_map") or {}).get("selection", {})
    return {} if "cell" in reported and not reported["cell"] else reported


def _caption(space: ItemSpace, choice: ItemMapChoice, data: ItemMap, *, has_keys: bool) -> str:
    """Return which items the map shows, how far the plane can be trusted, and how to use it."""
    n, n_all = data.n_drawn, space.n_items
    sampled = "" if n == n_all else f", a {space.group_word}-stratified random sample"
    outside = f"; {data.n_outside:,} lie outside the frame, zoom out to see them" if data.n_outside else ""
    legend = ""
    if 0 < len(data.classes) <= MAX_IN_LEGEND:
        legend = "click a legend entry to filter (shift for several), "
    return (
        f"{n:,} of {n_all:,} items shown{sampled}{outside}. {_plane_sentence(space, choice.plane)} "
        f"Drag to pan, scroll to zoom, {legend}double-click to reset{BOX_KEYS if has_keys else '.'}"
    )


def _plane_sentence(space: ItemSpace, plane: str) -> str:
    """Return what the plane is, and its trustworthiness and continuity."""
    title = PLANE_TITLES.get(plane, f"Dimensions {plane.removeprefix('dims-').replace('-', ' and ')}")
    quality = plane_quality(space, plane)
    if quality is None:
        return f"Plane: {title}."
    return (
        f"Plane: {title}, trustworthiness {quality.trustworthiness:.2f}, continuity {quality.continuity:.2f} "
        "(1: all neighbours on the map are neighbours in the space, and the other way round)."
    )
