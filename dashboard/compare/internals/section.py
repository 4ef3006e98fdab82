"""Internals section: one row of figures per model, depending on its capabilities."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.compare.internals.families import (
    autoencoder_figures,
    cnn_figures,
    denoising_autoencoder_figures,
    flow_figures,
    gan_figures,
    lda_figures,
    pca_figures,
)
from dashboard.compare.internals.figures import Figure, draw_figures
from dashboard.compare.internals.services import Capability
from dashboard.compare.internals.vae import vae_figures
from dashboard.data.catalogue import Bundle

N_COLUMNS = 3

FIGURES: dict[Capability, Callable[[Bundle], list[Figure]]] = {
    Capability.POSTERIOR: vae_figures,
    Capability.PRINCIPAL_COMPONENTS: pca_figures,
    Capability.CLASSIFIER: cnn_figures,
    Capability.SUPERVISED: lda_figures,
    Capability.DENOISING: denoising_autoencoder_figures,
    Capability.INVERSION_ENCODER: gan_figures,
    Capability.FLOW: flow_figures,
}
"""The figures of models with a capability, the first that fits; others get those of an autoencoder."""


def draw_internals(bundles: list[Bundle]) -> None:
    """Draw the section."""
    with st.container(key="internals"):
        for bundle in bundles:
            st.markdown(f"#### {bundle.spec.title}")
            draw_figures(bundle, _figures_of(bundle), N_COLUMNS)


def _figures_of(bundle: Bundle) -> list[Figure]:
    fitting = (make for capability, make in FIGURES.items() if capability in bundle.capabilities)
    return next(fitting, autoencoder_figures)(bundle)
