"""Transfer page: linear probes on few labels, with encoders of this dataset and of others."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.transfer.controls import NAMES
from dashboard.apply.transfer.measure_again import measure_again
from dashboard.apply.transfer.probe_curves import linear_probes
from dashboard.ui.model_set import pick_bundles
from dashboard.ui.problems import catalogue_or_stop, show_problems
from dashboard.ui.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    dataset, names, bundles = pick_bundles(catalogue)
    notices = st.container()
    if bundles:
        linear_probes(dataset, [bundle.spec.name for bundle in bundles])
        measure_again([bundle.spec.id for bundle in bundles])
    own = {name: state.get(name) for name in NAMES}
    state.publish(dataset=dataset, models=",".join(names), **own)
    with notices:
        show_notices()
    copy_link()
    show_problems(catalogue)


page()
