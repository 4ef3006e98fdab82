"""The path on each model's map; a click on one chooses an end."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, open_bundle
from dashboard.data.interpolation import End, Strip
from dashboard.data.maps import default_plane, end_place, index_of_row, map_data, widened
from dashboard.interpolate.charts.path_map import path_map
from dashboard.interpolate.endpoints import SIDES, TITLES
from dashboard.ui.chart_cache import kept
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.gallery import picked
from dashboard.ui.theme import is_dark

SIZE, N_SHOWN, SNAP = 290, 1000, 0.02
N_COLUMNS = 4


def path_maps(bundles: list[Bundle], strips: list[Strip], ends: tuple[End, End]) -> None:
    """Draw the folded section with one map a model."""
    section = st.expander("On the maps", icon=":material/scatter_plot:", key="path_maps", on_change="rerun")
    if not section.open:
        return
    with section:
        side = st.segmented_control(
            "A click on a map chooses the image for",
            SIDES,
            format_func=TITLES.__getitem__,
            default="start",
            required=True,
            key="map_side",
        )
        pairs = list(zip(bundles, strips, strict=True))
        for first in range(0, len(pairs), N_COLUMNS):
            for pair, column in zip(pairs[first : first + N_COLUMNS], st.columns(N_COLUMNS), strict=False):
                with column:
                    _map(*pair, ends, str(side))


def _map(bundle: Bundle, strip: Strip, ends: tuple[End, End], side: str) -> None:
    plane = default_plane(bundle)
    data = map_data(bundle, plane, N_SHOWN, SNAP)
    is_space = strip.codes.shape[1] == 2
    places = np.stack(
        [
            end_place(bundle, plane, end.index, code)
            for end, code in zip(ends, strip.codes[[0, -1]], strict=True)
        ]
    )
    st.markdown(f"**{strip.title}**")
    st.vega_lite_chart(
        spec=kept(path_map)(
            data.points,
            widened(data.extent, np.concatenate([places, strip.codes]) if is_space else places),
            data.classes,
            strip.codes if is_space else None,
            places,
            size=SIZE,
            dark=is_dark(),
        ),
        key=f"path_map_{strip.bundle_id}",
        width="content",
        on_select=lambda: _take(strip.bundle_id, side),
        selection_mode="picked",
        alt=f"Map of {strip.title} with both ends" + (" and the path between them" if is_space else ""),
    )
    if not is_space:
        st.caption("UMAP of the codes: only the ends have a place on it, the path leaves the plane.")


@bundle_callback
def _take(bundle_id: str, side: str) -> None:
    row = picked(f"path_map_{bundle_id}", "row")
    if row is not None:
        state.put(side, str(index_of_row(open_bundle(bundle_id), row)))
