"""The denoising page's fragment: corruption controls, one image, and scores over all levels."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.denoising.controls import chosen_corruption, pick_corruption
from dashboard.apply.denoising.one_image import denoised_images
from dashboard.apply.denoising.score_curves import score_curves
from dashboard.data.catalogue import Bundle
from dashboard.ui.fragments import bundle_fragment
from dashboard.ui.image_source import chosen_source, pick_input_image
from dashboard.ui.missing_originals import originals_note

NAMES = ("noise", "level", "seed", "source", "point")


@bundle_fragment
def denoising(bundles: list[Bundle]) -> None:
    """Draw controls, images and curves; changing a control reruns this fragment only."""
    corruption, source = chosen_corruption(), chosen_source(bundles[0])
    pick_corruption(corruption)
    controls, pictures = st.columns([1, 3.2], gap="medium")
    with controls:
        subject = pick_input_image(bundles[0], source)
        originals_note(bundles[0].spec.dataset)
    state.republish(*NAMES)
    with pictures:
        if subject is None:
            st.caption("The corrupted image and its denoised versions appear here.")
        else:
            denoised_images(bundles, subject, corruption)
    score_curves(bundles, corruption)
