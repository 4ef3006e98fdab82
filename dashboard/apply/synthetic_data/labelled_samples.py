"""Labelled samples: images of each class, and their download; owns "maker", "labelled" and "seed"."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from dashboard import state
from dashboard.apply.synthetic_data.services.samples import (
    ALL,
    STRIP_LENGTH,
    SampleSettings,
    class_strips,
    labelled_choices,
    labelled_npz,
)
from dashboard.data.catalogue import bundle_title, file_stem, open_bundle
from dashboard.ui.pictures import caption_line

NAMES = ("maker", "labelled", "seed")
SIZES = (10, 100, 500)
"""Images per class of the downloads."""
LARGEST_SEED = 999_999
NAME_WIDTH = 88
"""Pixels of the column with the names of classes."""
_STYLE = (
    "<style>.class-samples{display:grid;gap:6px 36px;font-size:.9rem;max-width:1240px;"
    "grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr))}"
    ".class-samples div{display:grid;grid-template-columns:5.5rem 1fr;align-items:center}"
    ".class-samples img{width:100%;image-rendering:pixelated;display:block;border-radius:3px}</style>"
)


def labelled_samples(dataset: str, names: Sequence[str]) -> None:
    """Draw the controls, one row of samples per class, and the download; `names` are unsupervised models."""
    settings = _chosen_settings(dataset, names)
    st.markdown("#### Samples of each class")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _pick_settings(settings, names)
        _download(settings)
    title = bundle_title(settings.bundle_id)
    rows = "".join(
        f"<div><span>{caption_line(name, NAME_WIDTH)}</span>"
        f'<img src="{uri}" alt="{STRIP_LENGTH} samples of {escape(name)} by {escape(title)}"></div>'
        for name, uri in class_strips(settings)
    )
    st.html(f'{_STYLE}<div class="class-samples">{rows}</div>')
    st.caption(
        f"{title} decodes codes sampled from one Gaussian per class. A label names the Gaussian; the image "
        "may still look like another class."
    )


def _chosen_settings(dataset: str, names: Sequence[str]) -> SampleSettings:
    """Return the valid choice of model, number of labelled images and seed."""
    name = state.choose("maker", list(names), names[-1], "generative model")
    bundle_id = f"{dataset}/{name}"
    choices = labelled_choices(open_bundle(bundle_id))
    labelled = state.choose("labelled", choices, ALL, "number of labelled images")
    return SampleSettings(bundle_id, labelled, int(state.number("seed", 0, 0, LARGEST_SEED, whole=True)))


def _pick_settings(settings: SampleSettings, names: Sequence[str]) -> None:
    dataset, _, chosen = settings.bundle_id.partition("/")
    st.selectbox(
        "Model",
        list(names),
        format_func=lambda name: bundle_title(f"{dataset}/{name}"),
        width=200,
        **state.bind("pick_maker", chosen, _set, "maker"),
    )
    st.segmented_control(
        "Labelled images per class",
        labelled_choices(open_bundle(settings.bundle_id)),
        required=True,
        help="The images whose codes the Gaussian of each class is fitted to; all: every train image whose "
        "code the bundle stores.",
        **state.bind("pick_labelled", settings.labelled, _set, "labelled"),
    )
    st.number_input(
        "Seed",
        0,
        LARGEST_SEED,
        step=1,
        width=140,
        help="The same seed gives the same labelled images and the same samples.",
        **state.bind("pick_seed", settings.seed, _set, "seed"),
    )


def _download(settings: SampleSettings) -> None:
    stem = f"{file_stem(settings.bundle_id)}-labelled-seed{settings.seed}"
    with st.popover("Download", icon=":material/download:"):
        st.markdown("**Labelled samples** (NPZ): images, labels, classes, seed and model id")
        with st.container(horizontal=True):
            for n in SIZES:
                st.download_button(
                    f"{n} per class",
                    partial(labelled_npz, settings, n),
                    f"{stem}.npz",
                    "application/octet-stream",
                    on_click="ignore",
                    key=f"labelled_{n}",
                )


def _set(name: str) -> None:
    state.put(name, str(state.widget(f"pick_{name}")))
