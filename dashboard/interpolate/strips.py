"""Interpolation strips: one row of decodes per model, with its plausibility curves below."""

from __future__ import annotations

from functools import partial
from html import escape

import numpy as np
import streamlit as st

from dashboard.data.catalogue import Bundle, file_stem
from dashboard.data.endpoints import Endpoint, ImageEndpoint, endpoint_picture, endpoint_title
from dashboard.data.images.grids import grid_png, grid_uri, morph_gif, morph_webp
from dashboard.data.images.pixels import image_uri
from dashboard.data.images.stand_ins import stand_in_bundle, stand_ins_label
from dashboard.interpolate.charts.plausibility import AXIS_SPACE, COLOURS, SERIES, plausibility
from dashboard.interpolate.services import Strip, autoencoder_line, path_length
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.pictures import in_brackets

DOWNLOAD_FACTOR = 8
LARGEST = 8.0
"""Upper end of the distance axis at most, in multiples of the median."""


def strip_legend(strips: list[Strip]) -> None:
    """Draw the legend of the curves under the strips."""
    estimated = " (estimated)" if any(strip.estimated for strip in strips) else ""
    lines = [
        f'<span style="color:{colour}">&#9679;</span> {escape(name)}'
        for name, colour in zip(SERIES, COLOURS, strict=True)
    ]
    st.html(
        '<div style="font-size:0.85rem;line-height:1.4">Under each strip: distance of each step to the '
        f"{' and '.join(lines)}{estimated}, in multiples of the median for test images (dashed line: 1)"
        + (
            "; grey area: largest class probability of the classifier, from 0 to 1."
            if any(strip.confidence is not None for strip in strips)
            else "."
        )
        + "</div>"
    )


def endpoint_row(bundle: Bundle, endpoints: tuple[Endpoint, Endpoint], n_steps: int) -> None:
    """Draw the endpoints' original images, or their stand-ins, above the strips; nothing for a class mean."""
    label, picture = st.columns([1, 5.2], vertical_alignment="center", gap="small")
    made_by = stand_in_bundle(bundle.spec.dataset)
    label.markdown("**Real images**" if made_by is None else f"**Test images**  \n{stand_ins_label(made_by)}")
    width = f"calc((100% - {AXIS_SPACE}px) / {n_steps})"
    cells = []
    for endpoint in endpoints:
        image, kind = endpoint_picture(bundle, endpoint)
        title = escape(endpoint_title(bundle, endpoint) + in_brackets(kind))
        uri = image_uri(image)
        cells.append(
            f'<img src="{uri}" alt="{title}" title="{title}" style="width:{width};image-rendering:pixelated">'
            if isinstance(endpoint, ImageEndpoint)
            else f'<span style="width:{width}"></span>'
        )
    picture.html(
        f'<div style="display:flex;justify-content:space-between;padding-left:{AXIS_SPACE}px">'
        f"{cells[0]}{cells[1]}</div>"
    )


def draw_strip(strip: Strip, *, top: float) -> None:
    """Draw one model's strip with its path length, curves and downloads."""
    label, picture = st.columns([1, 5.2], vertical_alignment="top", gap="small")
    ratio = strip.length / max(strip.chord, 1e-9)
    with label:
        st.markdown(f"**{strip.title}**")
        st.caption(
            f"{strip.kind} path  \nlength {strip.length:.1f} / chord {strip.chord:.1f} = **{ratio:.2f}**",
            help="Length: sum of the pixel distances between neighbouring decodes. Chord: pixel distance of "
            "the first and the last decode. Ratio 1: a plain cross-fade; above 1: shapes move or change.",
        )
        with st.popover("Save", icon=":material/download:"):
            _downloads(strip)
    with picture:
        n = len(strip.images)
        st.html(
            f'<img src="{grid_uri(strip.images, n)}" alt="{escape(strip.title)}: {n} decodes along a '
            f'{strip.kind} path" style="width:100%;padding-left:{AXIS_SPACE}px;image-rendering:pixelated">'
        )
        st.vega_lite_chart(
            spec=cached_chart(plausibility)(
                strip.code_distance, strip.image_distance, strip.confidence, top=top
            ),
            key=f"curve_{strip.bundle_id}",
            alt=f"Plausibility of the steps of {strip.title}",
        )


def draw_autoencoder_line(bundle: Bundle, endpoints: tuple[Endpoint, Endpoint], n_steps: int) -> None:
    """Draw, for a flow, the straight line between its autoencoder's codes; nothing for other models."""
    images = autoencoder_line(bundle, *endpoints, n_steps)
    if images is None:
        return
    label, picture = st.columns([1, 5.2], vertical_alignment="center", gap="small")
    length, chord = path_length(images), max(path_length(images[[0, -1]]), 1e-9)
    label.caption(
        f"the same endpoints, straight line between the autoencoder's codes, without the flow  \nratio "
        f"**{length / chord:.2f}**"
    )
    picture.html(
        f'<img src="{grid_uri(images, n_steps)}" alt="{escape(bundle.spec.title)}: {n_steps} decodes along a '
        f'straight line between codes of its autoencoder" style="width:100%;padding-left:{AXIS_SPACE}px;'
        'image-rendering:pixelated">'
    )


def upper_limit(strips: list[Strip]) -> float:
    """Return the upper end of the distance axis, common to all strips so that they can be compared."""
    curves = [c for s in strips for c in (s.code_distance, s.image_distance) if c is not None]
    highest = max((float(curve.max()) for curve in curves), default=0.0)
    return float(np.clip(1.1 * highest, 2, LARGEST))


def _downloads(strip: Strip) -> None:
    stem = f"{file_stem(strip.bundle_id)}-path"
    n = len(strip.images)
    for title, make, suffix, mime in (
        ("Strip (PNG)", partial(grid_png, strip.images, n, factor=DOWNLOAD_FACTOR), "png", "image/png"),
        ("Morph (GIF)", partial(morph_gif, strip.images, factor=DOWNLOAD_FACTOR), "gif", "image/gif"),
        ("Morph (WebP)", partial(morph_webp, strip.images, factor=DOWNLOAD_FACTOR), "webp", "image/webp"),
    ):
        st.download_button(
            title, make, f"{stem}.{suffix}", mime, on_click="ignore", key=f"{suffix}_{strip.bundle_id}"
        )
