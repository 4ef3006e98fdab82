"""A grid of decodes between the codes of four test images, for one model: owns "corners" and "grid".

The grid is in the address while it is open, and an address with corners opens it.
"""

from __future__ import annotations

from functools import partial
from html import escape

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, file_stem, open_bundle
from dashboard.data.images.grids import grid_png, grid_uri
from dashboard.interpolate.services import corner_images
from dashboard.ui.fragments import bundle_callback
from dashboard.ui.image_input import image_input

N_CELLS = 9
SIDE = 420
MAX_DIGITS = 9
NAMES = ("Upper left", "Upper right", "Lower left", "Lower right")


def published_corners() -> dict[str, str | None]:
    """Return corners and model of the grid as names and values of the URL; None while it is closed."""
    corners = state.get("corners")
    if corners is not None and _parse(corners) is None:
        state.put("corners", None)
        state.notify("corners", "The corners of the grid are four test images, such as 0,1,2,3.")
    return {"corners": state.get("corners"), "grid": state.get("grid") if state.get("corners") else None}


def corner_grid(bundles: list[Bundle]) -> None:
    """Draw the expander with the grid."""
    _follow_address()
    section = st.expander(
        "Grid between four images", icon=":material/grid_view:", key="corners", on_change="rerun"
    )
    if not section.open:
        _set_shown(None)
        return
    with section:
        left, right = st.columns([1, 1.6], gap="large")
        with left:
            bundle = _pick_model(bundles)
            corners = _pick_corners(bundle)
            st.button(
                "Random corners",
                icon=":material/casino:",
                key="random_corners",
                on_click=_choose_random_corners,
                args=(bundle.spec.id,),
            )
        state.put("grid", bundle.spec.name)
        _set_shown(",".join(str(index) for index in corners))
        images = corner_images(bundle, corners, N_CELLS)
        with right:
            st.html(
                f'<img src="{grid_uri(images, N_CELLS)}" width="{SIDE}" style="image-rendering:pixelated" '
                f'alt="{N_CELLS} by {N_CELLS} decodes between four images, {escape(bundle.spec.title)}">'
            )
            st.download_button(
                "Grid (PNG)",
                partial(grid_png, images, N_CELLS, factor=4),
                f"{file_stem(bundle.spec.id)}-grid.png",
                "image/png",
                on_click="ignore",
                icon=":material/download:",
                key="download_grid",
            )


def _follow_address() -> None:
    """Open the grid with the corners of the address, or close it, if the address was changed from outside."""
    corners, shown = state.get("corners"), state.held("corners", None)
    if corners == shown:
        return
    state.set_widget("corners", corners is not None)
    for k, index in enumerate(_parse(corners or "") or ()):
        state.set_widget(_key(k), index)


def _set_shown(corners: str | None) -> None:
    """Put the corners that are shown, None while the grid is closed, into the address."""
    state.release("corners")
    state.hold("corners", None, corners)
    state.put("corners", corners)
    if corners is None:
        state.put("grid", None)
    state.republish("corners", "grid")


def _parse(corners: str) -> tuple[int, ...] | None:
    """Return the indices of four test images, or None if the text is something else."""
    parts = corners.split(",")
    if len(parts) != len(NAMES) or not all(part.isdecimal() and len(part) <= MAX_DIGITS for part in parts):
        return None
    return tuple(int(part) for part in parts)


def _pick_model(bundles: list[Bundle]) -> Bundle:
    """Draw the choice of the grid's model; the first one until another is chosen."""
    by_id = {bundle.spec.id: bundle for bundle in bundles}
    chosen = next((bundle for bundle in bundles if bundle.spec.name == state.get("grid")), bundles[0])
    titles = {bundle.spec.id: bundle.spec.title for bundle in bundles}
    picked = st.selectbox(
        "Model of the grid",
        list(titles),
        format_func=titles.__getitem__,
        **state.bind("grid_of", chosen.spec.id, _set_model),
    )
    return by_id[picked]


def _set_model() -> None:
    state.put("grid", str(state.widget("grid_of")).rpartition("/")[2])


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
