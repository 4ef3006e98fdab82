"""Anomalies: what is normal, and how well each model tells what is not."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components.anomaly import anomaly
from dashboard.components.anomaly_controls import NAMES
from dashboard.components.model_set import several_models
from dashboard.components.problems import catalogue_or_stop, show_problems
from dashboard.components.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    dataset, names, bundles = several_models(catalogue)
    notices = st.container()
    if bundles:
        own = {name: state.get(name) for name in NAMES}
        state.publish(dataset=dataset, models=",".join(names), **own)
        anomaly(bundles)
    with notices:
        show_notices()
    copy_link()
    show_problems(catalogue)


page()
