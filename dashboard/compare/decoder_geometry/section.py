"""How each decoder stretches its two-dimensional map."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.compare.decoder_geometry.charts import HIGH, LOW
from dashboard.compare.decoder_geometry.charts import stretch_map as draw_stretch
from dashboard.compare.decoder_geometry.services import stretch_map
from dashboard.data.catalogue import BY_CONTENT, Bundle
from dashboard.ui.chart_data import compact
from dashboard.ui.theme import is_dark

SIZES = {1: 480, 2: 440, 3: 380, 4: 290}
N_ACROSS = 4


def decoder_geometry(bundles: list[Bundle]) -> None:
    """Draw the section."""
    flat = [bundle for bundle in bundles if bundle.spec.latent_dim == 2]
    if not flat:
        st.info(
            "A decoder's stretch can be drawn over the map of a model with 2 dimensions. Choose one above, "
            "such as “VAE, 2-D”.",
            icon=":material/info:",
        )
        return
    st.markdown(
        "How fast the image changes as the code moves. Bright ridges are where space is torn: a small step, "
        "another image. Dark plains are wasted: walk on, and nothing happens."
    )
    n_across = min(len(flat), N_ACROSS)
    for first in range(0, len(flat), n_across):
        for bundle, column in zip(flat[first : first + n_across], st.columns(n_across), strict=False):
            with column:
                _map(bundle, SIZES[n_across])
    _caption([bundle for bundle in bundles if bundle.spec.latent_dim != 2])


def _map(bundle: Bundle, size: int) -> None:
    title = bundle.spec.title
    st.markdown(f"**{title}**")
    with st.container(key=f"stretch_{bundle.spec.name}"):
        st.vega_lite_chart(
            spec=_spec(bundle, size, dark=is_dark()),
            key=f"stretch_chart_{bundle.spec.name}",
            width="content",
            alt=f"Heat map of the stretch of {title} over its latent space, with real codes as dots",
        )


def _caption(others: list[Bundle]) -> None:
    left_out = ", ".join(bundle.spec.title for bundle in others)
    st.caption(
        "Colour: the stretch sqrt(det JᵀJ) of the decoder's Jacobian J, by central differences, as a "
        "multiple of its median at the model's real (test) codes; one scale for all, cut off at "
        f"{LOW:g} and {HIGH:g}. White dots: real codes. Each map shows the middle of the space, where most "
        "of them lie. A linear decoder (PCA, LDA) stretches alike everywhere but where pixels are clipped to "
        "black or white." + (f" Without a map of two dimensions: {left_out}." if left_out else "")
    )


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_CONTENT)
def _spec(bundle: Bundle, size: int, *, dark: bool) -> dict[str, Any]:
    content = stretch_map(bundle)
    cells, points = content.cells, content.points
    return compact(draw_stretch(cells, points, content.extent, content.n_cells, size=size, dark=dark))
