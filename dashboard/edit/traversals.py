"""Latent traversals: one row per dimension, from -3 to +3 standard deviations of the train codes."""

from __future__ import annotations

from functools import partial
from html import escape

import numpy as np
import streamlit as st

from dashboard.data.catalogue import Bundle, file_stem
from dashboard.data.editing import dimensions_of, traversal
from dashboard.data.endpoints import image_code
from dashboard.data.images.grids import grid_png, grid_uri

N_STEPS, REACH = 13, 3.0
MAX_ROWS = 16
TILE = 40


def traversal_matrix(bundles: list[Bundle], index: int) -> None:
    """Draw the expander with one tab per model."""
    with st.expander("Latent traversals", icon=":material/view_comfy:", expanded=True):
        for bundle, tab in zip(bundles, st.tabs([b.spec.title for b in bundles]), strict=True):
            with tab:
                _matrix(bundle, index)


def _matrix(bundle: Bundle, index: int) -> None:
    shown = [dimension for dimension in dimensions_of(bundle) if dimension.active][:MAX_ROWS]
    steps = np.linspace(-REACH, REACH, N_STEPS, dtype=np.float32)
    images = traversal(bundle, image_code(bundle, index), shown, steps)
    names = "".join(
        f'<div style="height:{TILE}px;line-height:{TILE}px;white-space:nowrap">z{d.number + 1} '
        f'<span style="opacity:0.65;font-size:0.8rem">{d.weight:.2g} {escape(d.measure)}</span></div>'
        for d in shown
    )
    st.caption(
        f"Each row varies one dimension from {-REACH:g} to {REACH:g} standard deviations of the train codes "
        f"around their mean; the others stay as in the image. {len(shown)} of {bundle.spec.latent_dim} "
        "dimensions, ordered by the value beside their name."
    )
    st.html(
        f'<div style="display:flex;gap:12px"><div>{names}</div>'
        f'<div style="overflow-x:auto"><img src="{grid_uri(images, N_STEPS)}" width="{TILE * N_STEPS}" '
        f'height="{TILE * len(shown)}" style="image-rendering:pixelated;max-width:none" '
        f'alt="Traversals of {len(shown)} dimensions, {N_STEPS} steps">'
        "</div></div>"
    )
    st.download_button(
        "Matrix (PNG)",
        partial(grid_png, images, N_STEPS, factor=3),
        f"{file_stem(bundle.spec.id)}-traversals-{index}.png",
        "image/png",
        on_click="ignore",
        icon=":material/download:",
        key=f"matrix_{bundle.spec.id}",
    )
