"""Synthetic data page: whether a model's samples help a classifier that has few real images."""

from __future__ import annotations

import streamlit as st

from dashboard.apply.synthetic_data.classifier_curves import classifier_curves
from dashboard.apply.synthetic_data.labelled_samples import NAMES, labelled_samples
from dashboard.apply.synthetic_data.measure_again import measure_again
from dashboard.apply.synthetic_data.services.samples import is_unsupervised
from dashboard.data.catalogue import Bundle
from dashboard.data.study_results import model_title
from dashboard.ui.frame import models_page, needs_labels


def page() -> None:
    """Draw the page."""
    models_page(_sections, NAMES, needs="Synthetic images need a model that samples them")


def _sections(dataset: str, bundles: list[Bundle]) -> None:
    if needs_labels(bundles, "A classifier is trained on labelled images"):
        return
    able = _unsupervised(bundles)
    if able:
        classifier_curves(dataset, able)
        measure_again([f"{dataset}/{name}" for name in able])
        labelled_samples(dataset, able)


def _unsupervised(bundles: list[Bundle]) -> list[str]:
    """Return the names of the chosen models that were trained without labels; say which are left out."""
    able = [bundle.spec.name for bundle in bundles if is_unsupervised(bundle)]
    for bundle in bundles:
        if bundle.spec.name not in able:
            st.caption(
                f"{model_title(bundle.spec.dataset, bundle.spec.name)} is left out: it was trained with the "
                "labels of all train images, while this page is about few labels."
            )
    if bundles and not able:
        st.info("Choose a model trained without labels: PCA, an autoencoder, a VAE, a GAN or a flow.")
    return able


page()
