"""Curves of bits per pixel against quality: owns the names "step" and "share"."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.apply.compression.charts import rate_curves
from dashboard.apply.compression.services.study import (
    CURVE_STEPS,
    NOT_COUNTED,
    Curve,
    StudyResult,
    bar_words,
    curves_frame,
)
from dashboard.ui.chart_cache import kept
from dashboard.ui.theme import is_dark

NAMES = ("step", "share", "rate", "point")
SHARES = {"0": "not counted", "100": "100", "1000": "1,000", "10000": "10,000", "100000": "100,000"}
"""Numbers of images that share the decoder, as they are in the address and on the page."""
STEP_NAMES = [f"{step:g}" for step in CURVE_STEPS]
DEFAULT_STEP = "0.35"


def rates(study: StudyResult, curves: Sequence[Curve]) -> float:
    """Draw the controls, the curves and the table; return the chosen step."""
    st.markdown(
        "Each point is a real file. **Up and to the left is better**: a sharper image from fewer bits. "
        "Rings mark the chosen step."
    )
    plot, words = st.columns([1.75, 1], gap="medium")
    with words:
        step = _pick_step()
        n_images = _pick_share()
    n_pixels = study.found["pixels"]
    bar = study.found["bar"] if n_images == NOT_COUNTED else None  # it counts no decoder
    frame = curves_frame(curves, n_images, n_pixels)
    with plot:
        spec = kept(rate_curves)(frame, step, tuple(bar) if bar else None, dark=is_dark())
        st.vega_lite_chart(spec, width="stretch", key="rate_curves", alt="Rate-distortion curves")
    with words:
        _table(curves, step, n_images, n_pixels)
        _notes(study, n_images)
    return step


def _pick_step() -> float:
    step = state.choose("step", STEP_NAMES, DEFAULT_STEP)
    st.select_slider(
        "Step that codes are rounded to",
        STEP_NAMES,
        help="In spreads of a typical code dimension. A coarse step takes few bits and loses more.",
        **state.bind("pick_step", step, _take, "step"),
    )
    return float(step)


def _pick_share() -> int:
    share = state.choose("share", list(SHARES), str(NOT_COUNTED), "number of images")
    st.select_slider(
        "Decoder shared by so many images",
        list(SHARES),
        format_func=SHARES.__getitem__,
        help="A receiver needs the decoder once. Spread over few images, it outweighs them.",
        **state.bind("pick_share", share, _take, "share"),
    )
    return int(share)


def _table(curves: Sequence[Curve], step: float, n_images: int, n_pixels: int) -> None:
    chosen = [(curve, point) for curve in curves if curve.kind == "model" and (point := curve.at_step(step))]
    if not chosen:
        return
    lines = [
        {
            "Model": curve.title,
            "bits per pixel": point.spread_over(n_images, n_pixels),
            "bytes an image": point.bytes_per_image,
            "PSNR": f"{point.psnr:.1f} [{point.interval[0]:.1f}, {point.interval[1]:.1f}]",
            "decoder": point.decoder_bytes / 1000,
        }
        for curve, point in chosen
    ]
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        key="rate_table",
        column_config={
            "bits per pixel": st.column_config.NumberColumn("bits/px", format="%.3f", width=62),
            "bytes an image": st.column_config.NumberColumn(
                "bytes", format="%.1f", width=58, help="An image's share of the file."
            ),
            "PSNR": st.column_config.TextColumn("dB [95%]", width=118),
            "decoder": st.column_config.NumberColumn(
                "+ kB", format="%.0f", width=54, help="What a receiver needs once: the decoder, in kB."
            ),
        },
    )


def _notes(study: StudyResult, n_images: int) -> None:
    found = study.found
    share = (
        "The decoder is not counted."
        if n_images == NOT_COUNTED
        else f"Bits per pixel hold the decoder, shared by {n_images:,} images; formats that every machine "
        "reads have none to count."
    )
    st.caption(f"n = {found['n']:,} test images in one file, seed {study.seeds[0]}. {share}")
    if words := bar_words(study):
        st.caption(words)
    if found["missing"]:
        st.caption(f"Left out, as the Pillow of the study cannot write it: {', '.join(found['missing'])}.")


def _take(name: str) -> None:
    state.put(name, str(state.widget(f"pick_{name}")))
