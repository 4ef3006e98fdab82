"""A grid of decodes between the codes of four test images, for one model."""

from __future__ import annotations

from functools import partial
from html import escape

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, open_bundle
from dashboard.data.images.grids import grid_png, grid_uri
from dashboard.interpolate.services import corner_images
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.image_input import image_input

N_CELLS = 9
SIDE = 420
NAMES = ("Upper left", "Upper right", "Lower left", "Lower right")


def corner_grid(bundles: list[Bundle]) -> None:
    """Draw the expander with the grid."""
    section = st.expander(
        "Grid between four images", icon=":material/grid_view:", key="corners", on_change="rerun"
    )
    if not section.open:
        return
    with section:
        left, right = st.columns([1, 1.6], gap="large")
        titles = {bundle.spec.id: bundle.spec.title for bundle in bundles}
        with left:
            chosen = st.selectbox(
                "Model of the grid", list(titles), format_func=titles.__getitem__, key="grid_of"
            )
            bundle = next(bundle for bundle in bundles if bundle.spec.id == chosen)
            corners = _pick_corners(bundle)
            st.button(
                "Random corners",
                icon=":material/casino:",
                key="random_corners",
                on_click=_choose_random_corners,
                args=(chosen,),
            )
        images = corner_images(bundle, corners, N_CELLS)
        with right:
            st.html(
                f'<img src="{grid_uri(images, N_CELLS)}" width="{SIDE}" style="image-rendering:pixelated" '
                f'alt="{N_CELLS} by {N_CELLS} decodes between four images, {escape(titles[chosen])}">'
            )
            st.download_button(
                "Grid (PNG)",
                partial(grid_png, images, N_CELLS, factor=4),
                f"{chosen.replace('/', '-')}-grid.png",
                "image/png",
                on_click="ignore",
                icon=":material/download:",
                key="download_grid",
            )


def _pick_corners(bundle: Bundle) -> tuple[int, int, int, int]:
    """Draw an input of a test image's index for each corner; return the indices in reading order."""
    defaults = _first_of_each_group(bundle)
    columns = [*st.columns(2), *st.columns(2)]
    corners = []
    for k, column in enumerate(columns):
        with column:
            corners.append(image_input(NAMES[k], bundle, _key(k), defaults[k]))
    return corners[0], corners[1], corners[2], corners[3]


def _first_of_each_group(bundle: Bundle) -> list[int]:
    """Return the indices of four test images, of different groups if there are four."""
    _, rows = np.unique(bundle.test_groups, return_index=True)
    return [int(bundle.test.indices[rows[k % len(rows)]]) for k in range(4)]


@bundle_callback
def _choose_random_corners(bundle_id: str) -> None:
    indices = open_bundle(bundle_id).test.indices
    rows = np.random.default_rng().choice(len(indices), 4, replace=len(indices) < 4)
    for k, row in enumerate(rows):
        state.set_widget(_key(k), int(indices[row]))


def _key(k: int) -> str:
    return f"corner_{k}"
