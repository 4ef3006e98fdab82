"""Transfer: what codes are worth where labels are few, at home and on another dataset."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.apply.transfer.probe_curves import probe_again, probe_curves
from dashboard.apply.transfer.services import finding
from dashboard.apply.transfer.transferred_encoders import carried_table, chosen_labels, pick_labels
from dashboard.ui.model_set import several_models
from dashboard.ui.problems import catalogue_or_stop, show_problems, study_or_say
from dashboard.ui.share import copy_link, show_notices


def page() -> None:
    """Draw the page."""
    catalogue = catalogue_or_stop()
    dataset, names, bundles = several_models(catalogue)
    notices = st.container()
    if bundles:
        study(dataset, [bundle.spec.name for bundle in bundles])
        probe_again([bundle.spec.id for bundle in bundles])
    state.publish(dataset=dataset, models=",".join(names), labels=state.get("labels"))
    with notices:
        show_notices()
    copy_link()
    show_problems(catalogue)


def study(dataset: str, names: list[str]) -> None:
    """Draw what the study found."""
    result = study_or_say(dataset, "transfer")
    if result is None:
        return
    found = result.found
    n_labels = chosen_labels(found)
    st.markdown("#### How many labels does a linear classifier need?")
    chart, words = st.columns([2.6, 1], gap="large")
    with words:
        pick_labels(found, n_labels)
        sentence = finding(found, names, n_labels)
        if sentence:
            st.markdown(sentence)
        known = {curve["source"] for curve in found["curves"]}
        if missing := [name for name in names if name not in known]:
            st.caption(
                f"Not in the study: {', '.join(missing)}. `{result.command}` measures all, or measure below."
            )
        st.caption(
            f"{found['n_test']:,} random test images; labels drawn from {found['n_pool']:,} train images, "
            f"{len(result.seeds)} seeds; bands are 95% intervals over the draws. "
            f"{result.cpu_seconds:,.0f} CPU seconds."
        )
        with st.expander("How it was measured"):
            st.caption(result.protocol)
    with chart:
        probe_curves(found, names, "probes")
    carried_table(found, dataset, n_labels)


page()
