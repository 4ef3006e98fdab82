"""How the images of a new dataset are made alike, and how they are split."""

from __future__ import annotations

from typing import Any

import streamlit as st

AUTOMATIC = "automatic"
SIZES = (AUTOMATIC, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64)
COLOURS = {"auto": "Automatic", "grey": "Grey", "rgb": "Colour"}
FITS = {"crop": "Crop", "pad": "Pad", "stretch": "Stretch"}
CHANNELS = {"auto": "Automatic", "first": "First axis", "last": "Last axis"}
TEST_SHARES = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)


def pick_options() -> dict[str, Any]:
    """Draw the usual options; return their values by the names of `AddOptions`."""
    left, right = st.columns([1, 1.6])
    size = left.selectbox(
        "Image size",
        SIZES,
        format_func=lambda size: "Automatic" if size == AUTOMATIC else f"{size}x{size}",
        key="data_size",
        help="Every image gets this size, in pixels. Automatic: 28x28 for grey images, 32x32 for colour.",
    )
    colour = right.segmented_control(
        "Colour",
        COLOURS,
        format_func=COLOURS.__getitem__,
        default="auto",
        required=True,
        key="data_colour",
        help="Automatic: colour if any of 200 random images has colours.",
    )
    share = left.selectbox(
        "Test share",
        TEST_SHARES,
        index=TEST_SHARES.index(0.2),
        format_func="{:.0%}".format,
        key="data_share",
        help="Share of each class that no model is trained on; a test split of the source is kept.",
    )
    fit = right.segmented_control(
        "Images that are not square",
        FITS,
        format_func=FITS.__getitem__,
        default="crop",
        required=True,
        key="data_fit",
        help="Crop to the central square, pad with the border's colour, or stretch.",
    )
    size = None if size == AUTOMATIC else size
    return {"size": size, "colour": colour, "test_share": share, "fit": fit}


def more_options() -> dict[str, Any]:
    """Draw the options that are rarely needed; return their values by the names of `AddOptions`."""
    with st.expander("More options"):
        left, middle, right = st.columns([1, 1, 1.6])
        limit = left.number_input(
            "Maximum images", 2, None, None, placeholder="all", key="data_limit", help="Chosen at random."
        )
        seed = middle.number_input(
            "Seed", 0, 2**31 - 1, 0, key="data_seed", help="Of the random choice of test images."
        )
        channels = right.segmented_control(
            "Channels of arrays",
            CHANNELS,
            format_func=CHANNELS.__getitem__,
            default="auto",
            required=True,
            key="data_channels",
            help="Which axis of a four-dimensional array holds grey or red, green and blue.",
        )
        strict = st.toggle("Stop at the first file that cannot be used", key="data_strict")
    return {"limit": limit, "seed": seed, "channels": channels, "strict": strict}
