"""The latent map as a chart, with its clicks and keys."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.data.catalogue import BY_CONTENT, Bundle, open_bundle
from dashboard.data.maps import MapData, clusters_note, coloured_points, index_of_row, map_data, trust_shading
from dashboard.explore.charts.latent_map import MapContent, MapStyle
from dashboard.explore.charts.latent_map import latent_map as draw_map
from dashboard.explore.charts.preview import SPACING, WIDE
from dashboard.explore.map_controls import DEFAULT_COLOUR, MapChoice, colour_title, legend_title
from dashboard.ui.chart_cache import compact
from dashboard.ui.charts.scatter import MAX_IN_LEGEND
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.keyboard import map_keyboard
from dashboard.ui.presentation import is_presenting
from dashboard.ui.selection import select_image, select_position
from dashboard.ui.theme import is_dark

WIDE_SIZE, WIDE_PREVIEW = 410, 192
NARROW_SIZE = 260
SNAP_PIXELS = 6
"""A click this near to a point selects its image."""


def latent_map(bundle: Bundle, choice: MapChoice, position: tuple[float, float]) -> None:
    """Draw the map; a click on it changes the selection.

    Parameters
    ----------
    bundle : Bundle
    choice : MapChoice
    position : (float, float)
        Position of the selection. A click must not change the spec, since a new spec rebuilds the chart and
        loses zoom, hover and class filter. So `position` goes into the spec only when something else has
        changed it; the ring around later clicks is drawn by the browser.
    """
    narrow = state.window_width() < WIDE
    size = NARROW_SIZE if narrow else WIDE_SIZE
    data = map_data(bundle, choice.plane, choice.n_shown, SNAP_PIXELS / size, stacked=narrow)
    dark = is_dark()
    token = (bundle.spec.id, choice, narrow, dark)
    anchor = state.hold("anchor", token, position)
    style = MapStyle(
        colour=choice.colour,
        colour_title=legend_title(choice.colour),
        size=size,
        preview=WIDE_PREVIEW,
        stacked=narrow,
        dark=dark,
        shade_uri=trust_shading(bundle, choice.plane) if choice.shade else None,
        anchor=anchor,
        only=choice.only,
    )
    st.vega_lite_chart(
        spec=_spec(bundle, choice.plane, choice.n_shown, style),
        width="content",
        key="latent_map",
        on_select=partial(_on_click, bundle.spec.id),
        selection_mode="cell",
        alt=_alt_text(data, choice, bundle.group_word),
    )
    map_keyboard(
        holder="latent_map",
        label="Latent map. Arrow keys move the pointer, Enter selects the position under it.",
        plots=[(-size if narrow else -size - SPACING - WIDE_PREVIEW, 6, size)],
        step=size / data.n_cells,
        only_focused=is_presenting(),
        widths=[WIDE],
    )
    st.caption(_caption(data, choice, bundle))


@st.cache_resource(max_entries=20, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(bundle: Bundle, plane: str, n_shown: int, style: MapStyle) -> dict[str, Any]:
    data = map_data(bundle, plane, n_shown, SNAP_PIXELS / style.size, stacked=style.stacked)
    content = MapContent(**{field.name: getattr(data, field.name) for field in fields(MapContent)})
    content = replace(content, points=coloured_points(bundle, data, style.colour))
    return compact(draw_map, content, style)


@bundle_callback
def _on_click(bundle_id: str) -> None:
    """Select the clicked point's image, or the position of the clicked cell."""
    clicked = (state.widget("latent_map") or {}).get("selection", {}).get("cell") or []
    if not clicked:
        return
    target = clicked[0]
    if target["row"] >= 0:
        select_image(index_of_row(open_bundle(bundle_id), int(target["row"])))
    else:
        select_position(float(target["gx"]), float(target["gy"]))


def _caption(data: MapData, choice: MapChoice, bundle: Bundle) -> str:
    """Return which images the map shows, and how to use it."""
    sampled = "" if data.n_shown == data.n_total else f", a {bundle.group_word}-stratified random sample"
    found = clusters_note(bundle) if choice.colour == DEFAULT_COLOUR else ""
    legend = ""
    if len(data.classes) <= MAX_IN_LEGEND and choice.colour == DEFAULT_COLOUR:
        legend = "click a legend entry to filter (shift for several), "
    outside = f"; {data.n_outside:,} lie outside the frame, zoom out to see them" if data.n_outside else ""
    n_shown = data.n_shown if not choice.only else int(data.points["class"].isin(choice.only).sum())
    return (
        f"{n_shown:,} of {data.n_total:,} test images shown{sampled}{outside}.{found} {data.note} "
        f"Drag to pan, scroll to zoom, {legend}double-click to reset."
    )


def _alt_text(data: MapData, choice: MapChoice, group_word: str) -> str:
    """Return the alt text of the map."""
    return (
        f"Scatter plot of {data.n_shown:,} test images over {data.axis_titles[0]} and {data.axis_titles[1]}, "
        f"coloured by {colour_title(choice.colour, group_word).lower()}, with the decode at the pointer."
    )
