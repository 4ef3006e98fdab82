"""Anomaly detection page: AUROC, threshold, images and map for a choice of normal images and anomalies."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.anomaly.controls import NAMES
from dashboard.apply.anomaly.section import anomaly_detection
from dashboard.ui.model_set import pick_bundles
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    dataset, names, bundles = pick_bundles(catalogue)
    notices = st.container()
    if bundles:
        own = {name: state.get(name) for name in NAMES}
        state.publish(dataset=dataset, models=",".join(names), **own)
        anomaly_detection(bundles)
    with notices:
        show_notices()
    copy_link()
    show_problems(catalogue)


page()
