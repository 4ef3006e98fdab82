"""Compression page: bits per pixel and PSNR for every model, for PCA and for standard codecs."""

from __future__ import annotations

import streamlit as st

from dashboard.apply.compression.compress_again import compress_again
from dashboard.apply.compression.lat_download import lat_download
from dashboard.apply.compression.one_image import one_image_at_rate
from dashboard.apply.compression.rate_distortion import NAMES, rate_distortion
from dashboard.apply.compression.services.study import chosen_curves, missing_models
from dashboard.data.catalogue import Bundle
from dashboard.ui.frame import models_page
from dashboard.ui.panels.studies import study_or_message


def page() -> None:
    """Draw the page."""
    models_page(_sections, NAMES, needs="Compression to a code needs a model that decodes it to an image")


def _sections(dataset: str, bundles: list[Bundle]) -> None:
    """Draw the page's sections; without the study, only what needs none."""
    study = study_or_message(dataset, "compression")
    if study is None:
        compress_again(bundles)
        return
    names = [bundle.spec.name for bundle in bundles]
    curves = chosen_curves(study, names)
    if missing := missing_models(study, names):
        st.caption(
            f"Not in the study, and left out: {', '.join(missing)}. `{study.command}` measures all models "
            "again."
        )
    step = rate_distortion(study, curves)
    one_image_at_rate(bundles[0], curves)
    lat_download(bundles, curves, step)
    compress_again(bundles)
    with st.expander("How it was measured", icon=":material/science:"):
        st.caption(study.protocol)
        st.caption(f"{study.cpu_seconds:,.0f} CPU seconds; `{study.command}` measures it again.")


page()
