"""Internals section: one row of figures per model, depending on its family."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.compare.internals.families import (
    autoencoder_figures,
    denoising_autoencoder_figures,
    gan_figures,
    lda_figures,
    pca_figures,
)
from dashboard.compare.internals.figures import Figure, draw_figures
from dashboard.compare.internals.vae import vae_figures
from dashboard.data.catalogue import Bundle

N_COLUMNS = 3

FIGURES: dict[str, Callable[[Bundle], list[Figure]]] = {
    "pca": pca_figures,
    "lda": lda_figures,
    "ae": autoencoder_figures,
    "dae": denoising_autoencoder_figures,
    "vae": vae_figures,
    "beta_vae": vae_figures,
    "gan": gan_figures,
}
"""The figures of each family; others get those of an autoencoder."""


def draw_internals(bundles: list[Bundle]) -> None:
    """Draw the section."""
    with st.container(key="internals"):
        for bundle in bundles:
            st.markdown(f"#### {bundle.spec.title}")
            figures_of = FIGURES.get(bundle.spec.family, autoencoder_figures)
            draw_figures(bundle, figures_of(bundle), N_COLUMNS)
