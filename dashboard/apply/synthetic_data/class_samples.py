"""Images drawn for each class, and a labelled set to take away: owns "maker", "labelled" and "seed"."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from dashboard import state
from dashboard.apply.synthetic_data.services import (
    ALL,
    N_WIDE,
    Maker,
    class_strips,
    labelled_choices,
    labelled_npz,
)
from dashboard.data.catalogue import bundle_title, open_bundle

NAMES = ("maker", "labelled", "seed")
SIZES = (10, 100, 500)
LARGEST_SEED = 999_999
_STYLE = (
    "<style>.class-samples{display:grid;gap:6px 36px;font-size:.9rem;max-width:1240px;"
    "grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr))}"
    ".class-samples div{display:grid;grid-template-columns:5.5rem 1fr;align-items:center}"
    ".class-samples img{width:100%;image-rendering:pixelated;display:block;border-radius:3px}</style>"
)


def chosen_maker(dataset: str, names: Sequence[str]) -> Maker:
    """Return the valid choice of model, labelled images and seed; `names` are models that can draw."""
    name = state.choose("maker", list(names), names[-1], "model that draws images of a class")
    bundle_id = f"{dataset}/{name}"
    labelled = state.choose(
        "labelled", labelled_choices(open_bundle(bundle_id)), ALL, "number of labelled images"
    )
    return Maker(bundle_id, labelled, int(state.number("seed", 0, 0, LARGEST_SEED, whole=True)))


def class_samples(maker: Maker, names: Sequence[str]) -> None:
    """Draw the controls, one row of images a class, and the download."""
    dataset, _, chosen = maker.bundle_id.partition("/")
    st.markdown("#### Images drawn for each class")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Model",
            list(names),
            format_func=lambda name: bundle_title(f"{dataset}/{name}"),
            width=200,
            **state.bind("pick_maker", chosen, _take, "maker"),
        )
        st.segmented_control(
            "Labelled images a class",
            labelled_choices(open_bundle(maker.bundle_id)),
            required=True,
            help="The images whose codes the Gaussian of a class is fitted to; all: every train image that "
            "the bundle keeps a code of.",
            **state.bind("pick_labelled", maker.labelled, _take, "labelled"),
        )
        st.number_input(
            "Seed",
            0,
            LARGEST_SEED,
            step=1,
            width=140,
            help="The same seed chooses the same labelled images and draws the same codes.",
            **state.bind("pick_seed", maker.seed, _take, "seed"),
        )
        _download(maker)
    title = bundle_title(maker.bundle_id)
    rows = "".join(
        f"<div><span>{escape(name)}</span>"
        f'<img src="{uri}" alt="{N_WIDE} images that {escape(title)} draws for {escape(name)}"></div>'
        for name, uri in class_strips(maker)
    )
    st.html(f'{_STYLE}<div class="class-samples">{rows}</div>')
    st.caption(
        f"{title} decodes codes that were drawn from a Gaussian for each class. A label is what was asked "
        "for, which the image need not show."
    )


def _download(maker: Maker) -> None:
    stem = f"{maker.bundle_id.replace('/', '-')}-labelled-seed{maker.seed}"
    with st.popover("Download", icon=":material/download:"):
        st.markdown("**Labelled images** (NPZ): images, labels, classes, seed and model id")
        with st.container(horizontal=True):
            for n in SIZES:
                st.download_button(
                    f"{n} a class",
                    partial(labelled_npz, maker, n),
                    f"{stem}.npz",
                    "application/octet-stream",
                    on_click="ignore",
                    key=f"labelled_{n}",
                )


def _take(name: str) -> None:
    state.put(name, str(state.widget(f"pick_{name}")))
