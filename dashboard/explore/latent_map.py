"""The map itself, and what a click on it does."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import BY_CONTENT, Bundle, open_bundle
from dashboard.data.maps import MapData, coloured_points, index_of_row, map_data, trust_shade
from dashboard.explore.charts.latent_map import SPACING, MapContent, MapStyle
from dashboard.explore.charts.latent_map import latent_map as draw_map
from dashboard.explore.map_controls import MapChoice, legend_title
from dashboard.ui.chart_data import compact
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.keyboard import map_keys
from dashboard.ui.presentation import is_presenting
from dashboard.ui.selection import select_image, select_place
from dashboard.ui.theme import is_dark

WIDE_SIZE, WIDE_PREVIEW = 410, 192
NARROW_SIZE = 260
WIDE = 900
"""Width of a window from which the decode stands beside the map."""
SNAP_PIXELS = 6


def latent_map(bundle: Bundle, choice: MapChoice, position: tuple[float, float]) -> None:
    """Draw the map; a click on it becomes the selection.

    The spec stays the same after a click: `position` is drawn only when something else changed, for a
    new spec would rebuild the view and lose zoom, hover and filter.
    """
    narrow = state.window_width() < WIDE
    size = NARROW_SIZE if narrow else WIDE_SIZE
    data = map_data(bundle, choice.plane, choice.n_shown, SNAP_PIXELS / size, stacked=narrow)
    dark = is_dark()
    token = (bundle.spec.id, choice, narrow, dark)
    anchor = state.hold("anchor", token, position)
    preview = WIDE_PREVIEW
    style = MapStyle(
        colour=choice.colour,
        colour_title=legend_title(choice.colour),
        size=size,
        preview=preview,
        stacked=narrow,
        dark=dark,
        shade_uri=trust_shade(bundle, choice.plane) if choice.shade else None,
        anchor=anchor,
    )
    st.vega_lite_chart(
        spec=_spec(bundle, choice.plane, choice.n_shown, style),
        width="content",
        key="latent_map",
        on_select=partial(_take_click, bundle.spec.id),  # a closure would hold the bundle
        selection_mode="cell",
        alt=_describe(data, choice),
    )
    map_keys(
        holder="latent_map",
        label="Latent map. Arrow keys move the pointer, Enter selects the place under it.",
        plots=[(-size if narrow else -size - SPACING - preview, 6, size)],
        step=size / data.n_cells,
        only_focused=is_presenting(),
        widths=[WIDE],
    )
    st.caption(
        f"{data.n_shown:,} of {data.n_total:,} test images shown"
        + ("" if data.n_shown == data.n_total else ", a random sample in which every class keeps its share")
        + (f"; {data.n_outside:,} lie outside the frame, zoom out to see them" if data.n_outside else "")
        + f". {data.note} Drag to pan, scroll to zoom, click a legend entry to filter (shift for several), "
        "double-click to clear."
    )


@st.cache_resource(max_entries=20, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(bundle: Bundle, plane: str, n_shown: int, style: MapStyle) -> dict[str, Any]:
    data = map_data(bundle, plane, n_shown, SNAP_PIXELS / style.size, stacked=style.stacked)
    content = MapContent(**{field.name: getattr(data, field.name) for field in fields(MapContent)})
    content = replace(content, points=coloured_points(bundle, data, style.colour))
    return compact(draw_map(content, style))


@bundle_callback
def _take_click(bundle_id: str) -> None:
    """Make the clicked cell or point the selection."""
    clicked = (state.widget("latent_map") or {}).get("selection", {}).get("cell") or []
    if not clicked:
        return
    place = clicked[0]
    if place["row"] >= 0:
        select_image(index_of_row(open_bundle(bundle_id), int(place["row"])))
    else:
        select_place(float(place["gx"]), float(place["gy"]))


def _describe(data: MapData, choice: MapChoice) -> str:
    """Return the map in words."""
    return (
        f"Scatter of {data.n_shown:,} test images by {data.axis_titles[0]} and {data.axis_titles[1]}, "
        f"coloured by {choice.colour}, with the decode under the pointer beside it."
    )
