"""Compression: what an image costs in bytes, and how good it stays, with every model and beside them."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components.compress_anew import compress_again
from dashboard.components.lat_download import lat_download
from dashboard.components.model_set import several_models
from dashboard.components.problems import catalogue_or_stop, show_problems, study_or_say
from dashboard.components.rates import NAMES, rates
from dashboard.components.share import copy_link, show_notices
from dashboard.components.squeezed import squeezed
from dashboard.services.catalogue import Bundle
from dashboard.services.compression import chosen_curves, missing_models


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
