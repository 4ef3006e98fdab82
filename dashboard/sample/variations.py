"""Variations of one image: samples around its code."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.data.catalogue import Bundle
from dashboard.data.images.grids import sheet_uri
from dashboard.data.sampling import variations
from dashboard.ui.selection import chosen_image

N_VARIATIONS = 12
DEFAULT_RADIUS = 0.3


def image_variations(bundles: list[Bundle], seed: int) -> None:
    """Draw the folded section: the same image, varied by every model."""
    section = st.expander(
        "Variations of an image", icon=":material/flare:", key="variations", on_change="rerun"
    )
    if not section.open:
        return
    with section:
        highest = int(bundles[0].test.indices.max())
        left, right, _ = st.columns([1, 1.6, 2], vertical_alignment="bottom")
        index = int(
            left.number_input("Test image", 0, highest, value=chosen_image(bundles[0]), step=1, key="varied")
        )
        radius = right.slider(
            "Radius",
            0.0,
            1.5,
            DEFAULT_RADIUS,
            step=0.05,
            key="radius",
            help="Standard deviation of the noise on the code, in units of the spread of real codes.",
        )
        st.caption("The first of each row is the reconstruction itself.")
        for bundle in bundles:
            images = variations(bundle, index, radius, N_VARIATIONS, seed)
            title = bundle.spec.title
            name, picture = st.columns([1, 6], vertical_alignment="center")
            name.markdown(f"**{title}**")
            picture.html(
                f'<img src="{sheet_uri(images, N_VARIATIONS)}" style="width:100%;image-rendering:pixelated" '
                f'alt="{N_VARIATIONS} variations of test image {index} by {escape(title)}">'
            )
