"""Decoder geometry section: heat maps of the local volume change of decoders with 2-D codes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import state
from dashboard.compare.decoder_geometry.charts import MAX_COLOUR, MIN_COLOUR, volume_change_chart
from dashboard.compare.decoder_geometry.services import CENTRAL_SHARE, volume_change_map
from dashboard.data.catalogue import BY_CONTENT, Bundle, catalogue, dataset_title
from dashboard.ui.chart_cache import compact
from dashboard.ui.model_set import PREFERRED
from dashboard.ui.theme import is_dark

SIZES = {1: 480, 2: 440, 3: 380, 4: 290}
"""Width and height of a map in pixels by the number of maps per row."""
MAX_MAPS_PER_ROW = 4


def draw_decoder_geometry(bundles: list[Bundle]) -> None:
    """Draw the section."""
    two_dimensional = [bundle for bundle in bundles if bundle.spec.latent_dim == 2]
    if not two_dimensional:
        _offer_models(bundles[0].spec.dataset)
        return
    st.markdown(
        "How much the image changes as the code moves. Bright ridges: a small step changes the image a lot. "
        "Dark areas change little: moving there hardly alters the image."
    )
    n_columns = min(len(two_dimensional), MAX_MAPS_PER_ROW)
    for first in range(0, len(two_dimensional), n_columns):
        row = two_dimensional[first : first + n_columns]
        for bundle, column in zip(row, st.columns(n_columns), strict=False):
            with column:
                _draw_map(bundle, SIZES[n_columns])
    _draw_caption([bundle for bundle in bundles if bundle.spec.latent_dim != 2])


def _offer_models(dataset: str) -> None:
    """Say that none of the chosen models has a map, and offer those that do."""
    sentence = "Decoder geometry is shown for models with 2 latent dimensions"
    specs = [catalogue().spec(dataset, name) for name in catalogue().models(dataset)]
    offered = [spec for spec in specs if spec.latent_dim == 2 and spec.family in PREFERRED]
    if not offered:
        st.info(f"{sentence}; {dataset_title(dataset)} has none.", icon=":material/info:")
        return
    st.info(f"{sentence}; none is chosen.", icon=":material/info:")
    st.button(
        f"Show those of 2-D: {', '.join(spec.title.partition(',')[0] for spec in offered)}",
        icon=":material/visibility:",
        key="show_two_dimensional",
        on_click=state.put,
        args=("models", ",".join(spec.name for spec in offered)),
    )


def _draw_map(bundle: Bundle, size: int) -> None:
    title = bundle.spec.title
    st.markdown(f"**{title}**")
    with st.container(key=f"decoder_geometry_{bundle.spec.name}"):
        st.vega_lite_chart(
            spec=_spec(bundle, size, dark=is_dark()),
            key=f"decoder_geometry_chart_{bundle.spec.name}",
            width="content",
            alt=f"Heat map of the volume change of the decoder of {title} over its latent space, with test "
            "codes as dots",
        )


def _draw_caption(others: list[Bundle]) -> None:
    left_out = ", ".join(bundle.spec.title for bundle in others)
    st.caption(
        "Colour: volume change sqrt(det JᵀJ), J the Jacobian of the decoder by central differences, divided "
        f"by its median at the test codes; one logarithmic scale for all maps, clipped to {MIN_COLOUR:g} and "
        f"{MAX_COLOUR:g}. White dots: test codes. Each map covers at least {CENTRAL_SHARE:.0%} of the "
        "codes in each direction. The volume change of a linear decoder (PCA, LDA) is constant, except "
        "where pixels are clipped to black or white."
        + (f" Not shown, as their codes are not two-dimensional: {left_out}." if left_out else "")
    )


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(bundle: Bundle, size: int, *, dark: bool) -> dict[str, Any]:
    data = volume_change_map(bundle)
    return compact(
        volume_change_chart, data.cells, data.codes, data.extent, data.n_cells, size=size, dark=dark
    )
