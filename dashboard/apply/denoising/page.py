"""Denoising page: corrupt one image, denoise it with every chosen model and with classical filters."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.denoising.section import NAMES, denoising
from dashboard.ui.model_set import pick_bundles
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    dataset, names, bundles = pick_bundles(catalogue, ("pca", "ae", "dae", "vae", "gan"))
    notices = st.container()
    if bundles:
        own = {name: state.get(name) for name in NAMES}
        state.publish(dataset=dataset, models=",".join(names), **own)
        denoising(bundles)
    with notices:
        show_notices()
    copy_link()
    show_problems(catalogue)


page()
