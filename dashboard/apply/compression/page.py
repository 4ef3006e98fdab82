"""Compression: what an image costs in bytes, and how good it stays, with every model and beside them."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.compression.compress_again import compress_again
from dashboard.apply.compression.lat_download import lat_download
from dashboard.apply.compression.one_image import squeezed
from dashboard.apply.compression.rate_curves import NAMES, rates
from dashboard.apply.compression.services.study import chosen_curves, missing_models
from dashboard.data.catalogue import Bundle
from dashboard.ui.model_set import several_models
from dashboard.ui.problems import catalogue_or_stop, show_problems, study_or_say
from dashboard.ui.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    dataset, names, bundles = several_models(catalogue)
    notices = st.container()
    if bundles:
        _results(dataset, bundles)
    state.publish(dataset=dataset, models=",".join(names), **{name: state.get(name) for name in NAMES})
    with notices:
        show_notices()
    copy_link()
    show_problems(catalogue)


def _results(dataset: str, bundles: list[Bundle]) -> None:
    study = study_or_say(dataset, "compression")
    if study is None:
        compress_again(bundles)
        return
    names = [bundle.spec.name for bundle in bundles]
    curves = chosen_curves(study, names)
    if missing := missing_models(study, names):
        st.caption(
            f"Not in the study, and left out: {', '.join(missing)}. `{study.command}` measures them all anew."
        )
    step = rates(study, curves)
    squeezed(bundles[0], curves)
    lat_download(bundles, curves, step)
    compress_again(bundles)
    with st.expander("How it was measured", icon=":material/science:"):
        st.caption(study.protocol)
        st.caption(f"{study.cpu_seconds:,.0f} CPU seconds; `{study.command}` measures it again.")


page()
