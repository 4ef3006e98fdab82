"""Variations of a test image: decodes of its code plus Gaussian noise."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.data.catalogue import Bundle
from dashboard.data.images.grids import grid_uri
from dashboard.data.sampling import variations
from dashboard.ui.image_input import bundles_with_codes, image_input
from dashboard.ui.selection import chosen_image

N_VARIATIONS = 12
DEFAULT_RADIUS = 0.3


def image_variations(bundles: list[Bundle], seed: int) -> None:
    """Draw the expander with variations of one test image, one row per model."""
    section = st.expander(
        "Variations of an image", icon=":material/flare:", key="variations", on_change="rerun"
    )
    if not section.open:
        return
    with section:
        left, right, _ = st.columns([1, 1.6, 2], vertical_alignment="bottom")
        with left:
            index = image_input("Test image", bundles[0], "varied", chosen_image(bundles[0]))
        radius = right.slider(
            "Radius",
            0.0,
            1.5,
            DEFAULT_RADIUS,
            step=0.05,
            key="radius",
            help="Standard deviation of the Gaussian noise added to the code, in units of the standard "
            "deviation of the train codes in each dimension.",
        )
        st.caption("The first image of each row is the reconstruction, without noise.")
        for bundle in bundles_with_codes(bundles, [index]):
            images = variations(bundle, index, radius, N_VARIATIONS, seed)
            title = bundle.spec.title
            name, picture = st.columns([1, 6], vertical_alignment="center")
            name.markdown(f"**{title}**")
            picture.html(
                f'<img src="{grid_uri(images, N_VARIATIONS)}" style="width:100%;image-rendering:pixelated" '
                f'alt="{N_VARIATIONS} variations of test image {index} by {escape(title)}">'
            )
