"""Interpolation strips: one row a model, plausibility below each."""

from __future__ import annotations

from functools import partial
from html import escape

import numpy as np
import streamlit as st

from dashboard.data.catalogue import Bundle
from dashboard.data.images.grids import morph_gif, morph_webp, sheet_png, sheet_uri
from dashboard.data.images.pixels import data_uri, image_pixels, png_bytes
from dashboard.data.images.stand_ins import maker_of, stand_ins_words
from dashboard.data.interpolation import End, Strip, end_picture, end_title
from dashboard.interpolate.charts.plausibility import AXIS_SPACE, COLOURS, SERIES, plausibility
from dashboard.ui.chart_cache import kept
from dashboard.ui.pictures import in_brackets

DOWNLOAD_FACTOR = 8
LARGEST = 8.0


def strip_legend(strips: list[Strip]) -> None:
    """Say once what the curves under every strip are."""
    kind = "train images, estimated" if any(strip.estimated for strip in strips) else "train images"
    lines = [
        f'<span style="color:{colour}">&#9679;</span> {escape(name)}'
        for name, colour in zip(SERIES, COLOURS, strict=True)
    ]
    st.html(
        '<div style="font-size:0.85rem;line-height:1.4">Under each strip, step by step: distance to the '
        f"{' and '.join(lines)} ({kind}), in multiples of the median for test images (dashed line: 1)"
        + (
            "; grey area: how sure the classifier is, from 0 to 1."
            if any(strip.confidence is not None for strip in strips)
            else "."
        )
        + "</div>"
    )


def real_row(bundle: Bundle, ends: tuple[End, End], n_steps: int) -> None:
    """Draw the real images, or their stand-ins, above the strips; a class mean has none and stays empty."""
    label, picture = st.columns([1, 5.2], vertical_alignment="center", gap="small")
    made_by = maker_of(bundle.spec.dataset)
    label.markdown("**Real images**" if made_by is None else f"**Test images**  \n{stand_ins_words(made_by)}")
    width = f"calc((100% - {AXIS_SPACE}px) / {n_steps})"
    cells = []
    for end in ends:
        image, kind = end_picture(bundle, end)
        title = escape(end_title(bundle, end) + in_brackets(kind))
        uri = data_uri(png_bytes(image_pixels(image)))
        cells.append(
            f'<img src="{uri}" alt="{title}" title="{title}" style="width:{width};image-rendering:pixelated">'
            if end.index is not None
            else f'<span style="width:{width}"></span>'
        )
    picture.html(
        f'<div style="display:flex;justify-content:space-between;padding-left:{AXIS_SPACE}px">'
        f"{cells[0]}{cells[1]}</div>"
    )


def draw_strip(strip: Strip, *, top: float) -> None:
    """Draw one model's strip with its numbers, curves and downloads."""
    label, picture = st.columns([1, 5.2], vertical_alignment="top", gap="small")
    ratio = strip.length / max(strip.chord, 1e-9)
    with label:
        st.markdown(f"**{strip.title}**")
        st.caption(
            f"{strip.kind} path  \nlength {strip.length:.1f}, chord {strip.chord:.1f}: "
            f"**{ratio:.2f}** times as long",
            help="Length of the decoded path, the sum of the distances between neighbouring images, over "
            "the distance of its ends. 1 is a plain cross-fade of pixels; more means that the image moves.",
        )
        with st.popover("Save", icon=":material/download:"):
            _downloads(strip)
    with picture:
        n = len(strip.images)
        st.html(
            f'<img src="{sheet_uri(strip.images, n)}" alt="{escape(strip.title)}: {n} decodes along a '
            f'{strip.kind} path" style="width:100%;padding-left:{AXIS_SPACE}px;image-rendering:pixelated">'
        )
        st.vega_lite_chart(
            spec=kept(plausibility)(strip.code_distance, strip.image_distance, strip.confidence, top=top),
            key=f"curve_{strip.bundle_id}",
            alt=f"Plausibility of the steps of {strip.title}",
        )


def common_top(strips: list[Strip]) -> float:
    """Return the upper end of the distances in all strips, so that they can be compared."""
    curves = [c for s in strips for c in (s.code_distance, s.image_distance) if c is not None]
    highest = max(float(curve.max()) for curve in curves)
    return float(np.clip(1.1 * highest, 2, LARGEST))


def _downloads(strip: Strip) -> None:
    stem = f"{strip.bundle_id.replace('/', '-')}-path"
    n = len(strip.images)
    for title, make, suffix, mime in (
        ("Strip (PNG)", partial(sheet_png, strip.images, n, factor=DOWNLOAD_FACTOR), "png", "image/png"),
        ("Morph (GIF)", partial(morph_gif, strip.images, factor=DOWNLOAD_FACTOR), "gif", "image/gif"),
        ("Morph (WebP)", partial(morph_webp, strip.images, factor=DOWNLOAD_FACTOR), "webp", "image/webp"),
    ):
        st.download_button(
            title, make, f"{stem}.{suffix}", mime, on_click="ignore", key=f"{suffix}_{strip.bundle_id}"
        )
