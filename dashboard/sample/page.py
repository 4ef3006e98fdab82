"""Sample: new images of every chosen model, with the same seed."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.data.catalogue import Bundle, family_title
from dashboard.data.sampling import sample_images
from dashboard.sample.controls import chosen_settings, pick_settings, published_settings
from dashboard.sample.grids import chosen_sample, opened_sample, sample_columns
from dashboard.sample.noise_to_image import noise_strips
from dashboard.sample.variations import image_variations
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.model_set import pick_bundles
from dashboard.ui.panels.collections import stop_at_collection
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    stop_at_collection("Samples need a model with a prior or a fitted density, and a decoder")
    catalogue = catalogue_or_stop()
    dataset, names, bundles = pick_bundles(catalogue)
    if bundles:
        sample(bundles, dataset, names)
    show_problems(catalogue)


@bundle_fragment
def sample(bundles: list[Bundle], dataset: str, names: list[str]) -> None:
    """Draw controls and samples; a change of a control reruns this fragment only."""
    settings = chosen_settings()
    generative = [bundle for bundle in bundles if bundle.has_sampler]
    opened = chosen_sample([bundle.spec.id for bundle in generative], settings.n)
    state.publish(
        dataset=dataset, models=",".join(names), **published_settings(settings), sample=state.get("sample")
    )
    show_notices()
    pick_settings(settings)
    for bundle in bundles:
        if bundle not in generative:
            st.caption(
                f"{bundle.spec.title}: not applicable, {family_title(bundle.spec.family)} has no sampler."
            )
    if generative:
        results = [sample_images(bundle, settings) for bundle in generative]
        largest_share = max(
            float(np.bincount(samples.labels, minlength=1).max() / len(samples.labels)) for samples in results
        )
        with st.container(key="samples"):
            opened_sample(results, opened)
            sample_columns(results, settings, top=max(largest_share, 0.2))
        noise_strips(generative, settings.seed)
    copy_link()
    image_variations(bundles, settings.seed)


page()
