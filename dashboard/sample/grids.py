"""Samples in one column per model; a click on a sample opens it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import BY_CONTENT, Bundle, file_stem, open_bundle
from dashboard.data.images.grids import grid_png
from dashboard.data.images.pixels import image_uri
from dashboard.data.images.stand_ins import stand_in_label, stand_ins_label
from dashboard.data.maps import extent_of, stratified_rows
from dashboard.data.sampling import (
    NearestImage,
    Samples,
    SamplingSettings,
    group_shares,
    nearest_images,
    on_plane,
    samples_npz,
)
from dashboard.sample.charts import class_histogram, samples_over_codes
from dashboard.ui.charts.gallery import gallery
from dashboard.ui.gallery import clicked_value
from dashboard.ui.missing_originals import originals_note
from dashboard.ui.pictures import Picture, in_brackets, picture_row, shown_name, whole_name

SIDE = 260
N_CLOUD = 1000
"""Test codes behind the samples."""
LARGE, SMALL = 128, 72
DOWNLOAD_FACTOR = 4
PLURALS = {"class": "Classes", "cluster": "Clusters"}


def sample_columns(results: list[Samples], settings: SamplingSettings, *, top: float) -> None:
    """Draw one column per model: samples, their distribution, class histogram, and codes over test codes.

    Parameters
    ----------
    results : list of Samples
        Samples of one model each.
    settings : SamplingSettings
    top : float
        Upper end of the histograms' axis.
    """
    for samples, column in zip(results, st.columns(len(results), gap="medium"), strict=True):
        with column:
            _column(samples, settings, top)


def _column(samples: Samples, settings: SamplingSettings, top: float) -> None:
    bundle_id, title = samples.bundle_id, samples.title
    grid, histogram, overlay = _specs(open_bundle(bundle_id), settings, samples.classifier, top, samples)
    st.markdown(f"**{title}**")
    st.vega_lite_chart(
        spec=grid,
        key=f"samples_{bundle_id}",
        width="content",
        on_select=partial(_on_click, bundle_id),
        selection_mode="picked",
        alt=f"{settings.n} samples of {title}; click one to open it",
    )
    st.caption(f"Codes sampled from {samples.source}.")
    _downloads(samples, settings)
    word = open_bundle(bundle_id).group_word
    st.caption(f"{PLURALS[word]} assigned by {samples.classifier}; ticks: share among test images")
    st.vega_lite_chart(
        spec=histogram,
        key=f"histogram_{bundle_id}",
        alt=f"Share of each {word} among the samples of {title}",
    )
    two = samples.codes.shape[1] == 2
    st.caption("Their codes over test codes (grey)" + ("" if two else ", first two principal directions"))
    st.vega_lite_chart(
        spec=overlay,
        key=f"overlay_{bundle_id}",
        width="content",
        alt=f"Scatter plot: codes of the samples of {title} over test codes in grey",
    )


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_CONTENT)
def _specs(
    bundle: Bundle,
    settings: SamplingSettings,  # noqa: ARG001 - part of the cache key
    classifier: str,  # noqa: ARG001 - part of the cache key
    top: float,
    _samples: Samples,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return grid, class histogram and scatter plot of samples; they depend on the other arguments only."""
    images, groups = _samples.images, bundle.groups
    n_columns = int(np.ceil(np.sqrt(len(images))))
    uris = [image_uri(image) for image in images]
    grid = gallery(uris, list(range(len(uris))), n_columns, side=SIDE // n_columns - 2, gap=2)
    shares = (np.bincount(_samples.labels, minlength=len(groups)) / len(images)).astype(np.float32)
    histogram = class_histogram(shares, group_shares(bundle), groups, top=top)
    return grid, histogram, _overlay(_samples)


def _on_click(bundle_id: str) -> None:
    """Open the clicked sample."""
    number = clicked_value(f"samples_{bundle_id}", "index")
    if number is not None:
        state.put("sample", f"{bundle_id.partition('/')[2]}:{number}")


def _downloads(samples: Samples, settings: SamplingSettings) -> None:
    stem = f"{file_stem(samples.bundle_id)}-samples-seed{settings.seed}"
    n_columns = int(np.ceil(np.sqrt(len(samples.images))))
    with st.popover("Save", icon=":material/download:"):
        st.download_button(
            "Grid (PNG)",
            partial(grid_png, samples.images, n_columns, factor=DOWNLOAD_FACTOR),
            f"{stem}.png",
            "image/png",
            on_click="ignore",
            key=f"grid_png_{samples.bundle_id}",
        )
        st.download_button(
            "Samples, codes and seed (NPZ)",
            partial(samples_npz, samples, settings),
            f"{stem}.npz",
            "application/octet-stream",
            on_click="ignore",
            key=f"grid_npz_{samples.bundle_id}",
        )


def _overlay(samples: Samples) -> dict[str, Any]:
    """Return the scatter plot of the samples' codes over test codes."""
    bundle = open_bundle(samples.bundle_id)
    real, sampled = on_plane(samples)
    real = real[stratified_rows(bundle.test_groups, N_CLOUD)]
    names = [bundle.groups[label] for label in samples.labels]
    extent = extent_of(np.concatenate([real, sampled]))
    return samples_over_codes(real, sampled, names, bundle.groups, extent, size=SIDE)


def chosen_sample(ids: list[str], n: int) -> tuple[str, int] | None:
    """Return bundle id and index of the opened sample, or None; an unknown sample gives a notice."""
    text = state.get("sample")
    if text is None:
        return None
    name, _, number = text.partition(":")
    bundle_id = next((one for one in ids if one.partition("/")[2] == name), None)
    if bundle_id is not None and number.isdecimal() and len(number) < 10 and int(number) < n:
        return bundle_id, int(number)
    state.put("sample", None)
    state.notify("sample", f"There is no sample “{text[:30]}” on this page; click one to open it.")
    return None


def opened_sample(results: list[Samples], opened: tuple[str, int] | None) -> None:
    """Draw the opened sample: its class, the nearest train images, and its code."""
    if opened is None:
        st.caption("Click a sample to see its class or cluster, the nearest train images, and its code.")
        return
    samples = next(one for one in results if one.bundle_id == opened[0])
    row = opened[1]
    bundle = open_bundle(samples.bundle_id)
    label = bundle.groups[samples.labels[row]]
    st.markdown(f"#### Sample {row} of {samples.title}: {shown_name(label)}", help=whole_name(label))
    own, others = st.columns([1, 3], gap="medium")
    with own:
        uri = image_uri(samples.images[row])
        caption = f"Classified as {label} by {samples.classifier}"
        picture_row([Picture(uri, f"Sample {row} of {samples.title}", caption, LARGE)])
    with others:
        _nearest_train(nearest_images(open_bundle(samples.bundle_id), samples.images[row]), len(bundle.train))
    originals_note(bundle.spec.dataset)
    code = ", ".join(f"{value:.3f}" for value in samples.codes[row])
    st.code(f"z = ({code})", language=None, wrap_lines=True)


def _nearest_train(found: list[NearestImage], n_searched: int) -> None:
    """Draw the train images nearest to a sample, with their distances and how these were measured."""
    if not found:
        st.caption(
            "The search for nearest train images needs the dataset or its image index (`latentcore index`)."
        )
        return
    distance = "pixel distance" + (" estimated from principal components" if found[0].estimated else "")
    kinds, kind = stand_ins_label(found[0].made_by), in_brackets(stand_in_label(found[0].made_by))
    st.markdown(
        f"**Nearest train images** of {n_searched:,} by {distance}: the smallest distance is "
        f"{found[0].distance:.2f}; 0 would be a copy." + (f" They are shown as {kinds}." if kinds else "")
    )
    picture_row(
        [
            Picture(
                image_uri(other.image),
                f"Train image {other.index}, {other.label}{kind}",
                f"{other.label}\n{other.distance:.2f}",
                SMALL,
            )
            for other in found
        ],
        gap=8,
    )
