"""A grid between four images of one model."""

from __future__ import annotations

from functools import partial
from html import escape

import numpy as np
import streamlit as st

from dashboard.data.catalogue import Bundle, open_bundle
from dashboard.data.images.grids import sheet_png, sheet_uri
from dashboard.data.interpolation import corner_images

N_CELLS = 9
SIDE = 420
NAMES = ("Upper left", "Upper right", "Lower left", "Lower right")


def corner_grid(bundles: list[Bundle]) -> None:
    """Draw the folded section with the grid."""
    section = st.expander(
        "Between four images", icon=":material/grid_view:", key="corners", on_change="rerun"
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
                on_click=_shuffle,
                args=(chosen,),
            )
        images = corner_images(bundle, corners, N_CELLS)
        with right:
            st.html(
                f'<img src="{sheet_uri(images, N_CELLS)}" width="{SIDE}" style="image-rendering:pixelated" '
                f'alt="{N_CELLS} by {N_CELLS} decodes between four images, {escape(titles[chosen])}">'
            )
            st.download_button(
                "Grid (PNG)",
                partial(sheet_png, images, N_CELLS, factor=4),
                f"{chosen.replace('/', '-')}-grid.png",
                "image/png",
                on_click="ignore",
                icon=":material/download:",
                key="download_grid",
            )


def _pick_corners(bundle: Bundle) -> tuple[int, int, int, int]:
    highest = int(bundle.test.indices.max())
    defaults = _first_of_each_class(bundle)
    values = []
    for row in (0, 1):
        for k, column in zip((2 * row, 2 * row + 1), st.columns(2), strict=True):
            st.session_state.setdefault(f"corner_{k}", defaults[k])
            st.session_state[f"corner_{k}"] = min(st.session_state[f"corner_{k}"], highest)
            values.append(int(column.number_input(NAMES[k], 0, highest, step=1, key=f"corner_{k}")))
    return values[0], values[1], values[2], values[3]


def _first_of_each_class(bundle: Bundle) -> list[int]:
    """Return four test images, of different classes as far as there are."""
    _, rows = np.unique(bundle.test.labels, return_index=True)
    return [int(bundle.test.indices[rows[k % len(rows)]]) for k in range(4)]


def _shuffle(bundle_id: str) -> None:
    indices = open_bundle(bundle_id).test.indices
    rows = np.random.default_rng().choice(len(indices), 4, replace=False)
    for k, row in enumerate(rows):
        st.session_state[f"corner_{k}"] = int(indices[row])
