"""Attention of a Transformer for one test image: a picture per layer and head."""

from __future__ import annotations

import streamlit as st

from dashboard.data.catalogue import Bundle
from dashboard.data.images.attention import AttentionMaps, FloatArray, attention_maps
from dashboard.data.images.pixels import image_uri
from dashboard.data.images.stand_ins import stand_in_label
from dashboard.ui.pictures import Picture, in_brackets, picture_row

ALL = 0
"""In the place of a patch: the mean over all patches."""


def attention_panel(bundle: Bundle, index: int, key: str, *, side: int = 96) -> None:
    """Draw which patches each layer and head of the encoder looks at in a test image.

    Parameters
    ----------
    bundle : Bundle
        Its model has attention.
    index : int
        Of the test image.
    key : str
        Beginning of the keys of the widgets.
    side : int
        Of a picture on the page, in pixels.
    """
    maps = attention_maps(bundle, index)
    n_patches = maps.weights.shape[-1]
    number = st.slider(
        "Looking from patch",
        ALL,
        n_patches,
        ALL,
        key=f"{key}_patch_{bundle.spec.id}",
        help=f"Patches are counted in reading order; {ALL}: the mean over all patches.",
    )
    patch = None if number == ALL else number - 1
    title = f"test image {index}" + in_brackets(stand_in_label(maps.made_by))
    first = Picture(image_uri(maps.marked(patch)), f"The image, {title}", title, side)
    shares = maps.shares(patch)
    st.caption(
        "Orange: where attention goes; the most orange patch of each picture gets the most. "
        f"{maps.grid[0]} x {maps.grid[1]} patches of {maps.side} pixels per side."
    )
    pictures = [
        _picture(maps, shares[layer, head], f"layer {layer + 1}, head {head + 1}", side)
        for layer in range(shares.shape[0])
        for head in range(shares.shape[1])
    ]
    picture_row([first, *pictures], gap=8)


def _picture(maps: AttentionMaps, shares: FloatArray, text: str, side: int) -> Picture:
    caption = f"{text}\nmost: {shares.max():.0%}"
    return Picture(image_uri(maps.overlay(shares)), f"Attention of {text}", caption, side)
