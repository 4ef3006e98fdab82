"""The path on each model's latent map; a click on a map sets an endpoint."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, open_bundle
from dashboard.data.endpoints import Endpoint, ImageEndpoint
from dashboard.data.maps import default_plane, index_of_row, map_data, position_on_plane, widened
from dashboard.interpolate.charts.path_map import path_map
from dashboard.interpolate.endpoint_controls import SIDES, TITLES
from dashboard.interpolate.services import Strip
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.gallery import clicked_value
from dashboard.ui.theme import is_dark

SIZE, N_SHOWN, SNAP = 290, 1000, 0.02
"""Side of a map in pixels, points per map, and the snap distance of a click as a share of the side."""
N_COLUMNS = 4


def path_maps(bundles: list[Bundle], strips: list[Strip], endpoints: tuple[Endpoint, Endpoint]) -> None:
    """Draw the expander with one map per model."""
    section = st.expander(
        "Path on the latent maps", icon=":material/scatter_plot:", key="path_maps", on_change="rerun"
    )
    if not section.open:
        return
    with section:
        side = st.segmented_control(
            "A click on a map sets the endpoint",
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
                    _map(*pair, endpoints, str(side))


def _map(bundle: Bundle, strip: Strip, endpoints: tuple[Endpoint, Endpoint], side: str) -> None:
    plane = default_plane(bundle)
    data = map_data(bundle, plane, N_SHOWN, SNAP)
    is_space = strip.codes.shape[1] == 2
    positions = np.stack(
        [
            position_on_plane(
                bundle, plane, endpoint.index if isinstance(endpoint, ImageEndpoint) else None, code
            )
            for endpoint, code in zip(endpoints, strip.codes[[0, -1]], strict=True)
        ]
    )
    st.markdown(f"**{strip.title}**")
    st.vega_lite_chart(
        spec=cached_chart(path_map)(
            data.points,
            widened(data.extent, np.concatenate([positions, strip.codes]) if is_space else positions),
            data.classes,
            strip.codes if is_space else None,
            positions,
            size=SIZE,
            dark=is_dark(),
        ),
        key=f"path_map_{strip.bundle_id}",
        width="content",
        on_select=partial(_set_endpoint, strip.bundle_id, side),
        selection_mode="picked",
        alt=f"Latent map of {strip.title} with both endpoints"
        + (" and the path between them" if is_space else ""),
    )
    if not is_space:
        st.caption(
            "UMAP of the codes: only the endpoints are shown, codes on the path have no UMAP coordinates."
        )


@bundle_callback
def _set_endpoint(bundle_id: str, side: str) -> None:
    row = clicked_value(f"path_map_{bundle_id}", "row")
    if row is not None:
        state.put(side, str(index_of_row(open_bundle(bundle_id), row)))
