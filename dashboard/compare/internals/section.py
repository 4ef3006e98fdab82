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
from dashboard.data.images.attention import has_attention
from dashboard.ui.image_input import image_input
from dashboard.ui.panels.attention import attention_panel
from dashboard.ui.selection import chosen_image

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
            if has_attention(bundle):
                _attention(bundle)


def _attention(bundle: Bundle) -> None:
    st.markdown("**Attention**")
    left, right = st.columns([1, 3], gap="large")
    with left:
        index = image_input("Test image", bundle, f"attended_{bundle.spec.id}", chosen_image(bundle))
    with right:
        attention_panel(bundle, index, "inside")


def _figures_of(bundle: Bundle) -> list[Figure]:
    fitting = (make for capability, make in FIGURES.items() if capability in bundle.capabilities)
    return next(fitting, autoencoder_figures)(bundle)
