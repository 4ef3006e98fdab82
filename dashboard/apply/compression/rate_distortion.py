"""Rate-distortion curves (bits per pixel, PSNR) and their table; owns the names "step" and "share"."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.apply.compression.charts import rate_distortion_chart
from dashboard.apply.compression.services.study import (
    CURVE_STEPS,
    NOT_COUNTED,
    Curve,
    StudyResult,
    curve_table,
    target_text,
)
from dashboard.ui.chart_cache import cached_chart
from dashboard.ui.theme import is_dark

NAMES = ("step", "share", "rate", "point")
SHARES = {"0": "not counted", "100": "100", "1000": "1,000", "10000": "10,000", "100000": "100,000"}
"""Numbers of images that the decoder's size is divided among: in the address, and on the page."""
STEP_NAMES = [f"{step:g}" for step in CURVE_STEPS]
DEFAULT_STEP = "0.35"


def rate_distortion(study: StudyResult, curves: Sequence[Curve]) -> float:
    """Draw the controls, the curves and the table; return the chosen step."""
    st.markdown(
        "Rate-distortion curves; each point was measured on a complete file. **Up and to the left is "
        "better**: higher PSNR at fewer bits per pixel. Rings mark the chosen quantisation step."
    )
    plot, text = st.columns([1.75, 1], gap="medium")
    with text:
        step = _pick_step()
        n_images = _pick_share()
    n_pixels = study.found["pixels"]
    target = study.found["bar"] if n_images == NOT_COUNTED else None  # it is set without the decoder
    table = curve_table(curves, n_images, n_pixels)
    with plot:
        spec = cached_chart(rate_distortion_chart)(
            table, step, tuple(target) if target else None, dark=is_dark()
        )
        st.vega_lite_chart(
            spec, width="stretch", key="rate_curves", alt="Rate-distortion curves: PSNR by bits per pixel"
        )
    with text:
        _table(curves, step, n_images, n_pixels)
        _notes(study, n_images)
    return step


def _pick_step() -> float:
    step = state.choose("step", STEP_NAMES, DEFAULT_STEP)
    st.select_slider(
        "Quantisation step of the codes",
        STEP_NAMES,
        help="In standard deviations of a typical code dimension. A larger step takes fewer bits and lowers "
        "the PSNR.",
        **state.bind("pick_step", step, _set, "step"),
    )
    return float(step)


def _pick_share() -> int:
    share = state.choose("share", list(SHARES), str(NOT_COUNTED), "number of images")
    st.select_slider(
        "Images that the decoder's size is divided among",
        list(SHARES),
        format_func=SHARES.__getitem__,
        help="The decoder's weights are transmitted once. Divided among few images, they cost more than the "
        "images themselves.",
        **state.bind("pick_share", share, _set, "share"),
    )
    return int(share)


def _table(curves: Sequence[Curve], step: float, n_images: int, n_pixels: int) -> None:
    chosen = [(curve, point) for curve in curves if curve.kind == "model" and (point := curve.at_step(step))]
    if not chosen:
        return
    rows = [
        {
            "Model": curve.title,
            "bits per pixel": point.rate_with_decoder(n_images, n_pixels),
            "bytes per image": point.bytes_per_image,
            "PSNR": f"{point.psnr:.1f} [{point.interval[0]:.1f}, {point.interval[1]:.1f}]",
            "decoder": point.decoder_bytes / 1000,
        }
        for curve, point in chosen
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="rate_table",
        column_config={
            "bits per pixel": st.column_config.NumberColumn("bits/px", format="%.3f", width=62),
            "bytes per image": st.column_config.NumberColumn(
                "bytes", format="%.1f", width=58, help="File size divided by the number of images."
            ),
            "PSNR": st.column_config.TextColumn("dB [95%]", width=118),
            "decoder": st.column_config.NumberColumn(
                "dec. kB",
                format="%.0f",
                width=66,
                help="Decoder: weights and entropy-coding tables in kB, transmitted once.",
            ),
        },
    )


def _notes(study: StudyResult, n_images: int) -> None:
    found = study.found
    share = (
        "The decoder is not counted."
        if n_images == NOT_COUNTED
        else f"Bits per pixel include the decoder's size divided by {n_images:,} images; JPEG, WebP and AVIF "
        "have no decoder to transmit."
    )
    st.caption(f"n = {found['n']:,} test images in one file, seed {study.seeds[0]}. {share}")
    if text := target_text(study):
        st.caption(text)
    if found["missing"]:
        st.caption(f"Left out, because the study's Pillow could not write it: {', '.join(found['missing'])}.")


def _set(name: str) -> None:
    state.put(name, str(state.widget(f"pick_{name}")))
